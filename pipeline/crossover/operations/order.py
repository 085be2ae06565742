"""Orders in steps: `[created_at, id desc]`. Nulls come last; the table's key breaks ties."""

from __future__ import annotations

from crossover.operations.context import Context, Refused
from crossover.operations.table import Path, Table
from crossover.relations.nodes import Order


def orders(context: Context, where: Path, written: tuple[str, ...], table: Table) -> tuple[Order, ...]:
    """Return the order as written; each entry is a column, or a column and `desc` or `asc`."""
    result = []
    for index, text in enumerate(written):
        name, _, direction = text.strip().partition(" ")
        direction = direction.strip().lower()
        if direction not in ("", "asc", "desc"):
            raise context.refuse((*where, index), "order", f"`{text}` is no order; write `{name}` or `{name} desc`")
        context.column((*where, index), name, table)
        if not table.schema[name].exact:
            context.warn((*where, index), "inexact", f"`{name}` is an inexact double: rows that nearly tie may change places")
        result.append(Order(name, direction == "desc"))
    return tuple(result)


def tie_break(context: Context, where: Path, order: tuple[Order, ...], table: Table) -> tuple[str, ...]:
    """Return the key's columns that complete an order to a total one. Refused for a table without a key."""
    named = {each.column for each in order}
    if not table.key:
        if table.broken or table.unknown:
            raise Refused()
        raise context.refuse(
            where,
            "order-tie",
            f"rows of `{table.name}` may tie in this order, and it has no key that would tell them apart",
            "declare `key:` at the source, or aggregate by columns that identify a row",
        )
    return tuple(name for name in table.key if name not in named)
