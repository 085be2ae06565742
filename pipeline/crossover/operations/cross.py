"""cross: each row once for each of some values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

import pyarrow as pa
from pydantic import Field

from crossover.language.types import DOUBLE, INT, Type
from crossover.operations.columns import once_for_each
from crossover.operations.constants import constant, type_of
from crossover.operations.context import Context
from crossover.operations.operation import Operation
from crossover.operations.table import Path, Table
from crossover.relations.schema import arrow_type


class Cross(Operation):
    """Repeats each row for each value of a list, in a new column: snapshots of a customer on several days, say.

    The list is written as `[a, b]` or is a list parameter, `$days`: dates come from a parameter. Its values are of
    one type and differ. The column joins the key; a table without a key has none. Several columns: each
    combination.

    Nulls: nothing changes. Order: none.
    """

    verb: ClassVar[str] = "cross"
    columns: dict[str, tuple[Any, ...]] = Field(alias="cross", min_length=1)

    def apply(self, table: Table, context: Context) -> Table:
        values = context.every(*(lambda name=name: self._values(name, table, context) for name in self.columns))
        for name, array in zip(self.columns, values, strict=True):
            relation = once_for_each(table, pa.table({name: array}), f"values of {name}")
            table = replace(table, relation=relation, key=(*table.key, name) if table.key else ())
        return table

    def _values(self, name: str, table: Table, context: Context) -> pa.Array:
        where = (self.verb, name)
        context.new_name((self.verb,), name, table)
        values = self.columns[name]
        if not values:
            raise context.refuse(where, "wrong-value", f"`{name}` has no values")
        type_ = common_type(context, where, name, values)
        found: list[Any] = []
        for index, value in enumerate(values):
            at: Path = (*where, index)
            each = constant(context, at, value, type_, f"the values of `{name}` are {type_}").value
            if each in found:
                raise context.refuse(at, "listed-twice", f"`{value}` is in the list already")
            found.append(each)
        return pa.array(found, arrow_type(type_))


def common_type(context: Context, where: Path, name: str, values: Sequence[Any]) -> Type:
    """Return the type of a list: that of its first value; double if some are ints and some doubles."""
    types = [type_of(value) for value in values]
    if set(types) == {INT, DOUBLE}:
        return DOUBLE
    if types[0] is None:
        raise context.refuse((*where, 0), "type", f"the values of `{name}` are boolean, numbers, texts, dates or timestamps")
    return types[0]
