"""anti_join: the rows that have no partner in another table."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from pydantic import Field

from crossover.operations.context import Context
from crossover.operations.operation import Operation
from crossover.operations.outcomes import dropped_by_partners
from crossover.operations.partners import without_partner
from crossover.operations.table import Table
from crossover.operations.using import Using, join_keys


class AntiJoin(Operation):
    """Keeps the rows for which the other table has no row with equal `using`; rows and columns stay as they are.

    The key stays.

    Nulls: a null key matches nothing, so its row stays. Order: none.
    """

    verb: ClassVar[str] = "anti_join"
    table: str = Field(alias="anti_join")
    using: Using

    def apply(self, table: Table, context: Context) -> Table:
        other = context.table((self.verb,), self.table)
        keys = join_keys(self.using, table, other, context)
        filters = dropped_by_partners(table, other, keys, (*context.path, self.verb), self.verb)
        relation = without_partner(table.relation, other.relation, keys, list(table.all_columns))
        return replace(table, relation=relation, filters=filters)
