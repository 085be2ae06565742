"""Orders of rows, packed into as few ints as possible: one sort of ints beats a sort by several columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from crossover.core.radix import radix_order
from crossover.core.range_bounds import group_bounds
from crossover.engines.pandas.frames import Column, Frame
from crossover.engines.pandas.keys import LARGEST, Codes, group_codes, group_numbers, sortable
from crossover.engines.pandas.vectors import Mask, Positions, Vector
from crossover.relations.nodes import Order


@dataclass(eq=False)
class Sorted:
    """Rows in order of group, then `order`, then `ties`."""

    positions: Positions
    """Row at each place."""
    begins: Mask
    """Whether a place is the first of its group."""
    changes: Mask
    """Whether a place differs from the one before in group or `order`."""
    columns: dict[Column, Vector] = field(default_factory=dict)
    """Columns that were read in this order."""

    def column(self, frame: Frame, name: str) -> Vector:
        """Return a column's values at all places; gathered once for all that read it."""
        column = frame.columns[name]
        if column not in self.columns:
            self.columns[column] = column.vector.spread(frame.rows).take(self.positions, False)
        return self.columns[column]

    @cached_property
    def bounds(self) -> tuple[Positions, Positions]:
        """Return for each place the first place of its group, and the one behind its last."""
        return group_bounds(self.begins)


def sorted_rows(frame: Frame, by: Sequence[str], order: Sequence[Order], ties: Sequence[str]) -> Sorted:
    """Return the rows of a frame in order; kept with the frame, for all that want the same."""
    columns = (*by, *(each.column for each in order), *ties)
    directions = tuple(each.descending for each in order)
    key = (*(frame.columns[name] for name in columns), len(by), directions)
    if key not in frame.orders:
        groups = group_codes([frame[name] for name in by], frame.rows)
        ordered = [_spread(sortable(frame[each.column], each.descending), frame.rows) for each in order]
        found = _sorted(groups, ordered)
        if ties and not found.changes.all():
            _break_ties(found, [_spread(sortable(frame[name], False), frame.rows) for name in ties])
        frame.orders[key] = found
    kept: Sorted = frame.orders[key]
    return kept


def _spread(codes: Codes, rows: int) -> Codes:
    return codes if len(codes) == rows else Codes(np.broadcast_to(codes.values, (rows,)), codes.size)


def _sorted(groups: Codes, order: Sequence[Codes]) -> Sorted:
    packed = _packed([groups, *order])
    positions = _order_of(packed)
    keys = [Codes(key.values.take(positions), key.size) for key in packed]
    changes = _changes(keys)
    if not order:
        return Sorted(positions, changes, changes)
    if len(keys) == 1:
        # the group is the upper part of the key: no need to gather it
        group = Codes(keys[0].values // (keys[0].size // groups.size), groups.size)
    else:
        group = Codes(groups.values.take(positions), groups.size)
    return Sorted(positions, _changes([group]), changes)


def _break_ties(found: Sorted, ties: Sequence[Codes]) -> None:
    """Sort rows that are equal so far, usually few, among themselves."""
    equal = ~found.changes
    equal[:-1] |= equal[1:]
    places = np.flatnonzero(equal)
    rows = found.positions[places]
    run = np.cumsum(found.changes, dtype=np.int64)[places]
    keys = [Codes(run, int(run[-1]) + 1), *(Codes(each.values[rows], each.size) for each in ties)]
    found.positions[places] = rows[_order_of(_packed(keys))]


def _packed(keys: Sequence[Codes]) -> list[Codes]:
    """Return fewer keys that sort alike, the first the most significant."""
    packed: list[Codes] = []
    for key in keys:
        if packed and packed[-1].size * key.size <= LARGEST:
            last = packed[-1]
            packed[-1] = key if last.size == 1 else Codes(last.values * key.size + key.values, last.size * key.size)
        else:
            packed.append(key)
    return packed


def _order_of(keys: Sequence[Codes]) -> Positions:
    return radix_order([(key.values, key.size) for key in keys])


def _changes(keys: Sequence[Codes]) -> Mask:
    changes = np.zeros(len(keys[0]), dtype=np.bool_)
    changes[:1] = True
    for key in keys:
        if key.size > 1:
            changes[1:] |= key.values[1:] != key.values[:-1]
    return changes


def first_rows(frame: Frame, by: Sequence[str], order: Sequence[Order]) -> Positions:
    """Return the row of each group that is first in the order, without sorting where one key will do."""
    groups, representatives = group_numbers(group_codes([frame[name] for name in by], frame.rows))
    packed = _packed([_spread(sortable(frame[each.column], each.descending), frame.rows) for each in order])
    if len(packed) != 1:
        found = sorted_rows(frame, by, order, ())
        return found.positions[found.begins]
    least = np.full(len(representatives), np.iinfo(np.int64).max)
    np.minimum.at(least, groups, packed[0].values)
    rows = np.flatnonzero(packed[0].values == least.take(groups))
    # rows that tie: the first of them
    first = np.empty(len(representatives), dtype=np.intp)
    first[groups[rows[::-1]]] = rows[::-1]
    return first
