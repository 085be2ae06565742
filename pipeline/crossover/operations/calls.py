"""Aggregates of a step: arguments become columns first, then the aggregates are of columns alone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from crossover.language.aggregates import AggregateUse, aggregate_fact, fact_of_aggregate, split_aggregates
from crossover.language.errors import ExpressionError
from crossover.language.tree import Column, Expression
from crossover.language.types import NULL, Fact, Schema
from crossover.operations.context import Context, Refused, marks_of
from crossover.operations.table import Outcome, Table
from crossover.relations.levels import with_columns
from crossover.relations.nodes import AggregateCall, Project, Relation


@dataclass
class Calls:
    """The aggregates of a step, ready for a relation: argument columns, calls, and the expressions over their results."""

    arguments: dict[str, Expression] = field(default_factory=dict)
    calls: dict[str, AggregateCall] = field(default_factory=dict)
    results: dict[str, Expression] = field(default_factory=dict)
    facts: Schema = field(default_factory=dict)
    marks: dict[str, Outcome] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)

    def prepare(self, relation: Relation, columns: Collection[str]) -> Relation:
        """Return the relation with the argument columns beside its own."""
        return with_columns(relation, list(columns), self.arguments) if self.arguments else relation

    @property
    def named(self) -> tuple[tuple[str, AggregateCall], ...]:
        return tuple(self.calls.items())

    def finish(self, relation: Relation, kept: Collection[str]) -> Relation:
        """Return the kept columns and the results."""
        columns = [(name, Column(name)) for name in kept]
        return Project(relation, (*columns, *self.results.items()))


def build_calls(
    context: Context, where: str, written: Mapping[str, str], source: Table, allowed: Collection[str], outer: Schema, outer_table: Table
) -> Calls:
    """Return the aggregates written under `where`.

    Arguments are over `source`; what stands around an aggregate may also use the columns of `outer`. Raises
    Refused if nothing could be made.
    """
    result = Calls()
    for name, text in written.items():
        place = (where, name)
        try:
            _build_one(context, place, name, text, source, allowed, outer, outer_table, result)
        except Refused:
            result.broken.add(name)
    return result


def _build_one(
    context: Context,
    place: tuple[str, str],
    name: str,
    text: str,
    source: Table,
    allowed: Collection[str],
    outer: Schema,
    outer_table: Table,
    result: Calls,
) -> None:
    tree = context.parse(place, text)
    try:
        around, uses = split_aggregates(tree, allowed, f"__{name}_")
    except ExpressionError as error:
        raise context.refused_expression(place, error) from None
    if not uses:
        raise context.refuse(place, "aggregate", "there is no aggregate in this expression", "count(*), sum(x), avg(x), min(x), max(x) ...")
    facts: Schema = {}
    for result_name, use in uses.items():
        facts[result_name] = _add_call(context, place, result_name, use, source, result)
    typed = context.lower(place, around, {**outer, **facts}, outer_table)
    result.results[name] = typed.expression
    result.facts[name] = typed.fact
    mark = marks_of(tree, source, (*context.path, *place))
    if mark is not None:
        result.marks[name] = mark


def _add_call(
    context: Context, place: tuple[str, str], result_name: str, use: AggregateUse, source: Table, result: Calls
) -> Fact:
    if use.argument is None:
        result.calls[result_name] = AggregateCall(use.function)
        return aggregate_fact(use.function, None)
    typed = context.lower(place, use.argument, source.schema, source)
    if typed.type == NULL:
        raise context.refuse(place, "type", "a bare null has no type", "write cast(null as double), say")
    try:
        fact = fact_of_aggregate(use, typed.fact)
    except ExpressionError as error:
        raise context.refused_expression(place, error) from None
    result.calls[result_name] = AggregateCall(use.function, _argument(result_name, typed.expression, result), use.offset)
    return fact


def _argument(result_name: str, expression: Expression, result: Calls) -> str:
    """The column that holds an argument: itself, one made for an equal argument, or a new one."""
    if isinstance(expression, Column):
        return expression.name
    for name, other in result.arguments.items():
        if other == expression:
            return name
    name = f"{result_name}_of"
    result.arguments[name] = expression
    return name
