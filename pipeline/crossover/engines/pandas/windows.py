"""Window and AsOfJoin: rows sorted once, frames as ranges of places, aggregates by `core.range_reduce`."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from crossover.core.range_bounds import as_of_bounds, row_bounds, time_bounds
from crossover.core.range_distinct import count_distinct_ranges
from crossover.core.range_reduce import reduce_ranges
from crossover.engines.pandas.frames import Column, Frame
from crossover.engines.pandas.keys import join_codes
from crossover.engines.pandas.sorting import Sorted, sorted_rows
from crossover.engines.pandas.vectors import Array, Mask, Positions, Vector
from crossover.language.primitives import WINDOW_FUNCTIONS
from crossover.language.types import BOOLEAN, DOUBLE, INT, STRING
from crossover.relations import nodes

Bounds = tuple[Positions, Positions]
_DOUBLES = frozenset({"avg", "stddev", "variance"})


def window(node: nodes.Window, frame: Frame) -> Frame:
    """Return the columns of the frame and, for each row, values over other rows of its group."""
    found = sorted_rows(frame, node.by, node.order, node.ties)
    bounds: Bounds | None = None
    columns = dict(frame.columns)
    for name, call in node.calls:
        if call.function in WINDOW_FUNCTIONS:
            result = _numbered(call, frame, found)
        else:
            bounds = bounds or _bounds(node, frame, found)
            result = _aggregated(call, found.column(frame, call.column) if call.column else None, bounds)
        columns[name] = Column(_scattered(result, found.positions))
    return frame.with_columns(columns)


def _bounds(node: nodes.Window, frame: Frame, found: Sorted) -> Bounds:
    start, end = found.bounds
    if not node.order:
        return start, end
    match node.frame:
        case nodes.TimeRange(microseconds=microseconds, itself=itself):
            time = found.column(frame, node.order[0].column)
            return time_bounds(start, time.data, time.valid, microseconds, itself)
        case nodes.Rows(count=count, itself=itself):
            return row_bounds(start, count, itself)
        case None:
            return row_bounds(start, None, True)


def _numbered(call: nodes.AggregateCall, frame: Frame, found: Sorted) -> Vector:
    """Return a function of WINDOW_FUNCTIONS at each place."""
    start, _ = found.bounds
    place = np.arange(frame.rows)
    if call.function == "lag":
        assert call.column
        before = place - call.offset
        return found.column(frame, call.column).take(np.where(before >= start, before, -1), True)
    return Vector(INT, _NUMBERS[call.function](place, start, found))


def _rank(place: Positions, start: Positions, found: Sorted) -> Array:
    first_of_ties: Positions = np.maximum.accumulate(np.where(found.changes, place, 0))
    return np.asarray(first_of_ties - start + 1)


def _dense_rank(place: Positions, start: Positions, found: Sorted) -> Array:
    steps = np.cumsum(found.changes)
    return np.asarray(steps - steps.take(start) + 1)


_NUMBERS: dict[str, Callable[[Positions, Positions, Sorted], Array]] = {
    "row_number": lambda place, start, _: place - start + 1,
    "rank": _rank,
    "dense_rank": _dense_rank,
}


def _scattered(result: Vector, rows: Positions) -> Vector:
    """Return values of places as values of the rows that stand there."""
    result = result.spread(len(rows))
    data = np.empty_like(result.data)
    data[rows] = result.data
    valid = None
    if result.valid is not None:
        valid = np.empty_like(result.valid)
        valid[rows] = result.valid
    return Vector(result.type, data, valid, result.dictionary)


def _aggregated(call: nodes.AggregateCall, values: Vector | None, bounds: Bounds) -> Vector:
    """Return an aggregate of the values over ranges of places."""
    low, high = bounds
    if values is None:
        return Vector(INT, np.maximum(high - low, 0))
    if call.function in ("first", "last"):
        return values.take(np.where(high > low, low if call.function == "first" else high - 1, -1), True)
    data = values.strings.ranks.take(values.data) if values.type == STRING else values.data
    if call.function == "count_distinct":
        return Vector(INT, count_distinct_ranges(data, values.known, low, high))
    result, present = reduce_ranges(call.function, data, values.known, low, high)
    return _typed(call.function, values, result, present)


def _typed(function: str, vector: Vector, result: Array, present: Mask | None) -> Vector:
    if function.startswith("count"):
        return Vector(INT, result)
    if function in ("min", "max") and vector.type == STRING:
        ordered = vector.strings.sorted
        codes = ordered.take(result).astype(np.int32) if len(ordered) else np.full(len(result), -1, dtype=np.int32)
        return Vector(STRING, codes if present is None else np.where(present, codes, np.int32(-1)), None, vector.dictionary)
    type_ = DOUBLE if function in _DOUBLES else vector.type
    if type_ == DOUBLE:
        return Vector(DOUBLE, result if present is None else np.where(present, result, np.nan))
    return Vector(type_, result & present if type_ == BOOLEAN and present is not None else result, present)


def as_of_join(node: nodes.AsOfJoin, left: Frame, right: Frame) -> Frame:
    """Return left with aggregates over the rows of right that each row can see at its moment."""
    left_names, right_names = zip(*node.keys, strict=True) if node.keys else ((), ())
    left_codes, right_codes = join_codes(
        [left[name] for name in left_names], [right[name] for name in right_names], (left.rows, right.rows)
    )
    known_at = right[node.known_at].spread(right.rows)
    visible = right_codes.values >= 0
    if known_at.valid is not None:
        visible &= known_at.valid
    if not visible.all():
        kept = np.flatnonzero(visible)
        right, right_group = right.take(kept), right_codes.values.take(kept)
    else:
        right_group = right_codes.values
    # the codes stand in for the keys: they are dense already, and shared with the left side
    name = "as_of_join.group"
    coded = right.with_columns({**right.columns, name: Column(Vector(INT, right_group))})
    found = sorted_rows(coded, (name,), (nodes.Order(node.known_at),), node.ties)
    at = left[node.at].spread(left.rows)
    left_group = left_codes.values if at.valid is None else np.where(at.valid, left_codes.values, -1)
    time = right[node.known_at].spread(right.rows).data
    rows, low, high = as_of_bounds(right_group, time, found.positions, left_group, at.data, node.within)
    columns = dict(left.columns)
    for new, call in node.calls:
        values = found.column(right, call.column) if call.column else None
        columns[new] = Column(_scattered(_aggregated(call, values, (low, high)), rows))
    return left.with_columns(columns)
