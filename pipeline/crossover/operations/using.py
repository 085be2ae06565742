"""`using`: the columns of two tables that must be equal for their rows to meet."""

from __future__ import annotations

from functools import partial

from crossover.operations.context import Context
from crossover.operations.prefix import place_of
from crossover.operations.table import Path, Table

Using = tuple[str, ...] | dict[str, str]
"""Columns that both tables have (`prefix_*` for all of this one that begin so), or `mine: theirs`."""
Keys = tuple[tuple[str, str], ...]


def keys_of(using: Using, table: Table, other: Table, context: Context) -> Keys:
    """Return the pairs (mine, theirs); reports those that are missing, inexact or of different types."""
    pairs: list[tuple[Path, str, str]]
    if isinstance(using, dict):
        pairs = [(("using", mine), mine, theirs) for mine, theirs in using.items()]
    else:
        names = context.columns(("using",), using, table)
        pairs = [(("using", place_of(name, using)), name, name) for name in names]
    context.every(*(partial(_check, mine, theirs, at, table, other, context) for at, mine, theirs in pairs))
    return tuple((mine, theirs) for _, mine, theirs in pairs)


def join_keys(using: Using, table: Table, other: Table, context: Context) -> Keys:
    """Return the pairs (mine, theirs) of a join, which has at least one."""
    if not using:
        raise context.refuse(("using",), "join-key", "`using` names at least one column")
    return keys_of(using, table, other, context)


def _check(mine: str, theirs: str, at: Path, table: Table, other: Table, context: Context) -> None:
    for name, side in ((mine, table), (theirs, other)):
        context.column(at, name, side)
        if not side.schema[name].exact:
            raise context.refuse(
                at, "inexact", f"`{name}` is a sum, mean or other inexact double: it cannot be a join key",
                "its last bits may differ between engines, and rows would find other partners",
            )
    left, right = table.schema[mine].type, other.schema[theirs].type
    if left != right:
        raise context.refuse(
            at, "join-type", f"`{mine}` is {left}, `{theirs}` of `{other.name}` is {right}: they never match",
            "cast one of them in a derive above",
        )
