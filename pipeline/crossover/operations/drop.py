"""drop: leave some columns out."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from crossover.operations.columns import narrowed
from crossover.operations.context import Context
from crossover.operations.operation import Operation
from crossover.operations.table import Table


class Drop(Operation):
    """Leaves the columns named out; `prefix_*` is all that begin so. One must remain.

    Without a column of its key the table has no key. File and row of each row are still known.

    Nulls, order, numbers, time: nothing changes.
    """

    verb: ClassVar[str] = "drop"
    names: tuple[str, ...] = Field(alias="drop", min_length=1)

    def apply(self, table: Table, context: Context) -> Table:
        names = context.columns((self.verb,), self.names, table)
        remaining = [name for name in table.schema if name not in names]
        if not remaining:
            raise context.refuse((self.verb,), "wrong-value", f"no column of `{table.name}` would be left", key=True)
        return narrowed(table, remaining)
