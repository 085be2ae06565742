"""Projections that steps share: a table with other columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pyarrow as pa

from crossover.language.tree import Column, literal
from crossover.operations.table import Table
from crossover.relations.levels import with_columns
from crossover.relations.nodes import FILE, ROW, InlineTable, Join, Project, Relation, Scan

_ONE = "__one"


def kept(relation: Relation, names: Iterable[str]) -> Relation:
    """Return the relation with these columns alone."""
    return Project(relation, tuple((name, Column(name)) for name in names))


def narrowed(table: Table, names: Sequence[str]) -> Table:
    """Return the table with these columns alone; it loses its key with a column of it."""
    hidden = [name for name in table.all_columns if name.startswith("__")]
    return replace(
        table,
        relation=kept(table.relation, [*hidden, *names]),
        key=table.key if set(table.key) <= set(names) else (),
        outcomes={name: mark for name, mark in table.outcomes.items() if name in names},
    )


def without_trace(table: Table) -> Relation:
    """Return the table's rows without file and row, which name a row no longer where rows multiply or meet."""
    columns = table.all_columns
    if FILE not in columns and ROW not in columns:
        return table.relation
    return kept(table.relation, (name for name in columns if name not in (FILE, ROW)))


def once_for_each(table: Table, values: pa.Table, name: str) -> Relation:
    """Return each row of the table once for each row of a small table, whose columns it gets; without file and row."""
    columns = list(table.schema)
    left = with_columns(without_trace(table), columns, {_ONE: literal(1)})
    inline = values.append_column(_ONE, pa.array([1] * values.num_rows, pa.int64()))
    right = Scan(InlineTable(inline, name), tuple(inline.column_names))
    take = tuple((column, column) for column in values.column_names)
    joined = Join(left, right, "inner", ((_ONE, _ONE),), take, "many_to_many", (table.name, name))
    return kept(joined, [*columns, *values.column_names])
