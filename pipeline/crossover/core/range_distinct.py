"""How many different values a range of rows has: the one aggregate that no fold of parts gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.intp]


def count_distinct_ranges(values: Array, valid: Mask | None, low: Positions, high: Positions) -> Positions:
    """Return the number of distinct `values[low[i]:high[i]]` where `valid` holds (None: everywhere).

    `values` are of any type that sorts. A range whose high is not above its low has none.
    A range has as many distinct values as rows whose previous equal row stands before the range.
    """
    high = np.maximum(low, high)
    if valid is not None:
        before = np.concatenate(([0], np.cumsum(valid)))
        values, low, high = values[valid], before[low], before[high]
    # rows before the range all have their previous equal before it
    return _count_below(_previous_equal(values) + 1, low + 1, high) - low


def _previous_equal(values: Array) -> Positions:
    """Return for each row the position of the nearest equal row before it, or -1."""
    order = np.argsort(values, kind="stable")
    same = values[order[1:]] == values[order[:-1]]
    previous = np.full(len(values), -1, dtype=np.intp)
    previous[order[1:][same]] = order[:-1][same]
    return previous


def _count_below(numbers: Positions, bound: Positions, high: Positions) -> Positions:
    """Return how many of `numbers[:high[i]]` are less than `bound[i]`; all are 0 or more.

    A wavelet matrix: the numbers are split by one bit after the other, and so are the ranges
    (Claude and Navarro, 2012).
    """
    first, last, found = np.zeros_like(high), high, np.zeros_like(high)
    for bit in reversed(range((len(numbers) + 1).bit_length())):
        one = (numbers >> bit) & 1 == 1
        zeros = np.concatenate(([0], np.cumsum(~one)))
        first_zero, last_zero = zeros[first], zeros[last]
        is_one = (bound >> bit) & 1 == 1
        found += np.where(is_one, last_zero - first_zero, 0)
        first = np.where(is_one, zeros[-1] + first - first_zero, first_zero)
        last = np.where(is_one, zeros[-1] + last - last_zero, last_zero)
        numbers = np.concatenate((numbers[~one], numbers[one]))
    return found
