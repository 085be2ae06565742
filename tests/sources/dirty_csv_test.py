"""Random dirty files: the fast reader against the slow tokeniser, cell by cell."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from crossover.language.types import INT, STRING
from crossover.sources.csv import read
from crossover.sources.specification import HIDDEN, SourceColumn
from tests.sources.dirty import COLUMNS, Dirty, dirty_csv

ALL = (*(column.name for column in COLUMNS), *HIDDEN)


def check(dirty: Dirty, block_bytes: int) -> None:
    columns = tuple(dirty.expected.column_names)
    result = read(dirty.source, columns, block_bytes=block_bytes)
    result = result.set_column(columns.index("__file"), "__file", result["__file"].cast(pa.string()))
    assert result.schema.types == dirty.expected.schema.types
    assert result.to_pylist() == dirty.expected.to_pylist()


@pytest.mark.parametrize("multiline", [False, True], ids=["lines", "multiline"])
@pytest.mark.parametrize("seed", range(150))
def test_a_dirty_file_gives_the_rows_of_the_tokeniser(tmp_path: Path, seed: int, multiline: bool) -> None:
    dirty = dirty_csv(
        seed,
        tmp_path / "dirty.csv",
        multiline=multiline,
        odd=[0.0, 0.005, 0.1][seed % 3],
        noise=[0.0, 0.02, 0.2, 0.0][seed % 4],
        delimiter=",;\t| "[seed % 5 if seed % 7 == 0 else 0],
        encoding="latin-1" if seed % 11 == 0 else "utf-8",
        nulls=[("", "NA", "-999"), ("",), ("NA",), ()][seed % 4 if seed % 5 == 0 else 0],
    )
    check(dirty, [300, 5000, 1 << 20][seed % 3])


@pytest.mark.parametrize("column", [SourceColumn("only", ("only",), INT), SourceColumn("only", ("only",), STRING)], ids=lambda column: str(column.type))
@pytest.mark.parametrize("seed", range(30))
def test_a_dirty_file_of_one_declared_column_gives_the_rows_of_the_tokeniser(tmp_path: Path, seed: int, column: SourceColumn) -> None:
    check(dirty_csv(seed, tmp_path / "dirty.csv", columns=(column,), odd=0.1, noise=0.1, multiline=seed % 2 == 0), 200)


def test_the_generator_is_dirty_in_every_way_and_not_always(tmp_path: Path) -> None:
    tables = [dirty_csv(seed, tmp_path / "dirty.csv", odd=0.02, noise=0.1, multiline=seed % 2 == 0).expected for seed in range(40)]
    seen = {reason for table in tables for reason in table["__reason"].to_pylist()}
    assert {None, "not valid UTF-8", "a NUL character", "quote left open", "text behind a closing quote"} <= seen
    assert {"7 fields, expected 8", "9 fields, expected 8", "1 field, expected 8", "id: not an int"} <= seen
    assert any(reason and "; " in reason for reason in seen)
    assert dirty_csv(3, tmp_path / "again.csv").data == dirty_csv(3, tmp_path / "again.csv").data
