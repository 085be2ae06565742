"""Aggregates, over groups and over windows alike, and orders in which nulls come last."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pyspark.sql import Column, functions as F

from crossover.engines.spark.expressions import microseconds
from crossover.engines.spark.text import finite
from crossover.language.types import BOOLEAN, DATE, DOUBLE, INT, STRING, TIMESTAMP, Schema, Type
from crossover.relations.nodes import AggregateCall, Order

AGGREGATES: dict[str, Callable[[Column], Column]] = {
    "count": F.count,
    "count_distinct": F.count_distinct,
    "avg": lambda x: F.avg(x),
    "min": F.min,
    "max": F.max,
    "stddev": F.stddev_samp,
    "variance": F.var_samp,
}
"""Those that are one function of Spark; a window needs another one for `count_distinct`."""

FINITE = frozenset({"avg", "stddev", "variance"})
"""Doubles that may have overflowed."""

HEX, COMPLEMENT = "0123456789ABCDEF", "FEDCBA9876543210"


def plain(call: AggregateCall, schema: Schema, over: Callable[[Column], Column] = lambda column: column) -> Column:
    """Return an aggregate that needs no order. `over` puts the bare aggregate over a window."""
    if call.function == "count_rows":
        return over(F.count(F.lit(1)))
    assert call.column is not None
    column = F.col(call.column)
    if call.function == "sum":
        # an int sum that overflows is null, in every mode
        return over(F.try_sum(column)) if schema[call.column].type == INT else finite(over(F.sum(column)))
    result = over(AGGREGATES[call.function](column))
    return finite(result) if call.function in FINITE else result


def aggregated(call: AggregateCall, schema: Schema, order: Sequence[Order]) -> Column:
    """Return an aggregate of a group. Of first and last the value may be null: the order's struct never is."""
    if call.function in ("first", "last"):
        assert call.column is not None
        choose = F.min_by if call.function == "first" else F.max_by
        return choose(F.col(call.column), order_key(order, schema))
    return plain(call, schema)


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
