"""k-means: centres chosen once from a hash sample, or given, and handed to the engine's library.

So all engines start from the same centres and make the same iterations. Starting centres follow k-means++ (Arthur
and Vassilvitskii 2007), with draws from the hash of (salt, start, step): a library's random stream may change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from crossover.core.errors import DataError
from crossover.core.hashing import hash_rows, share
from crossover.learning.models.as_expressions import SQUARE, with_cluster
from crossover.learning.models.fitted import KMeans
from crossover.learning.models.matrix import Floats, Matrix
from crossover.learning.models.trainer import Trainer
from crossover.relations.compute import Compute
from crossover.relations.nodes import Aggregate, AggregateCall, Relation

SALT = "centres"
SAMPLE = 10_000
"""Rows from which centres are chosen."""
CLOSE = 1e-9
"""Starts whose inertia differs by less than this part of the least are equally good; the first one wins."""


@dataclass(frozen=True)
class KMeansAnswer:
    """Centres (k, d), the largest cluster first, with the training rows of each and the sum of squared distances."""

    centres: Floats
    sizes: tuple[int, ...]
    inertia: float
    start: int
    warnings: tuple[str, ...]
    began: tuple[int, ...] = ()
    """For each cluster the place of its starting centre among those of its start."""


@dataclass(frozen=True)
class _Start:
    number: int
    centres: Floats
    sizes: tuple[int, ...]
    inertia: float


def fit(
    trainer: Trainer, compute: Compute, matrix: Matrix, sampled: Floats, k: int, starts: int, iterations: int
) -> KMeansAnswer:
    """Return the best of the starts. Raises DataError if there are fewer distinct rows than k.

    Parameters
    ----------
    sampled : rows (n, d) of the matrix from which centres are chosen; see `sample`.
    """
    found = trainer.fit_k_means(matrix, [choose_centres(sampled, k, start) for start in range(starts)], iterations)
    tried = [_start(compute, matrix, k, centres, number) for number, centres in enumerate(found)]
    whole = [each for each in tried if each is not None]
    if not whole:
        raise DataError(
            f"k_means lost a cluster in each of {starts} starts with k = {k}", notes=["take a smaller k, or more starts"]
        )
    lost = starts - len(whole)
    warnings = (f"{lost} of {starts} starts lost a cluster and were discarded",) if lost else ()
    return _numbered(_first_best(whole), warnings)


def fit_from(trainer: Trainer, compute: Compute, matrix: Matrix, centres: Floats, iterations: int) -> KMeansAnswer:
    """Return the answer from given centres (k, d). Raises DataError if one is no row's nearest, first or last."""
    _refuse_far(centres, _clusters(compute, matrix, centres))
    found = _start(compute, matrix, len(centres), trainer.fit_k_means(matrix, [centres], iterations)[0], 0)
    if found is None:
        raise DataError(
            "k_means lost a cluster on the way from the given centres: all of its rows came nearer to others",
            notes=["give other centres, or let `k` and `starts` choose them"],
        )
    return _numbered(found, ())


def _refuse_far(centres: Floats, nearest: Sequence[Mapping[str, Any]]) -> None:
    rows = {int(row["cluster"]): int(row["rows"]) for row in nearest}
    far = [place for place in range(len(centres)) if place not in rows]
    if far:
        others = ", ".join(f"{rows.get(place, 0):,}" for place in range(len(centres)))
        which = f"centre {far[0] + 1} is" if len(far) == 1 else f"centres {', '.join(str(place + 1) for place in far)} are each"
        raise DataError(f"{which} no training row's nearest", notes=[f"training rows nearest to each given centre: {others}"])


def _numbered(start: _Start, warnings: tuple[str, ...]) -> KMeansAnswer:
    """Number the clusters: by size, largest first, then by centre."""
    order = sorted(range(len(start.sizes)), key=lambda number: (-start.sizes[number], tuple(start.centres[number])))
    sizes = tuple(start.sizes[number] for number in order)
    return KMeansAnswer(start.centres[order], sizes, start.inertia, start.number, warnings, tuple(order))


def choose_centres(sampled: Floats, k: int, start: int) -> Floats:
    """Return k rows of the sample by k-means++."""
    if not len(sampled):
        raise DataError("k_means has no row to choose a centre from")
    chosen = [min(int(draw(start, 0) * len(sampled)), len(sampled) - 1)]
    nearest = ((sampled - sampled[chosen[0]]) ** 2).sum(axis=1)
    for step in range(1, k):
        running = np.cumsum(nearest)
        if running[-1] == 0:
            raise DataError(f"k_means with k = {k} needs {k} distinct rows; there are {step}", notes=["take a smaller k"])
        place = int(np.searchsorted(running, draw(start, step) * running[-1], side="right"))
        chosen.append(min(place, int(np.flatnonzero(nearest)[-1])))
        nearest = np.minimum(nearest, ((sampled - sampled[chosen[-1]]) ** 2).sum(axis=1))
    return sampled[chosen]


def draw(start: int, step: int) -> float:
    """Return a number in [0, 1): the share of the hash of (salt, start, step)."""
    return float(share(hash_rows([SALT, start, step], 1))[0])


def clusters_query(clustered: Relation) -> Relation:
    """Return rows (cluster, rows, inertia) of a relation that `with_cluster(..., square=True)` made."""
    calls = (("rows", AggregateCall("count_rows")), ("inertia", AggregateCall("sum", SQUARE)))
    return Aggregate(clustered, ("cluster",), calls)


def _start(compute: Compute, matrix: Matrix, k: int, found: Floats, number: int) -> _Start | None:
    """Return what the centres that one start found are worth, or None if it lost a cluster."""
    if len(found) != k or not np.isfinite(found).all():
        return None
    clusters = _clusters(compute, matrix, found)
    if len(clusters) < k:
        return None
    sizes = tuple(int(row["rows"]) for row in clusters)
    return _Start(number, found, sizes, float(sum(row["inertia"] for row in clusters)))


def _clusters(compute: Compute, matrix: Matrix, centres: Floats) -> list[dict[str, Any]]:
    """Return (cluster, rows, inertia) of the centres that are the nearest of any row, in their order."""
    rows = compute.collect(clusters_query(with_cluster(matrix, KMeans(centres), (), square=True))).to_pylist()
    return sorted(rows, key=lambda row: int(row["cluster"]))


def _first_best(starts: list[_Start]) -> _Start:
    least = min(each.inertia for each in starts)
    return next(each for each in starts if each.inertia <= least * (1 + CLOSE))
