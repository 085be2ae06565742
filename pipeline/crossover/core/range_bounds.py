"""Where the frame of each row begins and ends, for rows sorted by (group, order)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from crossover.core.radix import radix_order

Positions = npt.NDArray[np.intp]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Bounds = tuple[Positions, Positions]


def group_bounds(begins: Mask) -> Bounds:
    """Return first and last + 1 position of each row's group; `begins` marks the first row of each."""
    starts = np.flatnonzero(begins)
    sizes = np.diff(np.append(starts, len(begins)))
    return np.repeat(starts, sizes), np.repeat(starts + sizes, sizes)


def row_bounds(start: Positions, count: int | None, itself: bool) -> Bounds:
    """Return the last `count` rows (None: all) up to each row; `start` is the first position of its group."""
    high = np.arange(len(start)) + (1 if itself else 0)
    return (start if count is None else np.maximum(start, high - count)), high


def time_bounds(group: Ints, time: Ints, known: Mask | None, microseconds: int, itself: bool) -> Bounds:
    """Return the rows of each row's group with now - microseconds <= t, up to now (`itself`) or before it.

    Rows are sorted by (group, time), times that are not known last in their group; they see and are seen by none.
    """
    if known is not None:
        at = np.flatnonzero(known)
        low, high = time_bounds(group[at], time[at], None, microseconds, itself)
        # known rows of a group stand together, so a range of known rows is a range of rows
        position = np.append(at, len(group))
        wide_low, wide_high = np.zeros(len(group), dtype=np.intp), np.zeros(len(group), dtype=np.intp)
        full = high > low
        wide_low[at] = np.where(full, position[low], 0)
        wide_high[at] = np.where(full, position[high - 1] + 1, 0)
        return wide_low, wide_high
    scale = _Scale(group, time)
    key = scale.key(group, time)
    low = _search(key, scale.lower(group, time, microseconds))
    changes = np.flatnonzero(np.concatenate(([True], key[1:] != key[:-1]))) if len(key) else np.empty(0, dtype=np.intp)
    sizes = np.diff(np.append(changes, len(key)))
    return low, np.repeat(changes + sizes if itself else changes, sizes)


def as_of_bounds(
    group: Ints, time: Ints, order: Positions, left_group: Ints, left_time: Ints, within: int | None
) -> tuple[Positions, Positions, Positions]:
    """Return an order of the left rows, and in that order which places of `order` each sees.

    `order` sorts the rows by (group, time). Seen are rows of an equal group with left_time - within <= time < left_time;
    `within` in microseconds, None: all before. A left group that is negative sees nothing. The order of the left
    rows is such that ranges move forward, so that reducing them reads memory forward.
    """
    scale = _Scale(group, time)
    key = scale.key(group, time).take(order)
    # a group behind the last has no rows
    left_group = np.where(left_group < 0, scale.groups - 1, left_group)
    upper = scale.key(left_group, left_time)
    lower = scale.lower(left_group, left_time, within)
    left_order = radix_order([(upper, scale.groups * scale.span)])
    return left_order, _search(key, lower.take(left_order)), _search(key, upper.take(left_order))


_SEARCH_BLOCK = 4_096


def _search(key: Ints, wanted: Ints) -> Positions:
    """Return searchsorted(key, wanted). Where neighbours want neighbours, each block searches a few keys in the cache."""
    found = np.empty(len(wanted), dtype=np.intp)
    for start in range(0, len(wanted), _SEARCH_BLOCK):
        block = wanted[start : start + _SEARCH_BLOCK]
        first, last = np.searchsorted(key, [block.min(), block.max()])
        found[start : start + _SEARCH_BLOCK] = first + np.searchsorted(key[first:last], block)
    return found


_UNITS = (3_600_000_000, 60_000_000, 1_000_000, 1_000)
"""Hours, minutes, seconds, milliseconds: few times are finer."""


class _Scale:
    """Turns (group, time) into one int that sorts alike: group * span + distance of the time from the least.

    Distances are counted in the largest unit in which those of the rows are whole; others are rounded up, which
    changes no answer to "which rows are not before it". Where the int would leave int64, the rank of the time
    among those of the rows takes the distance's place.
    """

    def __init__(self, group: Ints, time: Ints) -> None:
        self.ranks: Ints | None = None
        self.least = int(time.min()) if len(time) else 0
        self.largest = int(time.max()) if len(time) else 0
        self.groups = int(group.max()) + 2 if len(group) else 2
        self.unit = 1
        self.span = self.largest - self.least + 2
        if self.span * self.groups >= 2**62:
            self.ranks = np.unique(time)
            self.span = len(self.ranks) + 2
        elif len(time):
            self.unit = next((unit for unit in _UNITS if self._fits(time, unit)), 1)
            self.span = (self.largest - self.least) // self.unit + 2

    def _fits(self, time: Ints, unit: int) -> bool:
        return not ((time[:1000] - self.least) % unit).any() and not ((time - self.least) % unit).any()

    def key(self, group: Ints, time: Ints) -> Ints:
        """Return keys; a time outside those of the rows counts as just outside."""
        if self.ranks is not None:
            return self.first(group) + np.searchsorted(self.ranks, time)
        # clip first: the difference of extreme times would overflow
        offset: Ints = np.clip(time, self.least, self.largest + 1) - self.least
        if self.unit > 1:
            offset = (offset + (self.unit - 1)) // self.unit
        return self.first(group) + offset

    def first(self, group: Ints) -> Ints:
        """Return the least key of a group; groups behind the last are one."""
        keys: Ints = np.minimum(group, self.groups - 1) * self.span
        return keys

    def lower(self, group: Ints, time: Ints, back: int | None) -> Ints:
        """Return the least key that is seen from a time, looking back so many microseconds (None: without end)."""
        if back is None:
            return self.first(group)
        return self.key(group, np.maximum(time, np.iinfo(np.int64).min + back) - back)
