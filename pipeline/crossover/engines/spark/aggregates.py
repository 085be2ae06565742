"""Aggregates, over groups and over windows alike, and orders in which nulls come last."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pyspark.sql import Column, WindowSpec
from pyspark.sql import functions as F

from crossover.engines.spark.expressions import microseconds
from crossover.engines.spark.text import finite
from crossover.language.types import BOOLEAN, DATE, DOUBLE, INT, STRING, TIMESTAMP, Fact, Schema, Type
from crossover.relations.nodes import AggregateCall, Order

LOW_BITS = 0xFFFFFFFF
SMALL_INTS = (-(2**31), 2**31 - 1)
"""Ints whose sum over 2**32 rows fits int64."""

HEX, COMPLEMENT = "0123456789ABCDEF", "FEDCBA9876543210"


@dataclass(frozen=True)
class Aggregation:
    """Aggregates as Spark has them, and what makes the result of their values."""

    parts: tuple[Column, ...]
    finish: Callable[..., Column] = lambda value: value


def aggregation(call: AggregateCall, schema: Schema) -> Aggregation:
    """Return an aggregate that needs no order."""
    if call.function == "count_rows":
        return Aggregation((F.count(F.lit(1)),))
    assert call.column is not None
    if call.function == "sum":
        return _sum(F.col(call.column), schema[call.column])
    return AGGREGATES[call.function](F.col(call.column))


def _sum(column: Column, fact: Fact) -> Aggregation:
    """Halves of ints are summed apart: neither sum can overflow, in whichever order the rows come."""
    if fact.type == DOUBLE:
        return Aggregation((F.sum(column),), finite)
    if fact.interval and SMALL_INTS[0] <= fact.interval[0] and fact.interval[1] <= SMALL_INTS[1]:
        return Aggregation((F.sum(column),))
    return Aggregation((F.sum(F.shiftright(column, 32)), F.sum(column.bitwiseAND(F.lit(LOW_BITS)))), _joined_halves)


def _joined_halves(high: Column, low: Column) -> Column:
    carried = high + F.shiftright(low, 32)
    return F.when(carried.between(*SMALL_INTS), F.shiftleft(carried, 32) + low.bitwiseAND(F.lit(LOW_BITS)))


AGGREGATES: dict[str, Callable[[Column], Aggregation]] = {
    "count": lambda x: Aggregation((F.count(x),)),
    "count_distinct": lambda x: Aggregation((F.count_distinct(x),)),
    "avg": lambda x: Aggregation((F.avg(x),), finite),
    "min": lambda x: Aggregation((F.min(x),)),
    "max": lambda x: Aggregation((F.max(x),)),
    "stddev": lambda x: Aggregation((F.stddev_samp(x),), finite),
    "variance": lambda x: Aggregation((F.var_samp(x),), finite),
}


def ordered_aggregation(call: AggregateCall, schema: Schema, order: Sequence[Order]) -> Aggregation:
    """Return an aggregate of a group with an order. The value of first and last may be null: the order's key never is."""
    if call.function not in ("first", "last"):
        return aggregation(call, schema)
    choose = F.min_by if call.function == "first" else F.max_by
    return Aggregation((choose(F.col(str(call.column)), order_key(order, schema)),))


def part_names(calls: Mapping[str, Aggregation]) -> dict[str, list[str]]:
    """Return the names of the parts of each call."""
    return {name: [f"__part_{number}_{place}" for place in range(len(each.parts))] for number, (name, each) in enumerate(calls.items())}


def named_parts(calls: Mapping[str, Aggregation], over: Mapping[str, WindowSpec] | None = None) -> list[Column]:
    """Return all parts under their names, each over the window of its call if there are windows."""
    names = part_names(calls)
    return [
        (part.over(over[name]) if over else part).alias(alias)
        for name, each in calls.items()
        for alias, part in zip(names[name], each.parts, strict=True)
    ]


def finished(calls: Mapping[str, Aggregation]) -> dict[str, Column]:
    """Return the results over columns that hold the parts."""
    names = part_names(calls)
    return {name: each.finish(*map(F.col, names[name])) for name, each in calls.items()}


def sort_columns(order: Sequence[Order]) -> list[Column]:
    """Return what orderBy takes: nulls last, whichever the direction."""
    return [
        F.col(each.column).desc_nulls_last() if each.descending else F.col(each.column).asc_nulls_last() for each in order
    ]


def order_key(order: Sequence[Order], schema: Schema) -> Column:
    """Return a struct that sorts ascending as the order does: for min_by and max_by."""
    parts = []
    for number, each in enumerate(order):
        column = F.col(each.column)
        key = reversed_key(column, schema[each.column].type) if each.descending else column
        parts += [column.isNull().alias(f"null_{number}"), key.alias(f"key_{number}")]
    return F.struct(*parts)


def reversed_key(column: Column, type_: Type) -> Column:
    """Return a value that sorts ascending as the column does descending."""
    return REVERSED[type_](column)


def _reversed_text(column: Column) -> Column:
    """Complemented hexadecimal digits of the bytes; the end sorts behind every digit, as a prefix must."""
    return F.concat(F.translate(F.hex(column), HEX, COMPLEMENT), F.lit("~"))


REVERSED: dict[Type, Callable[[Column], Column]] = {
    BOOLEAN: lambda column: ~column,
    INT: F.bitwise_not,
    DOUBLE: lambda column: -column,
    STRING: _reversed_text,
    DATE: lambda column: -F.unix_date(column),
    TIMESTAMP: lambda column: -microseconds(column),
}
"""bitwise_not, because the negative of the least int does not exist."""
