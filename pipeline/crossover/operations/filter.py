"""filter: keep rows for which a condition is true."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from pydantic import Field

from crossover.language.types import BOOLEAN
from crossover.operations.context import Context, marks_of
from crossover.operations.operation import Operation
from crossover.operations.outcomes import dropped
from crossover.operations.table import Table
from crossover.relations.nodes import Filter as FilterRelation


class Filter(Operation):
    """Keeps the rows for which the condition is true; false and null go, uncounted.

    Nulls: a null condition drops the row. Order: none. Numbers: an inexact double in the condition is warned about.
    """

    verb: ClassVar[str] = "filter"
    condition: str = Field(alias="filter")

    def apply(self, table: Table, context: Context) -> Table:
        typed, tree = context.expression((self.verb,), self.condition, table, BOOLEAN)
        if not typed.fact.exact:
            context.warn((self.verb,), "inexact", "the condition reads an inexact double: a row at the border may go on one engine alone")
        mark = marks_of(tree, table, context.path)
        filters = (*table.filters, *dropped(mark, (*context.path, self.verb), self.verb, self.condition))
        return replace(table, relation=FilterRelation(table.relation, typed.expression), filters=filters)
