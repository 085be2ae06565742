"""union: the rows of other tables below those of this one."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from pydantic import Field

from crossover.core.nearest import did_you_mean
from crossover.operations.columns import kept, without_trace
from crossover.operations.context import Context, Refused
from crossover.operations.operation import Operation
from crossover.operations.table import Table
from crossover.relations.graph import topological
from crossover.relations.nodes import FILE, ROW, Scan
from crossover.relations.nodes import Union as UnionRelation


class Union(Operation):
    """Adds all rows of other tables. Columns go by name; both have the same ones, of equal types.

    Rows that are equal all stay, and the table has no key. File and row of each row are still known if the tables
    come from different sources.

    Nulls: nothing changes. Order: none. Numbers: a column that is inexact in one table is inexact.
    """

    verb: ClassVar[str] = "union"
    tables: tuple[str, ...] = Field(alias="union", min_length=1)

    def apply(self, table: Table, context: Context) -> Table:
        others = context.every(*(lambda index=index: self._other(index, table, context) for index in range(len(self.tables))))
        every = (table, *others)
        names = list(table.schema)
        if _traced(every):
            inputs = tuple(kept(each.relation, [*names, FILE, ROW]) for each in every)
        else:
            inputs = tuple(kept(without_trace(each), names) for each in every)
        marks = {name: mark for each in reversed(every) for name, mark in each.outcomes.items()}
        filters = dict.fromkeys(each for one in every for each in one.filters)
        looked_into = tuple(dict.fromkeys(each for one in every for each in one.looked_into))
        horizons = tuple(dict.fromkeys(each for one in every for each in one.horizons))
        united = replace(table, relation=UnionRelation(inputs), key=(), outcomes=marks, filters=tuple(filters))
        return replace(united, looked_into=looked_into, horizons=horizons)

    def _other(self, index: int, table: Table, context: Context) -> Table:
        name, where = self.tables[index], (self.verb, index)
        other = context.table(where, name)
        if name in self.tables[:index]:
            raise context.refuse(where, "listed-twice", f"`{name}` is in the list already")
        if table.unknown or other.unknown or table.broken or other.broken:
            raise Refused()
        missing = next((each for each in table.schema if each not in other.schema), None)
        if missing is not None:
            hint = did_you_mean(missing, [each for each in other.schema if each not in table.schema])
            raise context.refuse(
                where, "union", f"`{other.name}` has no column `{missing}`, `{table.name}` has{hint}",
                "a table that is united has the same columns: select, rename or derive them in it",
            )
        beside = next((each for each in other.schema if each not in table.schema), None)
        if beside is not None:
            raise context.refuse(
                where, "union", f"`{other.name}` has a column `{beside}`, `{table.name}` has not",
                "a table that is united has the same columns: drop it there, or derive it here",
            )
        for each, fact in table.schema.items():
            if other.schema[each].type != fact.type:
                raise context.refuse(
                    where, "union", f"`{each}` is {fact.type} in `{table.name}` and {other.schema[each].type} in `{other.name}`",
                    "cast it in one of them",
                )
        return other


def _traced(tables: tuple[Table, ...]) -> bool:
    """Whether file and row name one row alone: a source that two tables come from has its rows twice."""
    if not all(each.traced for each in tables):
        return False
    sources = [each.source for table in tables for each in topological([table.relation]) if isinstance(each, Scan)]
    return len(set(sources)) == len(sources)
