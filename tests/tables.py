"""Small tables from Python rows, and rows from tables."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import pyarrow as pa

from crossover.engines.base import Engine
from crossover.relations.nodes import InlineTable, Relation, Scan

ARROW = {
    "boolean": pa.bool_(),
    "int": pa.int64(),
    "double": pa.float64(),
    "string": pa.string(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
}
"""Logical types and what they are on the driver."""

Row = tuple[Any, ...]


def arrow_table(columns: str, rows: Iterable[Sequence[Any]]) -> pa.Table:
    """Return a table of `columns` ("id int, name string") with the rows in their order."""
    pairs = [column.split() for column in columns.split(",")]
    cells = list(zip(*rows, strict=True)) or [()] * len(pairs)
    arrays = [pa.array(values, ARROW[kind]) for (_, kind), values in zip(pairs, cells, strict=True)]
    return pa.table(arrays, names=[name for name, _ in pairs])


def inline(columns: str, rows: Iterable[Sequence[Any]], name: str = "inline") -> Scan:
    """Return a relation of the rows, in an order of chance: tables have none."""
    shuffled = list(rows)
    random.shuffle(shuffled)
    table = arrow_table(columns, shuffled)
    return Scan(InlineTable(table, name), tuple(table.column_names))


def sort_key(row: Row) -> tuple[Any, ...]:
    return tuple((cell is None, 0 if cell is None else cell) for cell in row)


def rows_of(table: pa.Table) -> list[Row]:
    """Return the rows of a table, sorted from the first column on, nulls last."""
    return sorted(zip(*(column.to_pylist() for column in table.columns), strict=True), key=sort_key)


def collected(engine: Engine[Any], relation: Relation) -> list[Row]:
    """Return the rows of a relation, sorted from the first column on, nulls last."""
    return rows_of(engine.collect(relation))


def day(text: str) -> date:
    return date.fromisoformat(text)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
