"""Window: values over other rows of a group. Windows of one group and order share an exchange and a sort."""

from __future__ import annotations

from collections.abc import Callable

from pyspark.sql import Column, Window, WindowSpec, functions as F

from crossover.engines.spark.aggregates import order_key, plain, sort_columns
from crossover.engines.spark.expressions import microseconds
from crossover.engines.spark.frames import SparkFrame
from crossover.language.primitives import WINDOW_FUNCTIONS
from crossover.language.types import Schema
from crossover.relations import nodes

COUNTS = frozenset({"count_rows", "count", "count_distinct"})
"""0 where a frame is empty; all others are null."""


def window(node: nodes.Window, input: SparkFrame, schema: Schema) -> SparkFrame:
    calls = [_value(node, call, schema).alias(name) for name, call in node.calls]
    columns = (*input.columns, *(name for name, _ in node.calls))
    return SparkFrame(input.data.select(*input.columns, *calls), columns, input.bytes, input.unique)


def over_frame(call: nodes.AggregateCall, schema: Schema, frame: WindowSpec) -> Column:
    """Return an aggregate without an order over a frame. Spark has no distinct aggregates there."""
    if call.function == "count_distinct":
        assert call.column is not None
        return F.size(F.collect_set(F.col(call.column)).over(frame)).cast("long")
    return plain(call, schema, lambda column: column.over(frame))


def _value(node: nodes.Window, call: nodes.AggregateCall, schema: Schema) -> Column:
    group = Window.partitionBy(*node.by)
    if call.function in WINDOW_FUNCTIONS:
        return RANKS[call.function](node, call, group)
    if not node.order:
        return over_frame(call, schema, group)
    if isinstance(node.frame, nodes.TimeRange):
        return _over_time(node, node.frame, call, schema, group)
    return _over_rows(node.frame or nodes.Rows(None), call, schema, _ordered(node, group))


def _ordered(node: nodes.Window, group: WindowSpec) -> WindowSpec:
    return group.orderBy(*sort_columns((*node.order, *(nodes.Order(name) for name in node.ties))))


RANKS: dict[str, Callable[[nodes.Window, nodes.AggregateCall, WindowSpec], Column]] = {
    "lag": lambda node, call, group: F.lag(str(call.column), call.offset).over(_ordered(node, group)),
    "row_number": lambda node, call, group: F.row_number().over(_ordered(node, group)).cast("long"),
    "rank": lambda node, call, group: F.rank().over(group.orderBy(*sort_columns(node.order))).cast("long"),
    "dense_rank": lambda node, call, group: F.dense_rank().over(group.orderBy(*sort_columns(node.order))).cast("long"),
}


def _over_rows(rows: nodes.Rows, call: nodes.AggregateCall, schema: Schema, ordered: WindowSpec) -> Column:
    end = Window.currentRow if rows.itself else -1
    start = Window.unboundedPreceding if rows.count is None else end - rows.count + 1
    frame = ordered.rowsBetween(start, end)
    if call.function in ("first", "last"):
        return (F.first if call.function == "first" else F.last)(str(call.column)).over(frame)
    return over_frame(call, schema, frame)


def _over_time(
    node: nodes.Window, range_: nodes.TimeRange, call: nodes.AggregateCall, schema: Schema, group: WindowSpec
) -> Column:
    """A range has one order column, so rows of one moment are ordered inside the aggregate, not by the sort."""
    (time,) = node.order
    frame = group.orderBy(microseconds(F.col(time.column))).rangeBetween(-range_.microseconds, 0 if range_.itself else -1)
    if call.function in ("first", "last"):
        key = order_key((nodes.Order(time.column), *(nodes.Order(name) for name in node.ties)), schema)
        value = (F.min_by if call.function == "first" else F.max_by)(F.col(str(call.column)), key).over(frame)
    else:
        value = over_frame(call, schema, frame)
    empty = F.lit(0).cast("long") if call.function in COUNTS else F.lit(None)
    return F.when(F.col(time.column).isNotNull(), value).otherwise(empty)
