"""select: keep some columns."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from pydantic import Field

from crossover.operations.columns import narrowed
from crossover.operations.context import Context
from crossover.operations.operation import Operation
from crossover.operations.table import Table


class Select(Operation):
    """Keeps the columns named, in this order; `prefix_*` is all that begin so.

    Without a column of its key the table has no key. File and row of each row are still known.

    Nulls, order, numbers, time: nothing changes.
    """

    verb: ClassVar[str] = "select"
    names: tuple[str, ...] = Field(alias="select", min_length=1)

    def apply(self, table: Table, context: Context) -> Table:
        names = context.columns((self.verb,), self.names, table)
        return replace(narrowed(table, names), broken=frozenset(), unknown=False)
