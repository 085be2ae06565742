"""What the rows of each cluster look like, in original units."""

from __future__ import annotations

from typing import Any

import numpy as np

from crossover.learning.evaluation.cluster_sums import ClusterSums, Counts
from crossover.learning.models.matrix import Floats
from crossover.learning.models.state import LabelMean, Number, OneHot, Preparation

RAW = "__raw_"
"""Before the name of a numeric input as it is in the table, a double, beside its prepared column."""


def raw_names(preparation: Preparation) -> tuple[str, ...]:
    """Return the columns of numeric inputs as they are in the table, once each."""
    return tuple(dict.fromkeys(RAW + each.column for each in preparation.fitted if isinstance(each, Number)))


def profiles(preparation: Preparation, sums: ClusterSums) -> dict[str, Any]:
    """Return JSON values: of each cluster its rows, its share of all rows and the mean of each input; and of all rows.

    The mean of a number is that of its known values, before clip, impute, log and scale; of a category the share of each
    value, or the mean of its number before scale. A mean of nothing is None.
    """
    size = sums.rows.sum()
    clusters = [
        {"cluster": at, "rows": int(rows), "share": float(rows / size) if size else None, "means": _means(preparation, sums, [at])}
        for at, rows in enumerate(sums.rows)
    ]
    everyone = list(range(len(sums.rows)))
    return {"clusters": clusters, "overall": {"rows": int(size), "share": 1.0, "means": _means(preparation, sums, everyone)}}


def _means(preparation: Preparation, sums: ClusterSums, clusters: list[int]) -> dict[str, float | None]:
    """Return the mean of each prepared column over the rows of some clusters, by its name for people."""
    rows = sums.rows[clusters]
    prepared = overall(rows, sums.means[clusters])
    found: dict[str, float | None] = {}
    place = 0
    for each in (*(each for each in preparation.fitted if not isinstance(each, OneHot)), *preparation.one_hot):
        values = prepared[place : place + len(each.names)]
        place += len(each.names)
        means = [float(value) if rows.sum() else None for value in values]
        if isinstance(each, Number):
            total, count = (float(part[clusters].sum()) for part in sums.raw[RAW + each.column])
            means[0] = total / count if count else None
        elif not isinstance(each, OneHot | LabelMean) and means[0] is not None:
            means[0] = each.original(means[0])
        found |= dict(zip(each.names, means, strict=True))
    return found


def overall(rows: Counts, means: Floats) -> Floats:
    """Return the mean (d,) over clusters of so many rows (k,) with means (k, d); 0 for no row."""
    weights = rows / max(int(rows.sum()), 1)
    return np.asarray(weights @ means)


def total_inertia(sums: ClusterSums, centres: Floats) -> float:
    """Return the sum of squared distances to the mean of all rows: the least inertia that one cluster can have.

    From sums around other points: sum |x - p|^2 = sum |x - c|^2 - n |m - c|^2 + n |m - p|^2 with the mean m.
    """
    middle = overall(sums.rows, sums.means)
    moved = ((sums.means - middle) ** 2).sum(axis=1) - ((sums.means - centres) ** 2).sum(axis=1)
    return float((sums.inertia + sums.rows * moved).sum())
