"""cast: columns in other types."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar
from typing import Literal as Choice

from pydantic import Field

from crossover.language.casts import CASTS
from crossover.language.tree import Call, Column, literal
from crossover.language.types import BOOLEAN, DATE, DOUBLE, INT, STRING, TIMESTAMP, TYPES, Type
from crossover.operations.context import Context
from crossover.operations.operation import Operation
from crossover.operations.table import Table
from crossover.relations.levels import with_columns

_DIFFERENT_STAY_DIFFERENT = frozenset({(INT, STRING), (BOOLEAN, INT), (BOOLEAN, DOUBLE), (DATE, TIMESTAMP)})


class Cast(Operation):
    """Gives columns another type, as `cast(x as TYPE)` does.

    A column of the key stays in it where different values stay different (int to string, boolean to a number, date
    to timestamp); after any other cast of one the table has no key.

    Nulls: what cannot be cast is null. Order: none. Numbers: text by the grammar of files; double to int
    truncates. Time: text by ISO 8601; a timestamp becomes its day, a date its midnight.
    """

    verb: ClassVar[str] = "cast"
    columns: dict[str, Choice["boolean", "int", "double", "string", "date", "timestamp"]] = Field(alias="cast", min_length=1)

    def apply(self, table: Table, context: Context) -> Table:
        context.every(*(lambda name=name: self._check(name, table, context) for name in self.columns))
        casts = {}
        for name, type_name in self.columns.items():
            tree = Call("cast", (Column(name), literal(type_name)))
            casts[name] = context.lower((self.verb, name), tree, table.schema, table).expression
        keeps_key = all(_keeps(table.schema[name].type, TYPES[self.columns[name]]) for name in table.key if name in self.columns)
        relation = with_columns(table.relation, list(table.all_columns), casts)
        return replace(table, relation=relation, key=table.key if keeps_key else ()).with_changed(self.columns)

    def _check(self, name: str, table: Table, context: Context) -> None:
        context.column((self.verb, name), name, table, key=True)
        here, wanted = table.schema[name].type, TYPES[self.columns[name]]
        if here != wanted and (here, wanted) not in CASTS:
            raise context.refuse((self.verb, name), "type", f"`{name}` is {here}, which cannot be cast to {wanted}")


def _keeps(here: Type, wanted: Type) -> bool:
    return here == wanted or (here, wanted) in _DIFFERENT_STAY_DIFFERENT
