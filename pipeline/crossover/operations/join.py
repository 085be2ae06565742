"""left_join, inner_join: columns of another table for the rows of this one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar
from typing import Literal as Choice

from pydantic import Field

from crossover.core.nearest import did_you_mean
from crossover.language.tree import Column
from crossover.operations.context import Context, Refused
from crossover.operations.operation import Operation
from crossover.operations.outcomes import dropped, mark_all, mark_of_columns, mark_of_rows
from crossover.operations.table import Table
from crossover.relations.nodes import FILE, ROW, Join, Relation
from crossover.relations.nodes import Project as ProjectRelation
from crossover.relations.schema import schema_of

Expect = Choice["many_to_one", "one_to_one", "one_to_many", "many_to_many"]


class _JoinOptions(Operation):
    using: tuple[str, ...] | dict[str, str]
    take: tuple[str, ...] | None = None
    prefix: str = ""
    expect: Expect = "many_to_one"

    kind: ClassVar[Choice["left", "inner"]]

    @property
    def other(self) -> str:
        raise NotImplementedError

    def apply(self, table: Table, context: Context) -> Table:
        other = context.table((self.verb,), self.other)
        keys = self._keys(table, other, context)
        self._check_key(other, keys, context)
        take = self._take(table, other, keys, context)
        right = other.relation
        title = context.title(f"{self.verb} {other.name}")
        relation: Relation = Join(table.relation, right, self.kind, keys, tuple(take), self.expect, (table.name, other.name), title)
        multiplies = self.expect in ("one_to_many", "many_to_many")
        if multiplies and table.traced:
            relation = _without_trace(relation, table)
        joined = replace(table, relation=relation, key=() if multiplies else table.key)
        joined = self._with_outcomes(joined, table, other, keys, take, context)
        broken = {self.prefix + name for name in other.broken}
        return replace(joined, broken=joined.broken | broken, unknown=joined.unknown or other.unknown)

    def _with_outcomes(
        self, joined: Table, table: Table, other: Table, keys: tuple[tuple[str, str], ...], take: list[tuple[str, str]], context: Context
    ) -> Table:
        """Mark what is taken, all of it where an outcome decides which rows meet; an inner join then drops rows by it."""
        path = (*context.path, self.verb)
        met = mark_of_columns((mine for mine, _ in keys), table, path) or mark_of_columns((theirs for _, theirs in keys), other, path)
        marks = {new: other.outcomes[name] for name, new in take if name in other.outcomes}
        joined = joined.with_outcomes(mark_all((new for _, new in take), marks, met or mark_of_rows(other)))
        if self.kind == "left":
            return joined
        return replace(joined, filters=(*table.filters, *other.filters, *dropped(met, path, self.verb)))

    def _keys(self, table: Table, other: Table, context: Context) -> tuple[tuple[str, str], ...]:
        pairs = list(self.using.items()) if isinstance(self.using, Mapping) else [(name, name) for name in self.using]
        if not pairs:
            raise context.refuse(("using",), "join-key", "`using` names at least one column")
        failed = False
        for index, (mine, theirs) in enumerate(pairs):
            at = ("using", mine) if isinstance(self.using, Mapping) else ("using", index)
            try:
                self._key(mine, theirs, at, table, other, context)
            except Refused:
                failed = True
        if failed:
            raise Refused()
        return tuple(pairs)

    def _key(self, mine: str, theirs: str, at: tuple[str | int, ...], table: Table, other: Table, context: Context) -> None:
        for name, side in ((mine, table), (theirs, other)):
            if name in side.broken or (side.unknown and name not in side.schema):
                raise Refused()
            if name not in side.schema:
                hint = did_you_mean(name, side.schema)
                raise context.refuse(at, "unknown-column", f"no column `{name}` in `{side.name}` here{hint}")
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

    def _take(
        self, table: Table, other: Table, keys: tuple[tuple[str, str], ...], context: Context
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

    def _check_key(self, other: Table, keys: tuple[tuple[str, str], ...], context: Context) -> None:
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


def _without_trace(relation: Relation, table: Table) -> Relation:
    names = [name for name in schema_of(relation) if name not in (FILE, ROW)]
    return ProjectRelation(relation, tuple((name, Column(name)) for name in names))


class LeftJoin(_JoinOptions):
    """Every row stays; columns of the matching row of the other table, null where there is none.

    A join that multiplies rows says so by `expect`; what is expected is checked. The other table's `using`
    columns are not repeated. A name on both sides is refused.

    Nulls: a null key matches nothing. Order: none.
    """

    verb: ClassVar[str] = "left_join"
    kind: ClassVar[Choice["left", "inner"]] = "left"
    table: str = Field(alias="left_join")

    @property
    def other(self) -> str:
        return self.table


class InnerJoin(_JoinOptions):
    """As left_join, but rows without a match go.

    Nulls: a null key matches nothing, so its row goes. Order: none.
    """

    verb: ClassVar[str] = "inner_join"
    kind: ClassVar[Choice["left", "inner"]] = "inner"
    table: str = Field(alias="inner_join")

    @property
    def other(self) -> str:
        return self.table
