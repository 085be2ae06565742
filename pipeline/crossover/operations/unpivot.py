"""unpivot: columns become rows."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import pyarrow as pa
from pydantic import Field

from crossover.language.tree import NULL_LITERAL, Case, Column, call, literal
from crossover.operations.columns import once_for_each
from crossover.operations.context import Context
from crossover.operations.operation import Operation
from crossover.operations.outcomes import mark_of_columns
from crossover.operations.prefix import place_of
from crossover.operations.table import Table
from crossover.relations.nodes import Project


class Unpivot(Operation):
    """Makes a row of each of the columns named: column `name` holds what it was called, `value` what stood in it.

    The columns have one type; `prefix_*` is all that begin so. The others are repeated. `name` joins the key; the
    table has none if it had none, or if one of the columns was in it.

    Nulls: a null stays as a row whose value is null. Order: none. Numbers: inexact if one of the columns is.
    """

    verb: ClassVar[str] = "unpivot"
    names: tuple[str, ...] = Field(alias="unpivot", min_length=1)
    name: str = "name"
    value: str = "value"

    def apply(self, table: Table, context: Context) -> Table:
        names = context.columns((self.verb,), self.names, table)
        context.every(lambda: self._check_types(names, table, context), lambda: self._check_names(names, table, context))
        others = [name for name in table.schema if name not in names]
        long = once_for_each(table, pa.table({self.name: names}), f"columns of {table.name}")
        branches = tuple((call("equal", Column(self.name), literal(name)), Column(name)) for name in names)
        columns = [(name, Column(name)) for name in (*others, self.name)]
        relation = Project(long, (*columns, (self.value, Case(branches, NULL_LITERAL))))
        marks = {name: mark for name, mark in table.outcomes.items() if name in others}
        mark = mark_of_columns(names, table, (*context.path, self.verb))
        keyed = bool(table.key) and not set(table.key) & set(names)
        done = replace(table, relation=relation, key=(*table.key, self.name) if keyed else (), outcomes=marks)
        return done if mark is None else done.with_outcomes({self.value: mark})

    def _check_types(self, names: list[str], table: Table, context: Context) -> None:
        type_ = table.schema[names[0]].type
        other = next((name for name in names if table.schema[name].type != type_), None)
        if other is not None:
            raise context.refuse(
                (self.verb, place_of(other, self.names)), "type",
                f"`{other}` is {table.schema[other].type}, `{names[0]}` is {type_}: one column cannot hold both", "cast one of them above",
            )

    def _check_names(self, names: list[str], table: Table, context: Context) -> None:
        present = {name.lower(): name for name in table.schema}
        remaining = {lowered: name for lowered, name in present.items() if name not in names} | {self.name.lower(): self.name}
        for option, name, taken in (("name", self.name, present), ("value", self.value, remaining)):
            if name.lower() in taken:
                clash = taken[name.lower()]
                raise context.refuse((option,), "name-exists", f"there is a column `{clash}` already", f"write `{option}: another_name`")
