"""deduplicate: one row for each value of some columns."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar
from typing import Literal as Choice

from pydantic import Field

from crossover.operations.context import Context
from crossover.operations.operation import Operation
from crossover.operations.order import orders
from crossover.operations.outcomes import dropped, mark_of_columns
from crossover.operations.table import Table
from crossover.relations.nodes import FirstByKey, Order


class Deduplicate(Operation):
    """Keeps one row for each combination of the columns, which become the table's key.

    `keep: first` is the first row in `order`, `keep: last` the first in the opposite order. Ties are broken by
    the remaining columns in name order.

    Nulls: null is a value like others; in the order nulls come last, whichever row is kept. Order: as said.
    """

    verb: ClassVar[str] = "deduplicate"
    columns: tuple[str, ...] = Field(alias="deduplicate", min_length=1)
    keep: Choice["first", "last"] = "first"
    order: tuple[str, ...] = ()

    def apply(self, table: Table, context: Context) -> Table:
        by = tuple(context.columns((self.verb,), self.columns, table))
        context.exact((self.verb,), by, table, "key", self.columns)
        order = orders(context, ("order",), self.order, table)
        if self.keep == "last":
            order = tuple(Order(each.column, not each.descending) for each in order)
        named = dict.fromkeys((*by, *(each.column for each in order)))
        remaining = sorted(name for name in table.schema if name not in named)
        exact = [name for name in remaining if table.schema[name].exact]
        inexact = [name for name in remaining if not table.schema[name].exact]
        full = (*order, *(Order(name) for name in (*exact, *inexact)))
        chosen = mark_of_columns(named, table, context.path)
        filters = (*table.filters, *dropped(chosen, (*context.path, self.verb), self.verb))
        return replace(table, relation=FirstByKey(table.relation, by, full), key=by, filters=filters)
