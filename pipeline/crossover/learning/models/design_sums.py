"""Scores and sums over rows of a design whose code columns are counted, never written out.

A block is dense, (n, p + 1) with the ones of the intercept first; behind it stand the code columns, each as its codes
and its width, together d + 1 columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt

from crossover.learning.models.matrix import Floats

Codes = Sequence[tuple[npt.NDArray[np.integer], int]]
"""Codes (n,) of 0 .. width - 1 that stand for `width` columns of zeros and ones, and the width."""


def scores_of(block: Floats, codes: Codes, coefficients: Floats) -> Floats:
    """Return the scores (n, K) of coefficients (K, d + 1)."""
    start = block.shape[1]
    scores: Floats = block @ coefficients[:, :start].T
    for column, width in codes:
        scores += coefficients[:, start : start + width].T[column]
        start += width
    return scores


def column_sums(block: Floats, codes: Codes, weights: Floats, size: int) -> Floats:
    """Return the weighted sum of each column, shape (d + 1,)."""
    sums = np.empty(size)
    start = block.shape[1]
    sums[:start] = block.T @ weights
    for column, width in codes:
        sums[start : start + width] = np.bincount(column, weights, width)
        start += width
    return sums


def column_products(block: Floats, codes: Codes, weights: Floats, size: int) -> Floats:
    """Return the weighted sums of the products of columns, shape (d + 1, d + 1)."""
    count = block.shape[1]
    upper = np.zeros((size, size))
    weighted = block * weights[:, None]
    upper[:count, :count] = block.T @ weighted
    starts = np.cumsum([count, *(width for _, width in codes)])
    placed = [(column, int(start), width) for (column, width), start in zip(codes, starts, strict=False)]
    for column, start, width in placed:
        for place in range(count):
            upper[place, start : start + width] = np.bincount(column, weighted[:, place], width)
        diagonal = np.arange(start, start + width)
        upper[diagonal, diagonal] = np.bincount(column, weights, width)
    for (left, top, height), (right, start, width) in combinations(placed, 2):
        pairs = np.bincount(left * width + right, weights, height * width)
        upper[top : top + height, start : start + width] = pairs.reshape(height, width)
    mirrored: Floats = np.triu(upper) + np.triu(upper, 1).T
    return mirrored
