"""semi_join: the rows that have a partner in another table."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from pydantic import Field

from crossover.operations.context import Context
from crossover.operations.operation import Operation
from crossover.operations.outcomes import dropped_by_partners
from crossover.operations.partners import with_partner
from crossover.operations.table import Table
from crossover.operations.using import Using, join_keys


class SemiJoin(Operation):
    """Keeps the rows for which the other table has a row with equal `using`; rows and columns stay as they are.

    However many partners a row has, it stays once. The key stays.

    Nulls: a null key matches nothing, so its row goes. Order: none.
    """

    verb: ClassVar[str] = "semi_join"
    table: str = Field(alias="semi_join")
    using: Using

    def apply(self, table: Table, context: Context) -> Table:
        other = context.table((self.verb,), self.table)
        keys = join_keys(self.using, table, other, context)
        filters = dropped_by_partners(table, other, keys, (*context.path, self.verb), self.verb)
        return replace(table, relation=with_partner(table.relation, other.relation, keys), filters=filters)
