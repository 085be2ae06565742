"""window: values over other rows of a row's group, never over later ones."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import ClassVar

from pydantic import Field

from crossover.language.types import TIMESTAMP
from crossover.operations.calls import build_calls
from crossover.operations.context import Context, Refused
from crossover.operations.duration import duration
from crossover.operations.operation import Operation
from crossover.operations.order import orders, tie_break
from crossover.operations.outcomes import mark_all, mark_of_columns
from crossover.operations.table import Table
from crossover.relations.nodes import Rows, TimeRange
from crossover.relations.nodes import Window as WindowRelation

_WHOLE = frozenset({"count_rows", "count", "sum", "avg", "min", "max", "stddev", "variance"})
_ORDERED = _WHOLE | {"first", "last", "lag", "row_number", "rank", "dense_rank"}
_ROWS = re.compile(r"\s*(\d+)\s+rows?\s*")


class Window(Operation):
    """Adds columns computed over other rows of the same group of `by`.

    Without `order` over the whole group. With it, over the rows up to this one: all, the `last` N rows, or the
    `last` while of time (one timestamp in `order`); `itself: false` leaves this row (in a while of time: this
    moment) out. It never looks forward.

    Nulls: null is a group; nulls come last in an order; a null time sees no row. Order: the table's key breaks
    ties, so the table needs one; rank and a while of time ignore it. Numbers: sums are sums of the rows of the
    frame, never differences of running sums.
    """

    verb: ClassVar[str] = "window"
    columns: dict[str, str] = Field(alias="window", min_length=1)
    by: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    last: str | None = None
    itself: bool = True

    def apply(self, table: Table, context: Context) -> Table:
        by = tuple(context.columns(("by",), self.by, table))
        context.exact(("by",), by, table, "group key", self.by)
        for name in self.columns:
            context.new_name((self.verb,), name, table)
        order = orders(context, ("order",), self.order, table)
        if self.last is not None and not order:
            raise context.refuse(("last",), "order", "`last` needs an `order`")
        frame = self._frame(table, context)
        ties = tie_break(context, ("order",), order, table) if order and not isinstance(frame, TimeRange) else ()
        allowed = _ORDERED if order else _WHOLE
        calls = build_calls(context, self.verb, self.columns, table, allowed, table.schema, table)
        if not calls.results:
            raise Refused()
        relation = WindowRelation(calls.prepare(table.relation, table.all_columns), by, order, calls.named, frame, ties)
        done = replace(table, relation=calls.finish(relation, table.all_columns), broken=table.broken | calls.broken)
        placed = mark_of_columns((*by, *(each.column for each in order)), table, (*context.path, self.verb))
        return done.with_outcomes(mark_all(calls.results, calls.marks, placed))

    def _frame(self, table: Table, context: Context) -> Rows | TimeRange | None:
        if not self.order:
            return None
        if self.last is None:
            return Rows(None, self.itself)
        rows = _ROWS.fullmatch(self.last)
        if rows:
            if int(rows[1]) < 1:
                raise context.refuse(("last",), "duration", "`last` has at least 1 row")
            return Rows(int(rows[1]), self.itself)
        microseconds = duration(context, ("last",), self.last)
        name = self.order[0].split()[0]
        if len(self.order) != 1 or self.order[0].strip() != name or table.schema[name].type != TIMESTAMP:
            raise context.refuse(("order",), "order", "a while of time needs one timestamp in `order`, ascending")
        return TimeRange(microseconds, self.itself)
