"""from: begin a new table as another one stands."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from pydantic import Field

from crossover.operations.context import Context
from crossover.operations.operation import Operation
from crossover.operations.table import Table


class From(Operation):
    """The new table is the other one as it stands above; only the first step of a table may say it.

    Nulls, order, numbers, time: nothing changes.
    """

    verb: ClassVar[str] = "from"
    table: str = Field(alias="from")

    def apply(self, table: Table, context: Context) -> Table:
        return replace(context.table((self.verb,), self.table), name=table.name)
