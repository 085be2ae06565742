"""aggregate: one row for each group."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from pydantic import Field

from crossover.operations.calls import build_calls
from crossover.operations.context import Context, Refused
from crossover.operations.operation import Operation
from crossover.operations.outcomes import mark_all, mark_of_columns
from crossover.operations.table import Table
from crossover.relations.nodes import Aggregate as AggregateRelation

FUNCTIONS = frozenset({"count_rows", "count", "count_distinct", "sum", "avg", "min", "max", "stddev", "variance"})


class Aggregate(Operation):
    """One row for each group of `by`, which becomes the table's key; without `by` one row.

    Nulls: null is a group of its own; aggregates skip nulls; counts of nothing are 0, all else is null. Order:
    none, so first and last cannot stand here. Numbers: sum of ints is int, null on overflow; avg is double;
    stddev and variance are those of a sample; sums and means of doubles are inexact.
    """

    verb: ClassVar[str] = "aggregate"
    columns: dict[str, str] = Field(alias="aggregate", min_length=1)
    by: tuple[str, ...] = ()

    def apply(self, table: Table, context: Context) -> Table:
        by = tuple(context.columns(("by",), self.by, table))
        context.exact(("by",), by, table, "group key", self.by)
        for name in self.columns:
            if name in by:
                raise context.refuse((self.verb, name), "name-exists", f"`{name}` is a column of `by` already", key=True)
        outer = {name: table.schema[name] for name in by}
        calls = build_calls(context, self.verb, self.columns, table, FUNCTIONS, outer, replace(table, unknown=False))
        if not calls.results:
            raise Refused()
        relation = AggregateRelation(calls.prepare(table.relation, table.all_columns), by, calls.named)
        outcomes = {name: mark for name, mark in table.outcomes.items() if name in by}
        grouped = mark_of_columns(by, table, (*context.path, self.verb))
        return replace(
            table,
            relation=calls.finish(relation, by),
            key=by,
            outcomes={**outcomes, **mark_all(calls.results, calls.marks, grouped)},
            broken=frozenset(calls.broken),
        )
