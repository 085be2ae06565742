"""rename: other names for columns."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from pydantic import Field

from crossover.language.tree import Column
from crossover.operations.context import Context
from crossover.operations.operation import Operation
from crossover.operations.outcomes import mark_of_columns
from crossover.operations.table import Table
from crossover.relations.nodes import Project


class Rename(Operation):
    """Gives columns other names, written `new: old`; all at once, so two columns can exchange theirs.

    Columns keep their places; key and outcomes go with them.

    Nulls, order, numbers, time: nothing changes.
    """

    verb: ClassVar[str] = "rename"
    columns: dict[str, str] = Field(alias="rename", min_length=1)

    def apply(self, table: Table, context: Context) -> Table:
        context.every(*(lambda new=new: self._check(new, table, context) for new in self.columns))
        new_names = {old: new for new, old in self.columns.items()}
        pairs = [(new_names.get(name, name), name) for name in table.all_columns]
        marks = {}
        for new, name in pairs:
            place = (*context.path, self.verb, new)
            mark = table.outcomes.get(name) if new == name else mark_of_columns([name], table, place)
            if mark is not None:
                marks[new] = mark
        return replace(
            table,
            relation=Project(table.relation, tuple((new, Column(name)) for new, name in pairs)),
            key=tuple(new_names.get(name, name) for name in table.key),
            outcomes=marks,
        ).with_new_names(new_names)

    def _check(self, new: str, table: Table, context: Context) -> None:
        old = self.columns[new]
        where = (self.verb, new)
        context.column(where, old, table)
        others = [each for each, name in self.columns.items() if name == old and each != new]
        if others and list(self.columns).index(others[0]) < list(self.columns).index(new):
            raise context.refuse(where, "listed-twice", f"`{old}` gets the name `{others[0]}` already")
        renamed = set(self.columns.values())
        clash = next((each for each in table.schema if each.lower() == new.lower() and each not in renamed), None)
        if clash is not None:
            raise context.refuse(
                where, "name-exists", f"`{table.name}` already has a column `{clash}`", "choose another name", key=True
            )
