"""A function for each relation, from lazy frames to a lazy frame. Window and AsOfJoin stand in `windows`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import polars as pl

from crossover.engines.polars.cardinality import checked
from crossover.engines.polars.expressions import compile_expression
from crossover.engines.polars.frames import DTYPES, Frame
from crossover.language.aggregates import aggregate_fact
from crossover.language.tree import Call, Column
from crossover.language.types import INT, Schema
from crossover.relations import nodes
from crossover.relations.schema import fact_of

KEY = "__key"


def project(node: nodes.Project, input: Frame) -> Frame:
    schema = {name: fact_of(expression, input.schema) for name, expression in node.columns}
    columns = [
        compile_expression(expression, input.schema).cast(DTYPES[schema[name].type]).alias(name)
        for name, expression in node.columns
    ]
    # a select of constants alone would be one row: columns added beside those that are there are not
    return Frame(input.lazy.with_columns(columns).select(list(schema)), schema)


def filter_rows(node: nodes.Filter, input: Frame) -> Frame:
    match node.condition:
        case Call(function="is_null", arguments=(Column(name=name),)) if name in input.absent:
            return input  # Polars would copy every row, as it keeps a column of nulls for a column
    return Frame(input.lazy.filter(compile_expression(node.condition, input.schema)), input.schema)


def join(node: nodes.Join, left: Frame, right: Frame) -> Frame:
    """Join on hidden copies of the right keys, so that no name of the two sides can meet."""
    kept = {name: right.schema[column] for column, name in node.take}
    keys = {f"{KEY}_{number}": right.schema[column] for number, (_, column) in enumerate(node.keys)}
    columns = [pl.col(column).alias(key) for key, (_, column) in zip(keys, node.keys, strict=True)]
    taken = Frame(right.lazy.select(*columns, *(pl.col(column).alias(name) for column, name in node.take)), {**keys, **kept})
    left_lazy, right_lazy = left.lazy, taken.lazy
    if node.expect in ("many_to_one", "one_to_one") and not unique_by(node.right, [column for _, column in node.keys]):
        right_lazy = checked(taken, dict(zip(keys, (column for _, column in node.keys), strict=True)), node, node.names[1])
    if node.expect in ("one_to_many", "one_to_one") and not unique_by(node.left, [column for column, _ in node.keys]):
        left_lazy = checked(left, {column: column for column, _ in node.keys}, node, node.names[0])
    joined = left_lazy.join(
        right_lazy, left_on=[column for column, _ in node.keys], right_on=list(keys), how=node.kind, nulls_equal=False
    )
    schema = {**left.schema, **{name: fact.with_nulls() if node.kind == "left" else fact for name, fact in kept.items()}}
    return Frame(joined.select(list(schema)), schema)


def unique_by(relation: nodes.Relation, keys: Sequence[str]) -> bool:
    """Return whether a relation cannot have two rows of equal keys, whatever the data."""
    match relation:
        case nodes.Aggregate(by=by) | nodes.FirstByKey(by=by):
            return set(by) <= set(keys)
        case nodes.Filter(input=input) | nodes.Materialise(input=input) | nodes.Check(input=input):
            return unique_by(input, keys)
        case nodes.Project(input=input, columns=columns):
            passed = {name: expression.name for name, expression in columns if isinstance(expression, Column)}
            return unique_by(input, [passed[name] for name in keys if name in passed])
        case _:
            return False


def aggregate(node: nodes.Aggregate, input: Frame) -> Frame:
    lazy = _sorted(input.lazy, node.order) if _needs_order(node.calls) else input.lazy
    columns = [aggregate_column(call, input.schema).alias(name) for name, call in node.calls]
    schema = {**{name: input.schema[name] for name in node.by}, **call_facts(node.calls, input.schema)}
    grouped = lazy.group_by(node.by).agg(columns) if node.by else lazy.select(columns)
    return Frame(grouped.select(list(schema)), schema)


def _needs_order(calls: Sequence[tuple[str, nodes.AggregateCall]]) -> bool:
    return any(call.function in ("first", "last") for _, call in calls)


def call_facts(calls: Sequence[tuple[str, nodes.AggregateCall]], schema: Schema) -> Schema:
    """Return the columns that aggregates make of columns of the schema."""
    return {name: aggregate_fact(call.function, schema[call.column] if call.column else None) for name, call in calls}


def aggregate_column(call: nodes.AggregateCall, schema: Schema) -> pl.Expr:
    """Return the expression of an aggregate over a group."""
    if call.column is None:
        return pl.len().cast(pl.Int64)
    column = pl.col(call.column)
    if call.function == "sum" and schema[call.column].type == INT:
        return _if_any(column, column.cast(pl.Int128).sum().cast(pl.Int64, strict=False))
    return AGGREGATES[call.function](column)


def _if_any(column: pl.Expr, result: pl.Expr) -> pl.Expr:
    """Null without a value: Polars says 0."""
    return pl.when(column.count() > 0).then(result)


def _if_finite(result: pl.Expr) -> pl.Expr:
    return pl.when(result.is_finite()).then(result)


AGGREGATES: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    "count": lambda column: column.count().cast(pl.Int64),
    "count_distinct": lambda column: column.drop_nulls().n_unique().cast(pl.Int64),
    "sum": lambda column: _if_any(column, _if_finite(column.sum())),
    "avg": lambda column: _if_finite(column.mean()),
    "min": lambda column: column.min(),
    "max": lambda column: column.max(),
    "stddev": lambda column: _if_finite(column.std(ddof=1)),
    "variance": lambda column: _if_finite(column.var(ddof=1)),
    "first": lambda column: column.first(),
    "last": lambda column: column.last(),
}
"""Aggregates of one column; first and last find the rows in their order."""


def first_by_key(node: nodes.FirstByKey, input: Frame) -> Frame:
    lazy = _sorted(input.lazy, node.order)
    first = lazy.unique(node.by, keep="first", maintain_order=True) if node.by else lazy.head(1)
    return Frame(first, input.schema)


def top_n(node: nodes.TopN, input: Frame) -> Frame:
    return Frame(_sorted(input.lazy, node.order).head(node.count), input.schema)


def _sorted(lazy: pl.LazyFrame, order: Sequence[nodes.Order]) -> pl.LazyFrame:
    """Sort with nulls last, whichever the direction."""
    return lazy.sort([each.column for each in order], **directions(order)) if order else lazy


def directions(order: Sequence[nodes.Order]) -> dict[str, Any]:
    """Return how Polars is told an order, for sorts and arg_sort_by alike."""
    return {"descending": [each.descending for each in order], "nulls_last": True}


def union(node: nodes.Union, inputs: Sequence[Frame]) -> Frame:
    del node
    first = inputs[0]
    nullable = {
        name: fact.with_nulls() if any(each.schema[name].nullable for each in inputs) else fact
        for name, fact in first.schema.items()
    }
    return Frame(pl.concat([each.lazy.select(list(first.schema)) for each in inputs]), nullable)
