"""The values around quantiles, by selection: a column is never sorted."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from crossover.learning.models.matrix import Floats
from crossover.relations.compute import Neighbours


def neighbours_of(values: Floats, shares: Sequence[float]) -> tuple[Neighbours | None, ...]:
    """Return the values around the quantile of each share; None without values. `values` (n,) has no NaN."""
    if not len(values):
        return (None,) * len(shares)
    positions = [(len(values) - 1) * share for share in shares]
    ranks = sorted({end for position in positions for end in (math.floor(position), math.ceil(position))})
    selected = np.partition(values, ranks)
    return tuple(
        Neighbours(float(selected[math.floor(each)]), float(selected[math.ceil(each)]), each - math.floor(each)) for each in positions
    )
