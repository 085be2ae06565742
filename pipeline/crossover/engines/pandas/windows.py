"""Window and AsOfJoin: rows sorted once, frames as ranges of places, aggregates by `core.range_reduce`."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from crossover.core.range_bounds import as_of_bounds, row_bounds, time_bounds
from crossover.core.range_distinct import count_distinct_ranges
from crossover.core.range_reduce import reduce_ranges
from crossover.engines.pandas.frames import Column, Frame, Index
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
            columns[name] = _numbered(call, frame, found)
        else:
            bounds = bounds or _bounds(node, frame, found)
            columns[name] = _aggregated(call, frame, found.positions, bounds, found.positions)
    return frame.with_columns(columns)


def _bounds(node: nodes.Window, frame: Frame, found: Sorted) -> Bounds:
    start, end = found.bounds()
    if not node.order:
        return start, end
    match node.frame:
        case nodes.TimeRange(microseconds=microseconds, itself=itself):
            time = frame[node.order[0].column].spread(frame.rows)
            known = None if time.valid is None else time.valid.take(found.positions)
            return time_bounds(start, time.data.take(found.positions), known, microseconds, itself)
        case nodes.Rows(count=count, itself=itself):
            return row_bounds(start, count, itself)
        case None:
            return row_bounds(start, None, True)


def _numbered(call: nodes.AggregateCall, frame: Frame, found: Sorted) -> Column:
    """Return a function of WINDOW_FUNCTIONS."""
    start, _ = found.bounds()
    place = np.arange(frame.rows)
    if call.function == "lag":
        assert call.column
        before = place - call.offset
        source = np.where(before >= start, found.positions.take(np.maximum(before, 0)), -1)
        return frame.columns[call.column].gathered(Index(_scattered(source, found.positions), optional=True))
    return Column(Vector(INT, _scattered(_NUMBERS[call.function](place, start, found), found.positions)))


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


def _scattered(values: Array, positions: Positions) -> Array:
    """Return values of places as values of rows."""
    out = np.empty_like(values)
    out[positions] = values
    return out


def _aggregated(
    call: nodes.AggregateCall, frame: Frame, positions: Positions, bounds: Bounds, targets: Positions
) -> Column:
    """Return an aggregate over ranges of places of a frame, for the target rows.

    `positions` are the frame's rows in order; `targets` say which row each range belongs to.
    """
    low, high = bounds
    if call.function in ("first", "last"):
        assert call.column
        place = low if call.function == "first" else high - 1
        seen = high > low
        source = np.where(seen, positions.take(np.where(seen, place, 0)), -1) if len(positions) else np.full(len(low), -1)
        return frame.columns[call.column].gathered(Index(_scattered(source, targets), optional=True))
    vector = frame[call.column].spread(frame.rows) if call.column else None
    return Column(_reduced(call.function, vector, positions, bounds, targets))


def _reduced(
    function: str, vector: Vector | None, positions: Positions, bounds: Bounds, targets: Positions
) -> Vector:
    low, high = bounds
    if vector is None:
        counts, _ = reduce_ranges("count_rows", np.empty(0), None, low, high)
        return Vector(INT, _scattered(counts, targets))
    data = vector.strings.ranks.take(vector.data) if vector.type == STRING else vector.data
    known = vector.known
    valid = None if known is None else known.take(positions)
    if function == "count_distinct":
        return Vector(INT, _scattered(count_distinct_ranges(data.take(positions), valid, low, high), targets))
    result, present = reduce_ranges(function, data.take(positions), valid, low, high)
    result = _scattered(result, targets)
    return _typed(function, vector, result, None if present is None else _scattered(present, targets))


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
    targets, low, high = as_of_bounds(
        right_group.take(found.positions), time.take(found.positions), left_group, at.data, node.within
    )
    columns = dict(left.columns)
    for new, call in node.calls:
        columns[new] = _aggregated(call, right, found.positions, (low, high), targets)
    return left.with_columns(columns)
