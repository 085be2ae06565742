"""Metrics of clusters: formulas over all rows, but for the silhouette, which is that of a hash sample.

`Davies-Bouldin` and inertia are in the prepared space, profiles and centres in original units.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from crossover.learning.evaluation.adjusted_rand import adjusted_rand
from crossover.learning.evaluation.cluster_sums import cluster_sums
from crossover.learning.evaluation.davies_bouldin import davies_bouldin
from crossover.learning.evaluation.findings import Metrics
from crossover.learning.evaluation.profiles import profiles, raw_names, total_inertia
from crossover.learning.models.matrix import Floats, Matrix
from crossover.learning.models.state import LabelMean, OneHot, Preparation
from crossover.relations.compute import Compute
from crossover.relations.nodes import Relation

SILHOUETTE_SALT = "silhouette"
SILHOUETTE_ROWS = 5_000


@dataclass(frozen=True, eq=False)
class Clustered:
    """Rows and their clusters: what `with_cluster(..., square=True)` gives, with the columns of the matrix, those of
    `raw_names` and `truth`. It is read several times.
    """

    relation: Relation
    matrix: Matrix
    centres: Floats
    preparation: Preparation
    truth: str | None = None


def read_columns(matrix: Matrix, preparation: Preparation, truth: str | None = None) -> tuple[str, ...]:
    """Return the columns that go beside the cluster of each row."""
    others = (truth,) if truth else ()
    return (*matrix.dense, *(block.column for block in matrix.codes), *raw_names(preparation), *others)


def evaluate(compute: Compute, rows: Clustered, sampled: Floats) -> tuple[Metrics, dict[str, Any]]:
    """Return metrics over all rows, `baseline_` before those of one cluster; and tables of JSON values.

    Parameters
    ----------
    sampled : at most SILHOUETTE_ROWS rows (n, d) of the matrix.
    """
    count = len(rows.centres)
    sums = cluster_sums(compute, rows.relation, rows.matrix, count, raw_names(rows.preparation))
    metrics: Metrics = {
        "rows": int(sums.rows.sum()),
        "inertia": float(sums.inertia.sum()),
        "baseline_inertia": total_inertia(sums, rows.centres),
        "silhouette": silhouette(sampled, nearest(sampled, rows.centres)),
        "davies_bouldin": davies_bouldin(compute, rows.relation, rows.matrix, sums),
    }
    tables: dict[str, Any] = {"profiles": profiles(rows.preparation, sums)}
    if rows.truth is not None:
        metrics["adjusted_rand"], metrics["baseline_adjusted_rand"], known = adjusted_rand(compute, rows.relation, "cluster", rows.truth)
        metrics["rows_with_truth"] = known
    return {**metrics, **{f"size_{cluster}": int(sums.rows[cluster]) for cluster in range(count)}}, tables


def nearest(rows: Floats, centres: Floats) -> npt.NDArray[np.int64]:
    """Return the nearest centre of each row, the first of equally near ones."""
    squares = np.stack([((rows - centre) ** 2).sum(axis=1) for centre in centres], axis=1)
    return np.asarray(squares.argmin(axis=1), dtype=np.int64)


def silhouette(rows: Floats, clusters: npt.NDArray[np.int64]) -> float | None:
    """Return the mean silhouette by squared Euclidean distance; None with fewer than two clusters.

    Mean squared distance to a cluster of n rows with sum Y and sum of squares S: |x|^2 + S/n - 2 x.Y/n. The only
    row of a cluster has silhouette 0 (Rousseeuw 1987).
    """
    names, codes = np.unique(clusters, return_inverse=True)
    if len(names) < 2:
        return None
    # around the mean, so that the three terms do not cancel
    centred = rows - rows.mean(axis=0)
    squares = (centred**2).sum(axis=1)
    member = np.eye(len(names))[codes]
    sizes = member.sum(axis=0)
    totals = squares[:, None] * sizes + member.T @ squares - 2 * centred @ (member.T @ centred).T
    row = np.arange(len(rows))
    own = totals[row, codes] / np.maximum(sizes[codes] - 1, 1)
    means = totals / sizes
    means[row, codes] = np.inf
    other = means.min(axis=1)
    larger = np.maximum(own, other)
    values = np.where((sizes[codes] > 1) & (larger > 0), (other - own) / np.where(larger > 0, larger, 1.0), 0.0)
    return float(values.mean())


def centres_in_original_units(preparation: Preparation, centres: Floats) -> list[dict[str, Any]]:
    """Return each centre as column -> value: scaling and log undone, categories as shares of their values."""
    return [dict(zip(preparation.names, _original(preparation, centre), strict=True)) for centre in centres.tolist()]


def _original(preparation: Preparation, centre: Sequence[float]) -> list[float]:
    values = list(centre)
    place = 0
    for each in preparation.fitted:
        if isinstance(each, OneHot):
            continue
        if not isinstance(each, LabelMean):
            values[place] = each.original(values[place])
        place += len(each.names)
    return values
