"""Metrics of clusters: inertia and sizes over all rows, the silhouette of a hash sample, centres in original units."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from crossover.learning.evaluation.binary import Metrics
from crossover.learning.models.as_expressions import with_cluster
from crossover.learning.models.fitted import KMeans
from crossover.learning.models.k_means import clusters_query
from crossover.learning.models.matrix import Floats, Matrix
from crossover.learning.models.state import LabelMean, OneHot, Preparation
from crossover.relations.compute import Compute

SILHOUETTE_SALT = "silhouette"
SILHOUETTE_ROWS = 5_000


def evaluate(compute: Compute, matrix: Matrix, model: KMeans, sampled: Floats) -> Metrics:
    """Return rows, inertia, silhouette and `size_0`, `size_1` ... over all rows of a matrix.

    Parameters
    ----------
    sampled : at most SILHOUETTE_ROWS rows (n, d) of the matrix.
    """
    found = compute.collect(clusters_query(with_cluster(matrix, model, (), square=True))).to_pylist()
    sizes = {int(row["cluster"]): int(row["rows"]) for row in found}
    return {
        "rows": sum(sizes.values()),
        "inertia": float(sum(row["inertia"] for row in sorted(found, key=lambda row: int(row["cluster"])))),
        "silhouette": silhouette(sampled, nearest(sampled, model.centres)),
        **{f"size_{cluster}": sizes.get(cluster, 0) for cluster in range(len(model.centres))},
    }


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
