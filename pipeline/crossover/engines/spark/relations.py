"""A function for each relation but the windows: the query that it means. Nothing computes here."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from crossover.engines.spark.aggregates import finished, named_parts, ordered_aggregation, sort_columns
from crossover.engines.spark.expressions import compiled
from crossover.engines.spark.frames import SparkFrame
from crossover.engines.spark.lifting import lift
from crossover.language.tree import Column as ColumnNode
from crossover.language.tree import Expression
from crossover.language.types import Schema
from crossover.relations import nodes
from crossover.relations.schema import fact_of

CONDITION = "__condition"


def project(node: nodes.Project, input: SparkFrame, schema: Schema) -> SparkFrame:
    """One select for the columns, below it one for each level of lifted arguments."""
    data, expressions, schema = _with_lifted(input.data, dict(node.columns), schema)
    selected = data.select(*(compiled(each, schema).alias(name) for name, each in expressions.items()))
    return SparkFrame(selected, tuple(expressions), input.bytes, _renamed_keys(input, node.columns))


def filtered(node: nodes.Filter, input: SparkFrame, schema: Schema) -> SparkFrame:
    data, expressions, schema = _with_lifted(input.data, {CONDITION: node.condition}, schema)
    kept = data.filter(compiled(expressions[CONDITION], schema))
    if data is not input.data:
        kept = kept.select(*input.columns)
    return SparkFrame(kept, input.columns, input.bytes, input.unique)


def join(node: nodes.Join, left: SparkFrame, right: SparkFrame) -> SparkFrame:
    """Equality of SQL: null matches nothing. The right side has only new names, so nothing is ambiguous."""
    keys = [F.col(theirs).alias(f"__key_{number}") for number, (_, theirs) in enumerate(node.keys)]
    known = right.data.select(*keys, *(F.col(name).alias(new) for name, new in node.take))
    conditions = [F.col(mine) == F.col(f"__key_{number}") for number, (mine, _) in enumerate(node.keys)]
    joined = left.data.join(F.broadcast(known) if right.small else known, reduce(Column.__and__, conditions), node.kind)
    columns = (*left.columns, *(new for _, new in node.take))
    at_most_one = node.expect in ("many_to_one", "one_to_one")
    size = left.bytes + right.bytes if at_most_one and left.bytes is not None and right.bytes is not None else None
    return SparkFrame(joined.select(*columns), columns, size, left.unique if at_most_one else frozenset())


def aggregate(node: nodes.Aggregate, input: SparkFrame, schema: Schema) -> SparkFrame:
    calls = {name: ordered_aggregation(call, schema, node.order) for name, call in node.calls}
    columns = (*node.by, *calls)
    if calls:
        parts = input.data.groupBy(*node.by).agg(*named_parts(calls))
        data = parts.select(*node.by, *(value.alias(name) for name, value in finished(calls).items()))
    else:
        data = input.data.select(*node.by).distinct()
    return SparkFrame(data, columns, input.bytes, frozenset({frozenset(node.by)}))


def first_by_key(node: nodes.FirstByKey, input: SparkFrame) -> SparkFrame:
    window = Window.partitionBy(*node.by).orderBy(*sort_columns(node.order))
    ranked = input.data.select(*input.columns, F.row_number().over(window).alias("__number"))
    first = ranked.filter(F.col("__number") == 1).select(*input.columns)
    return SparkFrame(first, input.columns, input.bytes, input.unique | {frozenset(node.by)})


def top_n(node: nodes.TopN, input: SparkFrame) -> SparkFrame:
    top = input.data.orderBy(*sort_columns(node.order)).limit(node.count)
    return SparkFrame(top, input.columns, input.bytes, input.unique)


def union(inputs: Sequence[SparkFrame]) -> SparkFrame:
    first, *others = inputs
    data = reduce(DataFrame.unionByName, (each.data for each in others), first.data)
    sizes = [each.bytes for each in inputs if each.bytes is not None]
    return SparkFrame(data, first.columns, sum(sizes) if len(sizes) == len(inputs) else None)


def _with_lifted(
    data: DataFrame, expressions: dict[str, Expression], schema: Schema
) -> tuple[DataFrame, dict[str, Expression], Schema]:
    levels, rest = lift(expressions)
    for level in levels:
        data = data.select("*", *(compiled(each, schema).alias(name) for name, each in level.items()))
        schema = {**schema, **{name: fact_of(each, schema) for name, each in level.items()}}
    return data, rest, schema


def _renamed_keys(input: SparkFrame, columns: Sequence[tuple[str, Expression]]) -> frozenset[frozenset[str]]:
    """The unique sets of the input that are still whole, under their new names."""
    new_names = {each.name: new for new, each in columns if isinstance(each, ColumnNode)}
    return frozenset(frozenset(new_names[name] for name in key) for key in input.unique if key <= new_names.keys())
