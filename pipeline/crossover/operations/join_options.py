"""What left_join, inner_join and full_join have in common."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from typing import ClassVar
from typing import Literal as Choice

from crossover.operations.context import Context
from crossover.operations.operation import Operation
from crossover.operations.outcomes import dropped, mark_all, mark_of_columns, mark_of_rows
from crossover.operations.table import Table
from crossover.operations.using import Keys, Using, join_keys

Expect = Choice["many_to_one", "one_to_one", "one_to_many", "many_to_many"]
Taken = tuple[tuple[str, str], ...]
"""Columns of the other table and what they are called in the result."""


class JoinOptions(Operation):
    """A join that brings columns: its options, and what all of them check."""

    using: Using
    take: tuple[str, ...] | None = None
    prefix: str = ""
    expect: Expect = "many_to_one"

    kind: ClassVar[Choice["left", "inner", "full"]]

    @property
    def other(self) -> str:
        raise NotImplementedError

    def apply(self, table: Table, context: Context) -> Table:
        other = context.table((self.verb,), self.other)
        keys = join_keys(self.using, table, other, context)
        self._check_key(other, keys, context)
        take = tuple(self._take(table, other, keys, context))
        title = context.title(f"{self.verb} {other.name}")
        joined = self.joined(table, other, keys, take, title)
        joined = self._with_outcomes(joined, table, other, keys, take, context)
        broken = {self.prefix + name for name in other.broken}
        return replace(joined, broken=joined.broken | broken, unknown=joined.unknown or other.unknown)

    @property
    def multiplies(self) -> bool:
        return self.expect in ("one_to_many", "many_to_many")

    @abstractmethod
    def joined(self, table: Table, other: Table, keys: Keys, take: Taken, title: str) -> Table:
        """Return the rows that the join makes, with their key."""

    def _with_outcomes(
        self, joined: Table, table: Table, other: Table, keys: Keys, take: Taken, context: Context
    ) -> Table:
        """Mark what is taken, all of it where an outcome decides which rows meet; an inner join then drops rows by it."""
        path = (*context.path, self.verb)
        met = mark_of_columns((mine for mine, _ in keys), table, path) or mark_of_columns((theirs for _, theirs in keys), other, path)
        marks = {new: other.outcomes[name] for name, new in take if name in other.outcomes}
        joined = joined.with_outcomes(mark_all((new for _, new in take), marks, met or mark_of_rows(other)))
        if self.kind == "left":
            return joined
        return replace(joined, filters=(*table.filters, *other.filters, *dropped(met, path, self.verb)))

    def _take(
        self, table: Table, other: Table, keys: Keys, context: Context
    ) -> list[tuple[str, str]]:
        theirs = {name for _, name in keys}
        if self.take is None:
            names = [name for name in other.schema if name not in theirs]
        else:
            names = context.columns(("take",), self.take, other)
        take = [(name, self.prefix + name) for name in names]
        present = {name.lower(): name for name in table.schema}
        for _, new in take:
            if new.lower() in present:
                raise context.refuse(
                    (self.verb,),
                    "name-exists",
                    f"`{table.name}` and `{other.name}` both have `{present[new.lower()]}`",
                    f"take: the columns you want, or prefix: {other.name}_",
                )
        return take

    def _check_key(self, other: Table, keys: Keys, context: Context) -> None:
        if self.expect not in ("many_to_one", "one_to_one") or not other.key:
            return
        theirs = {name for _, name in keys}
        missing = [name for name in other.key if name not in theirs]
        if missing:
            listed = ", ".join(name for _, name in keys)
            raise context.refuse(
                (self.verb,),
                "join-key",
                f"joining `{other.name}` using [{listed}] can match several rows: its key is [{', '.join(other.key)}]",
                f"add {', '.join(missing)} to using, or say expect: many_to_many if rows shall multiply",
            )
