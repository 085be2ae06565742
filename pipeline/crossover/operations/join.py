"""left_join, inner_join: columns of another table for the rows of this one."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar
from typing import Literal as Choice

from pydantic import Field

from crossover.operations.columns import without_trace
from crossover.operations.join_options import JoinOptions, Taken
from crossover.operations.table import Table
from crossover.operations.using import Keys
from crossover.relations.nodes import Join


class _OneSided(JoinOptions):
    """A join after which each row is still a row of this table."""

    kind: ClassVar[Choice["left", "inner"]]

    def joined(self, table: Table, other: Table, keys: Keys, take: Taken, title: str) -> Table:
        relation = Join(table.relation, other.relation, self.kind, keys, take, self.expect, (table.name, other.name), title)
        joined = replace(table, relation=relation)
        return replace(joined, relation=without_trace(joined), key=()) if self.multiplies else joined


class LeftJoin(_OneSided):
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


class InnerJoin(_OneSided):
    """As left_join, but rows without a match go.

    Nulls: a null key matches nothing, so its row goes. Order: none.
    """

    verb: ClassVar[str] = "inner_join"
    kind: ClassVar[Choice["left", "inner"]] = "inner"
    table: str = Field(alias="inner_join")

    @property
    def other(self) -> str:
        return self.table
