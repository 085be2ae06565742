"""Least squares with terms that cannot be negative, for a handful of terms and many right sides at once."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def non_negative(design: Floats, values: Floats) -> Floats:
    """Return x >= 0 with the smallest sum of squares of `design @ x - values`, for each column of values.

    design has shape (points, terms), values (points, problems); the answer has shape (terms, problems). The optimum
    is the free optimum of the terms that it uses (Lawson and Hanson 1974, ch. 23), so with few terms all 2^terms sets
    of them are tried; where two sets do equally well the smaller one, then the first in order, is taken.
    """
    scale = np.sqrt(np.sum(np.square(design), axis=0))
    scale[scale == 0] = 1.0
    scaled = design / scale
    terms, problems = design.shape[1], values.shape[1]
    best = np.zeros((terms, problems))
    smallest = np.sum(np.square(values), axis=0)
    for size in range(1, terms + 1):
        for used in map(list, combinations(range(terms), size)):
            found = np.linalg.pinv(scaled[:, used]) @ values
            squares = np.sum(np.square(scaled[:, used] @ found - values), axis=0)
            better = np.all(found >= 0, axis=0) & (squares < smallest * (1 - 1e-12))
            filled = np.zeros_like(best)
            filled[used] = found
            best = np.where(better, filled, best)
            smallest = np.where(better, squares, smallest)
    answer: Floats = best / scale[:, None]
    return answer
