"""Window: values over other rows of a group. Windows of one group and order share an exchange and a sort."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from pyspark.sql import Column, DataFrame, Window, WindowSpec
from pyspark.sql import functions as F

from crossover.engines.spark.aggregates import Aggregation, aggregation, finished, named_parts, order_key, sort_columns
from crossover.engines.spark.expressions import microseconds
from crossover.engines.spark.frames import SparkFrame
from crossover.language.primitives import WINDOW_FUNCTIONS
from crossover.language.types import Schema
from crossover.relations import nodes

COUNTS = frozenset({"count_rows", "count", "count_distinct"})
"""0 where a frame is empty; all others are null."""

Over = tuple[Aggregation, WindowSpec]


def window(node: nodes.Window, input: SparkFrame, schema: Schema) -> SparkFrame:
    calls = {name: _value(node, call, schema) for name, call in node.calls}
    columns = (*input.columns, *calls)
    data = with_windows(input.data, input.columns, calls)
    if isinstance(node.frame, nodes.TimeRange):
        data = data.select(*input.columns, *(_of_known_time(node, name, call) for name, call in node.calls))
    return SparkFrame(data, columns, input.bytes, input.unique)


def with_windows(data: DataFrame, columns: Sequence[str], calls: Mapping[str, Over]) -> DataFrame:
    """Return the columns and a value for each call. Parts come first: Spark computes an aggregate wherever it is named."""
    aggregations = {name: each for name, (each, _) in calls.items()}
    parts = named_parts(aggregations, {name: frame for name, (_, frame) in calls.items()})
    values = [value.alias(name) for name, value in finished(aggregations).items()]
    return data.select(*columns, *parts).select(*columns, *values)


def frame_aggregation(call: nodes.AggregateCall, schema: Schema) -> Aggregation:
    """Return an aggregate without an order for a frame. Spark has no distinct aggregates there."""
    if call.function == "count_distinct":
        return Aggregation((F.collect_set(F.col(str(call.column))),), lambda values: F.size(values).cast("long"))
    return aggregation(call, schema)


def _value(node: nodes.Window, call: nodes.AggregateCall, schema: Schema) -> Over:
    group = Window.partitionBy(*node.by)
    if call.function in WINDOW_FUNCTIONS:
        order = node.order if call.function in RANKS_OF_VALUES else _total_order(node)
        return _ranks(call), group.orderBy(*sort_columns(order))
    if not node.order:
        return frame_aggregation(call, schema), group
    if isinstance(node.frame, nodes.TimeRange):
        return _over_time(node, node.frame, call, schema, group)
    return _over_rows(node.frame or nodes.Rows(None), call, schema, group.orderBy(*sort_columns(_total_order(node))))


def _total_order(node: nodes.Window) -> tuple[nodes.Order, ...]:
    return (*node.order, *(nodes.Order(name) for name in node.ties))


RANKS_OF_VALUES = frozenset({"rank", "dense_rank"})
"""Those for which ties are equal."""

RANKS: dict[str, Callable[[], Column]] = {"row_number": F.row_number, "rank": F.rank, "dense_rank": F.dense_rank}


def _ranks(call: nodes.AggregateCall) -> Aggregation:
    if call.function == "lag":
        return Aggregation((F.lag(str(call.column), call.offset),))
    return Aggregation((RANKS[call.function](),), lambda number: number.cast("long"))


def _over_rows(rows: nodes.Rows, call: nodes.AggregateCall, schema: Schema, ordered: WindowSpec) -> Over:
    end = Window.currentRow if rows.itself else -1
    start = Window.unboundedPreceding if rows.count is None else end - rows.count + 1
    frame = ordered.rowsBetween(start, end)
    if call.function in ("first", "last"):
        return Aggregation(((F.first if call.function == "first" else F.last)(str(call.column)),)), frame
    return frame_aggregation(call, schema), frame


def _over_time(node: nodes.Window, range_: nodes.TimeRange, call: nodes.AggregateCall, schema: Schema, group: WindowSpec) -> Over:
    """A range has one order column, so rows of one moment are ordered inside the aggregate, not by the sort."""
    (time,) = node.order
    frame = group.orderBy(microseconds(F.col(time.column))).rangeBetween(-range_.microseconds, 0 if range_.itself else -1)
    if call.function not in ("first", "last"):
        return frame_aggregation(call, schema), frame
    choose = F.min_by if call.function == "first" else F.max_by
    return Aggregation((choose(F.col(str(call.column)), order_key(_total_order(node), schema)),)), frame


def _of_known_time(node: nodes.Window, name: str, call: nodes.AggregateCall) -> Column:
    """Rows without a time would see each other: theirs is the empty frame."""
    empty = F.lit(0).cast("long") if call.function in COUNTS else F.lit(None)
    return F.when(F.col(node.order[0].column).isNotNull(), F.col(name)).otherwise(empty).alias(name)
