"""AsOfJoin as a union and one window: one exchange, one sort, no cross product.

Both sides become events of one key in time. Two ways, each with one frame for all that is asked:

- *so far*: everything before a moment is seen (`within` is None, or only `last` is asked: then its age is checked
  afterwards). Events of one moment are sorted with the left ones first, and a frame that only grows ends at each:
  the cost does not depend on how much is seen.
- *sliding*: a range of microseconds before the moment, each frame computed from its own rows, so that nothing
  cancels. Its cost is rows times width.
"""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql import Column, DataFrame, Window, WindowSpec
from pyspark.sql import functions as F

from crossover.engines.spark.aggregates import Aggregation, order_key
from crossover.engines.spark.expressions import microseconds
from crossover.engines.spark.frames import SPARK_TYPES, SparkFrame
from crossover.engines.spark.windows import Over, frame_aggregation, with_windows
from crossover.language.types import Schema
from crossover.relations import nodes

TIME, SEEN, SPREAD = "__time", "__seen", "__spread"
SPREADS = 1024
"""Left rows that can match nothing are dealt to so many groups, for they must not form one group of their own."""


@dataclass(frozen=True)
class Events:
    """Names of the columns of the union that are not the left table's own."""

    keys: tuple[str, ...]
    values: dict[str, str]
    """Column of the right table and its name among the events."""


def as_of_join(node: nodes.AsOfJoin, left: SparkFrame, right: SparkFrame, left_schema: Schema, right_schema: Schema) -> SparkFrame:
    names = _names(node)
    union = _left_events(node, left, names, right_schema).unionByName(_right_events(node, left, right, names, left_schema))
    group = Window.partitionBy(*names.keys, SPREAD)
    so_far = node.within is None or all(call.function == "last" for _, call in node.calls)
    calls = _so_far(node, names, right_schema, group) if so_far else _sliding(node, names, right_schema, group)
    columns = (*left.columns, *(name for name, _ in node.calls))
    rows = with_windows(union, (*left.columns, SEEN, TIME), calls).filter(F.col(SEEN).isNull())
    if so_far:
        rows = rows.select(*left.columns, TIME, *(_finished(node, name, call) for name, call in node.calls))
    return SparkFrame(rows.select(*columns), columns, None, left.unique)


def _names(node: nodes.AsOfJoin) -> Events:
    needed = dict.fromkeys((*(call.column for _, call in node.calls if call.column), *node.ties))
    return Events(
        keys=tuple(f"__key_{number}" for number in range(len(node.keys))),
        values={column: f"__value_{number}" for number, column in enumerate(needed)},
    )


def _left_events(node: nodes.AsOfJoin, left: SparkFrame, names: Events, right_schema: Schema) -> DataFrame:
    """The questions: all their columns, nothing of the right table."""
    mine = [mine for mine, _ in node.keys]
    time = microseconds(F.col(node.at))
    unmatched = F.lit(False)
    for each in (*mine, node.at):
        unmatched = unmatched | F.col(each).isNull()
    spread = F.when(unmatched, F.abs(F.xxhash64(*left.columns) % SPREADS) + 1).otherwise(F.lit(0).cast("long"))
    return left.data.select(
        *left.columns,
        *(F.col(column).alias(key) for column, key in zip(mine, names.keys, strict=True)),
        time.alias(TIME),
        F.lit(None).cast("boolean").alias(SEEN),
        spread.alias(SPREAD),
        *(F.lit(None).cast(SPARK_TYPES[right_schema[column].type]).alias(name) for column, name in names.values.items()),
    )


def _right_events(node: nodes.AsOfJoin, left: SparkFrame, right: SparkFrame, names: Events, left_schema: Schema) -> DataFrame:
    """What was known: a row without a key or a moment is never seen."""
    theirs = [theirs for _, theirs in node.keys]
    known = right.data
    for column in (*theirs, node.known_at):
        known = known.filter(F.col(column).isNotNull())
    return known.select(
        *(F.lit(None).cast(SPARK_TYPES[left_schema[column].type]).alias(column) for column in left.columns),
        *(F.col(column).alias(key) for column, key in zip(theirs, names.keys, strict=True)),
        microseconds(F.col(node.known_at)).alias(TIME),
        F.lit(True).alias(SEEN),
        F.lit(0).cast("long").alias(SPREAD),
        *(F.col(column).alias(name) for column, name in names.values.items()),
    )


def _renamed(call: nodes.AggregateCall, names: Events) -> nodes.AggregateCall:
    """The same over the events: rows are counted by their mark, which the left ones lack."""
    if call.function == "count_rows":
        return nodes.AggregateCall("count", SEEN)
    return nodes.AggregateCall(call.function, names.values[str(call.column)])


def _event_schema(names: Events, right_schema: Schema) -> Schema:
    return {name: right_schema[column] for column, name in names.values.items()}


def _so_far(node: nodes.AsOfJoin, names: Events, right_schema: Schema, group: WindowSpec) -> dict[str, Over]:
    """Aggregates over all events up to each one; the mark sorts the left rows (null) before what is known just then.

    first and last take a struct, null for a left row, so that a null value is a value.
    """
    ties = [F.col(names.values[name]).asc_nulls_last() for name in node.ties]
    frame = group.orderBy(F.col(TIME).asc_nulls_first(), F.col(SEEN).asc_nulls_first(), *ties)
    frame = frame.rowsBetween(Window.unboundedPreceding, Window.currentRow)
    values: dict[str, Over] = {}
    for name, call in node.calls:
        renamed = _renamed(call, names)
        if call.function in ("first", "last"):
            event = F.when(F.col(SEEN), F.struct(F.col(TIME).alias("time"), F.col(str(renamed.column)).alias("value")))
            choose = F.first if call.function == "first" else F.last
            values[name] = Aggregation((choose(event, ignorenulls=True),)), frame
        else:
            values[name] = frame_aggregation(renamed, _event_schema(names, right_schema)), frame
    return values


def _finished(node: nodes.AsOfJoin, name: str, call: nodes.AggregateCall) -> Column:
    """Take the value out of its struct, if it is not too old."""
    if call.function not in ("first", "last"):
        return F.col(name)
    value = F.col(name).getField("value")
    if node.within is not None:
        value = F.when(F.col(name).getField("time") >= F.col(TIME) - node.within, value)
    return value.alias(name)


def _sliding(node: nodes.AsOfJoin, names: Events, right_schema: Schema, group: WindowSpec) -> dict[str, Over]:
    assert node.within is not None
    schema = _event_schema(names, right_schema)
    frame = group.orderBy(F.col(TIME)).rangeBetween(-node.within, -1)
    values: dict[str, Over] = {}
    for name, call in node.calls:
        renamed = _renamed(call, names)
        if call.function in ("first", "last"):
            values[name] = Aggregation((_first_or_last(call.function, renamed, node, names, schema),)), frame
        else:
            values[name] = frame_aggregation(renamed, schema), frame
    return values


def _first_or_last(function: str, call: nodes.AggregateCall, node: nodes.AsOfJoin, names: Events, schema: Schema) -> Column:
    """A null key of the order leaves a row out: the left ones."""
    ties = order_key([nodes.Order(names.values[name]) for name in node.ties], schema)
    key = F.when(F.col(SEEN), F.struct(F.col(TIME), ties) if node.ties else F.struct(F.col(TIME)))
    return (F.min_by if function == "first" else F.max_by)(F.col(str(call.column)), key)
