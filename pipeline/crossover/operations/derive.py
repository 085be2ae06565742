"""derive: new columns by expressions."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from pydantic import Field

from crossover.language.tree import Expression, columns_of
from crossover.language.types import NULL, Schema
from crossover.operations.context import Context, Refused, marks_of
from crossover.operations.operation import Operation
from crossover.operations.table import Outcome, Table
from crossover.relations.levels import with_columns


class Derive(Operation):
    """New columns, or new values of columns that exist.

    It reads downward: an expression may use columns made above it in the same step. A column that the step
    replaces may not be used below it in the same step: some languages would take the new value, others the old.

    Nulls: by the functions used. Order: none. Numbers: by the functions used. Time: UTC.
    """

    verb: ClassVar[str] = "derive"
    columns: dict[str, str] = Field(alias="derive", min_length=1)

    def apply(self, table: Table, context: Context) -> Table:
        schema: Schema = dict(table.schema)
        derived: dict[str, Expression] = {}
        marks: dict[str, Outcome] = {}
        broken = set(table.broken)
        replaced: set[str] = set()
        now = table
        for name, text in self.columns.items():
            where = (self.verb, name)
            try:
                tree = context.parse(where, text)
                self._check_replaced(context, name, tree, replaced)
                typed = context.lower(where, tree, schema, replace(now, broken=frozenset(broken)))
                if typed.type == NULL:
                    raise context.refuse(where, "type", "a bare null has no type", "write cast(null as double), say")
                clash = next((each for each in schema if each.lower() == name.lower() and each != name), None)
                if clash is not None:
                    raise context.refuse(where, "name-exists", f"`{name}` differs from `{clash}` by case alone", key=True)
            except Refused:
                broken.add(name)
                continue
            if name in table.schema:
                replaced.add(name)
            derived[name] = typed.expression
            schema[name] = typed.fact
            mark = marks_of(tree, replace(now, outcomes={**now.outcomes, **marks}), (*context.path, *where))
            now = replace(now, outcomes={key: value for key, value in now.outcomes.items() if key != name})
            if mark is not None:
                marks[name] = mark
        key = () if replaced & set(table.key) else table.key
        relation = with_columns(table.relation, list(table.all_columns), derived) if derived else table.relation
        return replace(now, relation=relation, key=key, broken=frozenset(broken)).with_changed(replaced).with_outcomes(marks)

    def _check_replaced(self, context: Context, name: str, tree: Expression, replaced: set[str]) -> None:
        used = replaced & set(columns_of(tree))
        if used:
            column = min(used)
            raise context.refuse(
                (self.verb, name),
                "replaced-column",
                f"`{column}` is replaced above in this step: whether its old or its new value is meant cannot be seen",
                "begin a new `- derive:` for the expressions that use the new value",
            )
