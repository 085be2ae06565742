"""fill: a value in place of null."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from pydantic import Field

from crossover.language.tree import Call, Column
from crossover.operations.constants import constant
from crossover.operations.context import Context
from crossover.operations.operation import Operation
from crossover.operations.table import Table
from crossover.relations.levels import with_columns


class Fill(Operation):
    """Puts a value where a column is null: a literal of the column's type, or a parameter as `$name`.

    A number goes into an int or double, a date is written in quotes. After a column of its key is filled the table
    has no key, as the value may be there already.

    Nulls: none is left in these columns. Order: none. Numbers, time: as the column.
    """

    verb: ClassVar[str] = "fill"
    columns: dict[str, Any] = Field(alias="fill", min_length=1)

    def apply(self, table: Table, context: Context) -> Table:
        values = context.every(*(lambda name=name: self._value(name, table, context) for name in self.columns))
        filled = {}
        for name, value in zip(self.columns, values, strict=True):
            tree = Call("coalesce", (Column(name), value))
            filled[name] = context.lower((self.verb, name), tree, table.schema, table).expression
        relation = with_columns(table.relation, list(table.all_columns), filled)
        return replace(table, relation=relation, key=() if set(self.columns) & set(table.key) else table.key)

    def _value(self, name: str, table: Table, context: Context) -> Any:
        context.column((self.verb, name), name, table, key=True)
        type_ = table.schema[name].type
        return constant(context, (self.verb, name), self.columns[name], type_, f"`{name}` is {type_}")
