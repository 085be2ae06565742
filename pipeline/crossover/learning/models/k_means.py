"""k-means: centres chosen once from a hash sample and handed to the engine's library.

So all engines start from the same centres and make the same iterations. Starting centres follow k-means++ (Arthur
and Vassilvitskii 2007), with draws from the hash of (salt, start, step): a library's random stream may change.
"""

from __future__ import annotations

from dataclasses import dataclass

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
    tried = [_run(trainer, compute, matrix, choose_centres(sampled, k, start), iterations, start) for start in range(starts)]
    whole = [each for each in tried if each is not None]
    if not whole:
        raise DataError(
            f"k_means lost a cluster in each of {starts} starts with k = {k}", notes=["take a smaller k, or more starts"]
        )
    best = _first_best(whole)
    order = sorted(range(k), key=lambda number: (-best.sizes[number], tuple(best.centres[number])))
    lost = starts - len(whole)
    warnings = (f"{lost} of {starts} starts lost a cluster and were discarded",) if lost else ()
    sizes = tuple(best.sizes[number] for number in order)
    return KMeansAnswer(best.centres[order], sizes, best.inertia, best.number, warnings)


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


def _run(
    trainer: Trainer, compute: Compute, matrix: Matrix, centres: Floats, iterations: int, number: int
) -> _Start | None:
    """Return one start's result, or None if it lost a cluster: libraries treat that differently."""
    found = trainer.fit_k_means(matrix, centres, iterations)
    if found.shape != centres.shape or not np.isfinite(found).all():
        return None
    clusters = compute.collect(clusters_query(with_cluster(matrix, KMeans(found), (), square=True))).to_pylist()
    if len(clusters) < len(centres):
        return None
    clusters.sort(key=lambda row: int(row["cluster"]))
    sizes = tuple(int(row["rows"]) for row in clusters)
    return _Start(number, found, sizes, float(sum(row["inertia"] for row in clusters)))


def _first_best(starts: list[_Start]) -> _Start:
    least = min(each.inertia for each in starts)
    return next(each for each in starts if each.inertia <= least * (1 + CLOSE))
