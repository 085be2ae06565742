"""A document with one table a case, its tables on an engine, and how answers are compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from crossover.engines.base import Engine
from tests.operations.running import plan_of, tables_of

Rows = list[dict[str, Any]]
Answer = tuple[tuple[str, ...], list[tuple[Any, ...]]]
"""Columns to look at, and the rows expected."""


class Golden:
    """The tables of one document, computed once on each engine."""

    def __init__(self, document: str, files: Mapping[str, str]) -> None:
        self.document = document
        self.files = files
        self._found: dict[str, dict[str, Rows]] = {}

    def tables(self, engine: Engine[Any], folder: Path) -> dict[str, Rows]:
        if engine.name not in self._found:
            self._found[engine.name] = tables_of(engine, plan_of(self.document, self.files, folder))
        return self._found[engine.name]


def assert_rows(rows: Rows, columns: Sequence[str], expected: list[tuple[Any, ...]], *, all_columns: bool = False) -> None:
    """Fail where the rows differ in the columns: types and values, doubles within 1e-12; in no order."""
    if all_columns:
        assert all(list(row) == list(columns) for row in rows)
    got = sorted((tuple(row[column] for column in columns) for row in rows), key=repr)
    wanted = sorted(expected, key=repr)
    assert [tuple(type(cell) for cell in row) for row in got] == [tuple(type(cell) for cell in row) for row in wanted]
    for one, other in zip(got, wanted, strict=True):
        assert all(a == pytest.approx(b, rel=1e-12) if isinstance(b, float) else a == b for a, b in zip(one, other, strict=True))
