"""Aggregates over ranges of sorted rows: rolling, running and whole-group frames, and as-of joins.

A sum is the sum of the rows in its range, never a difference of running sums, which cancels: one outlier would
spoil every later row. Ranges that slide are cut into blocks of 1, 2, 4 ... rows whose aggregates are made by
doubling, so that a frame of w rows costs log2(w) passes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float64]

def reduce_ranges(
    function: str, values: Array, valid: Mask | None, low: Positions, high: Positions
) -> tuple[Array, Mask | None]:
    """Return an aggregate over `values[low[i]:high[i]]` for each i, and which results are not null (None: all).

    `function` is count_rows, count, sum, avg, min, max, stddev, variance, first or last.
    `values` (int64, float64 or bool, in the order of the rows) has no NaN where `valid` holds; `valid` None: all.
    A range whose high is not above its low is empty. Overflow of ints and results that are not finite are null.
    """
    high = np.maximum(low, high)
    if function == "count_rows":
        return high - low, None
    if function in ("first", "last"):
        return _edge(values, valid, low if function == "first" else high - 1, high > low)
    if valid is not None:
        # without the nulls all counts are lengths
        before = np.concatenate(([0], np.cumsum(valid)))
        values, low, high = values[valid], before[low], before[high]
    if function == "count":
        return high - low, None
    distinct, repeats = _distinct_ranges(low, high)
    with np.errstate(over="ignore", invalid="ignore"):
        result, known = _REDUCTIONS[function](values, distinct)
    if repeats is not None:
        result, known = np.repeat(result, repeats), np.repeat(known, repeats)
    return result, (None if known.all() else known)


_PARTS = (slice(0, 1000), slice(1000, None))
"""Most ranges that are not of a kind show it at once."""


@dataclass(frozen=True)
class Ranges:
    """Half-open ranges into values without nulls, and how they lie."""

    low: Positions
    high: Positions

    @property
    def length(self) -> Positions:
        return self.high - self.low

    def disjoint(self) -> bool:
        """Whether each range begins where the one before ended, or later: whole groups."""
        return all(bool((self.low[1:][part] >= self.high[:-1][part]).all()) for part in _PARTS)

    def running(self) -> bool:
        """Whether each range extends the one before or begins where it ended."""
        return all(self._runs(part) for part in _PARTS)

    def _runs(self, part: slice) -> bool:
        low, high, low_before, high_before = self.low[1:][part], self.high[1:][part], self.low[:-1][part], self.high[:-1][part]
        return bool((((low == low_before) & (high >= high_before)) | (low >= high_before)).all())


def _distinct_ranges(low: Positions, high: Positions) -> tuple[Ranges, Positions | None]:
    """Return the ranges without neighbours that are equal, and how often each stands there (None: once)."""
    if len(low) < 2:
        return Ranges(low, high), None
    some = np.linspace(0, len(low) - 2, 1000).astype(np.intp)
    if not ((low[some] == low[some + 1]) & (high[some] == high[some + 1])).any():
        # where equal ranges were missed, they are only reduced more than once
        return Ranges(low, high), None
    begins = np.concatenate(([True], (low[1:] != low[:-1]) | (high[1:] != high[:-1])))
    if begins.all():
        return Ranges(low, high), None
    at = np.flatnonzero(begins)
    return Ranges(low[at], high[at]), np.diff(np.append(at, len(low)))


def _edge(values: Array, valid: Mask | None, at: Positions, exists: Mask) -> tuple[Array, Mask | None]:
    if not len(values):
        return np.zeros(len(at), dtype=values.dtype), np.zeros(len(at), dtype=np.bool_)
    at = np.where(exists, at, 0)
    known = exists if valid is None else exists & valid[at]
    return values[at], (None if known.all() else known)


# the reductions: values without nulls, ranges -> results, which of them are not null


def _sum(values: Array, ranges: Ranges) -> tuple[Array, Mask]:
    if values.dtype.kind == "f":
        total = _fold(np.add, values, ranges)
        return total, (ranges.length > 0) & np.isfinite(total)
    return _sum_of_ints(values, ranges)


def _sum_of_ints(values: Array, ranges: Ranges) -> tuple[Array, Mask]:
    """Int sums by differences of running sums: exact, since both wrap modulo 2**64."""
    before = np.concatenate(([0], np.cumsum(values, dtype=np.int64)))
    total, known = before[ranges.high] - before[ranges.low], ranges.length > 0
    longest = int(ranges.length.max(initial=0))
    if len(values) and max(int(values.max()), -int(values.min())) * longest >= 2**63:
        # the double sum is off by far less than the 2**64 by which an overflow is
        known &= np.abs(_fold(np.add, values.astype(np.float64), ranges) - total) < 2.0**63
    return total, known


def _avg(values: Array, ranges: Ranges) -> tuple[Array, Mask]:
    total, known = _sum(values, ranges)
    if values.dtype.kind != "f" and not np.array_equal(known, ranges.length > 0):
        total, known = _sum(values.astype(np.float64), ranges)
    return total / np.maximum(ranges.length, 1), known


def _min(values: Array, ranges: Ranges) -> tuple[Array, Mask]:
    return _fold(np.minimum, values, ranges), ranges.length > 0


def _max(values: Array, ranges: Ranges) -> tuple[Array, Mask]:
    return _fold(np.maximum, values, ranges), ranges.length > 0


def _variance(values: Array, ranges: Ranges) -> tuple[Array, Mask]:
    values = values.astype(np.float64, copy=False)
    if ranges.disjoint():
        squares = _squares_of_groups(values, ranges)
    else:
        squares = _in_blocks(_squares_of_sliding, values, ranges)
    result = squares / np.maximum(ranges.length - 1, 1)
    return result, (ranges.length > 1) & np.isfinite(result)


def _stddev(values: Array, ranges: Ranges) -> tuple[Array, Mask]:
    variance, known = _variance(values, ranges)
    return np.sqrt(variance, where=known, out=np.zeros_like(variance)), known


_REDUCTIONS: dict[str, Callable[[Array, Ranges], tuple[Array, Mask]]] = {
    "sum": _sum,
    "avg": _avg,
    "min": _min,
    "max": _max,
    "variance": _variance,
    "stddev": _stddev,
}


# folds of an associative function


def _fold(function: np.ufunc, values: Array, ranges: Ranges) -> Array:
    """Return the fold of each range; what stands for an empty one has no meaning."""
    if not len(values) or not len(ranges.low):
        return np.zeros(len(ranges.low), dtype=values.dtype)
    if ranges.disjoint():
        return _fold_groups(function, values, ranges)
    if ranges.running():
        return _fold_running(function, values, ranges)
    kernel = _fold_overlapping if function in (np.minimum, np.maximum) else _fold_sliding
    return _in_blocks(partial(kernel, function), values, ranges)


_BLOCK = 32_768


def _in_blocks(kernel: Callable[[Array, Ranges], Array], values: Array, ranges: Ranges) -> Array:
    """Run a kernel over some ranges at a time, where these lie close together: the blocks then stay in the cache."""
    parts = []
    for start in range(0, len(ranges.low), _BLOCK):
        low, high = ranges.low[start : start + _BLOCK], ranges.high[start : start + _BLOCK]
        full = high > low
        first, last = int(low.min(initial=len(values), where=full)), int(high.max(initial=0, where=full))
        if last - first > 4 * _BLOCK:
            return kernel(values, ranges)
        low, high = low - first, high - first
        if not full.all():
            # an empty range may lie anywhere
            low, high = np.where(full, low, 0), np.where(full, high, 0)
        parts.append(kernel(values[first : max(first, last)], Ranges(low, high)))
    return np.concatenate(parts) if parts else np.zeros(0, dtype=values.dtype)


def _fold_groups(function: np.ufunc, values: Array, ranges: Ranges) -> Array:
    """Fold ranges that do not overlap."""
    result = np.zeros(len(ranges.low), dtype=values.dtype)
    full = np.flatnonzero(ranges.length > 0)
    if not len(full):
        return result
    low, high = ranges.low[full], ranges.high[full]
    if np.array_equal(low[1:], high[:-1]):
        # reduceat reads to the end of the values, so they end with the last range
        result[full] = function.reduceat(values[: high[-1]], low)
        return result
    edges = np.stack([low, high], axis=1).ravel()
    if edges[-1] == len(values):
        edges = edges[:-1]
    result[full] = function.reduceat(values, edges)[::2]
    return result


def _fold_running(function: np.ufunc, values: Array, ranges: Ranges) -> Array:
    """Fold ranges that share their beginnings: one pass over the values of each group."""
    result = np.zeros(len(ranges.low), dtype=values.dtype)
    full = np.flatnonzero(ranges.length > 0)
    if not len(full):
        return result
    low, high = ranges.low[full], ranges.high[full]
    at = np.flatnonzero(np.concatenate((low[1:] != low[:-1], [True])))
    running = scan_groups(function, values, low[at], high[at])
    result[full] = running[high - 1]
    return result


_SHORT = 64


def scan_groups(function: np.ufunc, values: Array, low: Positions, high: Positions) -> Array:
    """Return running folds within ranges that do not overlap, none empty; other rows keep their values."""
    out = values.copy()
    length = high - low
    for start, end in zip(low[length > _SHORT].tolist(), high[length > _SHORT].tolist(), strict=True):
        function.accumulate(values[start:end], out=out[start:end])
    # short groups all at once, their second rows, their third rows ...: a call a group would cost more
    position = low[(length > 1) & (length <= _SHORT)]
    left = length[(length > 1) & (length <= _SHORT)] - 1
    while len(position):
        out[position + 1] = function(out[position], values[position + 1])
        left = left - 1
        position = position[left > 0] + 1
        left = left[left > 0]
    return out


def _fold_overlapping(function: np.ufunc, values: Array, ranges: Ranges) -> Array:
    """Fold by two blocks that may overlap: for minimum and maximum, where seeing a row twice does no harm."""
    result = np.zeros(len(ranges.low), dtype=values.dtype)
    level_of = np.frexp(ranges.length.astype(np.float64))[1] - 1
    block = values
    for level in range(int(level_of.max(initial=-1)) + 1):
        if level:
            block = _doubled(function, block, level)
        rows = _rows_where(level_of == level)
        result[rows] = function(block[ranges.low[rows]], block[ranges.high[rows] - (1 << level)])
    return result


def _fold_sliding(function: np.ufunc, values: Array, ranges: Ranges) -> Array:
    """Fold by the binary digits of the length."""
    result = np.zeros(len(ranges.low), dtype=values.dtype)
    length, position, empty = ranges.length, ranges.low.copy(), np.ones(len(ranges.low), dtype=np.bool_)
    block = values
    for level in range(int(length.max(initial=0)).bit_length()):
        if level:
            block = _doubled(function, block, level)
        rows = _rows_where((length >> level) & 1 == 1)
        part = block[position[rows]]
        result[rows] = np.where(empty[rows], part, function(result[rows], part))
        empty[rows] = False
        position[rows] += 1 << level
    return result


def _doubled(function: np.ufunc, block: Array, level: int) -> Array:
    """Return folds of 2**level rows from those of half as many."""
    half = 1 << (level - 1)
    doubled: Array = function(block[:-half], block[half:])
    return doubled


def _rows_where(condition: Mask) -> Any:
    """Return an index of the rows; a slice if it is all of them, which needs no gather."""
    return slice(None) if condition.all() else np.flatnonzero(condition)


# sums of squared distances from the mean


def _squares_of_groups(values: Floats, ranges: Ranges) -> Floats:
    """Two passes: means, then distances from them. The last term takes out the rounding of the mean."""
    if not ranges.length.any():
        return np.zeros(len(ranges.low))
    count = np.maximum(ranges.length, 1)
    mean = _fold_groups(np.add, values, ranges) / count
    ends = np.cumsum(ranges.length)
    if ends[-1] != len(values):
        values, ranges = values[_positions_inside(ranges)], Ranges(ends - ranges.length, ends)
    distance = values - np.repeat(mean, ranges.length)
    squares: Floats = _fold_groups(np.add, distance * distance, ranges)
    rounding: Floats = _fold_groups(np.add, distance, ranges) ** 2 / count
    return squares - rounding


def _positions_inside(ranges: Ranges) -> Positions:
    """Return the positions of all rows of all ranges, one range behind the other."""
    ends = np.cumsum(ranges.length)
    shift: Positions = np.repeat(ranges.low - (ends - ranges.length), ranges.length)
    return np.arange(ends[-1]) + shift


def _squares_of_sliding(values: Floats, ranges: Ranges) -> Floats:
    """Merge (rows, mean, squares) of blocks by Chan, Golub and LeVeque (1983): no square of a large mean appears."""
    rows_in_all = len(ranges.low)
    count, mean, squares = np.zeros(rows_in_all), np.zeros(rows_in_all), np.zeros(rows_in_all)
    length, position = ranges.length, ranges.low.copy()
    block_mean, block_squares = values, np.zeros(len(values))
    for level in range(int(length.max(initial=0)).bit_length()):
        size = 1 << level
        if level:
            half = size >> 1
            step = block_mean[half:] - block_mean[:-half]
            block_squares = block_squares[:-half] + block_squares[half:] + step * step * (half / 2)
            block_mean = block_mean[:-half] + step / 2
        rows = _rows_where((length >> level) & 1 == 1)
        at, before = position[rows], count[rows]
        distance = block_mean[at] - mean[rows]
        share = size / (before + size)
        mean[rows] += distance * share
        squares[rows] += block_squares[at] + distance * distance * (before * share)
        count[rows] += size
        position[rows] += size
    return squares
