"""Aggregates, windows and as-of joins as plain loops: the answer when rows are random."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from datetime import timedelta
from fractions import Fraction
from functools import cmp_to_key
from typing import Any

from crossover.language.types import INT_MAX, INT_MIN
from crossover.relations.nodes import AggregateCall, AsOfJoin, Order, Rows, TimeRange, Window

Record = dict[str, Any]


def total(values: Sequence[Any]) -> Any:
    if isinstance(values[0], float):
        exact = sum(map(Fraction, values))
        return float(exact) if abs(exact) <= sys.float_info.max else None
    return sum(values) if INT_MIN <= sum(values) <= INT_MAX else None


def spread(values: Sequence[Any]) -> Fraction | None:
    """Sample variance, without rounding."""
    if len(values) < 2:
        return None
    numbers = [Fraction(value) for value in values]
    mean = sum(numbers) / len(numbers)
    return sum((number - mean) ** 2 for number in numbers) / (len(numbers) - 1)


def deviation(values: Sequence[Any]) -> float | None:
    variance = spread(values)
    return None if variance is None else math.sqrt(variance)


def variance(values: Sequence[Any]) -> float | None:
    exact = spread(values)
    return None if exact is None else float(exact)


OF_VALUES: dict[str, Callable[[Sequence[Any]], Any]] = {
    "sum": total,
    "avg": lambda values: float(sum(map(Fraction, values)) / len(values)),
    "min": min,
    "max": max,
    "stddev": deviation,
    "variance": variance,
}
"""Aggregates that are null without a value; they get values that are not null."""


def aggregate(call: AggregateCall, frame: Sequence[Record]) -> Any:
    """Return an aggregate over the rows of a frame, which are in order."""
    if call.function == "count_rows":
        return len(frame)
    assert call.column is not None
    column = [record[call.column] for record in frame]
    values = [value for value in column if value is not None]
    match call.function:
        case "count":
            return len(values)
        case "count_distinct":
            return len(set(values))
        case "first":
            return column[0] if column else None
        case "last":
            return column[-1] if column else None
    return OF_VALUES[call.function](values) if values else None


def compare(order: Sequence[Order], left: Record, right: Record) -> int:
    """Return -1, 0 or 1; nulls are last whichever the direction, and equal."""
    for each in order:
        x, y = left[each.column], right[each.column]
        if x == y:
            continue
        if x is None or y is None:
            return 1 if x is None else -1
        return (1 if x > y else -1) * (-1 if each.descending else 1)
    return 0


def in_order(records: Sequence[Record], order: Sequence[Order]) -> list[Record]:
    return sorted(records, key=cmp_to_key(lambda left, right: compare(order, left, right)))


def frame_of(window: Window, group: Sequence[Record], place: int) -> Sequence[Record]:
    """Return the rows that one row sees; the group is in order."""
    match window.frame:
        case Rows(count=count, itself=itself):
            end = place + 1 if itself else place
            return group[max(0, end - count) if count is not None else 0 : end]
        case TimeRange(microseconds=microseconds, itself=itself):
            now = group[place][window.order[0].column]
            if now is None:
                return []
            times = [(record, record[window.order[0].column]) for record in group]
            width = timedelta(microseconds=microseconds)
            return [record for record, t in times if t is not None and now - t <= width and (t <= now if itself else t < now)]
        case _:
            return group


def window_function(call: AggregateCall, window: Window, group: Sequence[Record], place: int) -> Any:
    match call.function:
        case "lag":
            return group[place - call.offset][call.column] if place >= call.offset and call.column else None
        case "row_number":
            return place + 1
    smaller = [record for record in group if compare(window.order, record, group[place]) < 0]
    if call.function == "rank":
        return 1 + len(smaller)
    return 1 + len({tuple(record[each.column] for each in window.order) for record in smaller})


def windowed(window: Window, records: Sequence[Record]) -> list[Record]:
    """Return the records with the values of a window."""
    groups: dict[tuple[Any, ...], list[Record]] = {}
    for record in records:
        groups.setdefault(tuple(record[name] for name in window.by), []).append(record)
    found = []
    for group in groups.values():
        ordered = in_order(group, (*window.order, *map(Order, window.ties)))
        for place, record in enumerate(ordered):
            values = {}
            for name, call in window.calls:
                if call.function in ("lag", "row_number", "rank", "dense_rank"):
                    values[name] = window_function(call, window, ordered, place)
                else:
                    values[name] = aggregate(call, frame_of(window, ordered, place))
            found.append({**record, **values})
    return found


def seen(join: AsOfJoin, row: Record, right: Sequence[Record]) -> list[Record]:
    """Return the rows of `right` that a row of `left` can see, in order."""
    at = row[join.at]
    if at is None or any(row[mine] is None for mine, _ in join.keys):
        return []
    known = [record for record in right if record[join.known_at] is not None and record[join.known_at] < at]
    if join.within is not None:
        known = [record for record in known if at - record[join.known_at] <= timedelta(microseconds=join.within)]
    matching = [record for record in known if all(row[mine] == record[theirs] for mine, theirs in join.keys)]
    return in_order(matching, tuple(map(Order, (join.known_at, *join.ties))))


def as_of_joined(join: AsOfJoin, left: Sequence[Record], right: Sequence[Record]) -> list[Record]:
    """Return the records of `left` with the values of an as-of join."""
    return [{**row, **{name: aggregate(call, seen(join, row, right)) for name, call in join.calls}} for row in left]
