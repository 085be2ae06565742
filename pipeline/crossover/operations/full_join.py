"""full_join: rows of both tables, matched where they have partners."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar
from typing import Literal as Choice

from pydantic import Field

from crossover.language.tree import Column, Expression, Literal
from crossover.operations.columns import kept, without_trace
from crossover.operations.join_options import JoinOptions, Taken
from crossover.operations.partners import without_partner
from crossover.operations.table import Table
from crossover.operations.using import Keys
from crossover.relations.nodes import Join, Project, Relation, Union


class FullJoin(JoinOptions):
    """As left_join, and rows of the other table without a match stay too.

    Such a row has its `using` values in this table's `using` columns, null in its other columns. The table has a
    key if `using` is the key of both tables; else it has none, as nothing tells the other table's rows apart.

    Nulls: a null key matches nothing; rows with one stay, from both tables. Order: none.
    """

    verb: ClassVar[str] = "full_join"
    kind: ClassVar[Choice["full"]] = "full"
    table: str = Field(alias="full_join")

    @property
    def other(self) -> str:
        return self.table

    def joined(self, table: Table, other: Table, keys: Keys, take: Taken, title: str) -> Table:
        own = list(table.schema)
        left = Join(without_trace(table), other.relation, "left", keys, take, self.expect, (table.name, other.name), title)
        matched = kept(left, [*own, *(new for _, new in take)])
        relation = Union((matched, _others_alone(table, other, keys, take)))
        keyed = set(table.key) == {mine for mine, _ in keys} and set(other.key) == {theirs for _, theirs in keys}
        marks = {mine: other.outcomes[theirs] for mine, theirs in keys if theirs in other.outcomes}
        return replace(table, relation=relation, key=table.key if keyed else ()).with_outcomes({**marks, **table.outcomes})


def _others_alone(table: Table, other: Table, keys: Keys, take: Taken) -> Relation:
    """The other table's rows without a match, in the columns of the result."""
    turned = tuple((theirs, mine) for mine, theirs in keys)
    alone = without_partner(other.relation, table.relation, turned, list(other.schema))
    key: dict[str, Expression] = {mine: Column(theirs) for mine, theirs in keys}
    nothing = {name: Literal(None, fact.type) for name, fact in table.schema.items()}
    taken: dict[str, Expression] = {new: Column(name) for name, new in take}
    return Project(alone, tuple({**nothing, **key, **taken}.items()))
