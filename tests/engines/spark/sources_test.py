"""Scans of CSV files on Spark: the rows of the slow tokeniser, from whichever files and blocks they come."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from crossover.core.errors import DataError, EngineError
from crossover.engines.base import Engine
from crossover.language.types import DOUBLE, INT, STRING
from crossover.relations.nodes import FILE, RAW, REASON, ROW, Scan
from crossover.sources.csv import read
from crossover.sources.specification import CsvSource, SourceColumn
from tests.conftest import shared
from tests.sources.dirty import Dirty, dirty_csv

ID, NAME, PRICE = SourceColumn("id", ("id", "Row ID"), INT), SourceColumn("name", ("name",), STRING), SourceColumn("price", ("price",), DOUBLE)
HIDDEN = (FILE, ROW, REASON, RAW)


def sorted_rows(table: pa.Table) -> list[dict[str, Any]]:
    return sorted(table.to_pylist(), key=lambda row: (row[FILE], row[ROW]))


def check(engine: Engine[Any], dirty: Dirty) -> None:
    table = engine.collect(Scan(dirty.source, tuple(dirty.expected.column_names)))
    assert table.schema.types == dirty.expected.schema.types
    assert sorted_rows(table) == dirty.expected.to_pylist()


def dirty_file(path: Path, seed: int, multiline: bool) -> Dirty:
    return dirty_csv(
        seed,
        path,
        multiline=multiline,
        odd=[0.0, 0.02, 0.2][seed % 3],
        noise=[0.0, 0.05, 0.2, 0.0][seed % 4],
        delimiter=",;\t| "[seed % 5],
        encoding="latin-1" if seed % 7 == 0 else "utf-8",
        nulls=[("", "NA", "-999"), ("",), ("NA",), ()][seed % 4 if seed % 5 == 0 else 0],
    )


@pytest.mark.parametrize("seed", range(12))
def test_a_dirty_file_gives_the_rows_of_the_tokeniser(spark_engine: Engine[Any], tmp_path: Path, seed: int) -> None:
    check(spark_engine, dirty_file(tmp_path / "dirty.csv", seed, multiline=False))


@pytest.mark.parametrize("seed", range(100, 108))
def test_values_over_several_lines_give_the_rows_of_the_tokeniser(spark_engine: Engine[Any], tmp_path: Path, seed: int) -> None:
    check(spark_engine, dirty_file(tmp_path / "dirty.csv", seed, multiline=True))


@pytest.mark.slow
@pytest.mark.parametrize("multiline", [False, True], ids=["lines", "multiline"])
@pytest.mark.parametrize("seed", shared(range(200, 250)))
def test_many_dirty_files(spark_engine: Engine[Any], tmp_path: Path, seed: int, multiline: bool) -> None:
    check(spark_engine, dirty_file(tmp_path / "dirty.csv", seed, multiline))


@pytest.mark.parametrize("ansi", ["true", "false"])
def test_ansi_mode_changes_nothing(spark_engine: Engine[Any], settings: Any, tmp_path: Path, ansi: str) -> None:
    settings.set("spark.sql.ansi.enabled", ansi)
    check(spark_engine, dirty_csv(7, tmp_path / "dirty.csv", odd=0.3, noise=0.05))


def write_lines(path: Path, lines: list[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def test_rows_are_numbered_across_blocks(spark_engine: Engine[Any], settings: Any, tmp_path: Path) -> None:
    """The header stands twice, and empty lines count for nothing: row n holds the id n - 2."""
    settings.set("spark.sql.files.maxPartitionBytes", "5000")
    lines = ["", "id,name", *(f"{number},{'x' * (number % 17)}" for number in range(4000))]
    lines[1500:1500] = ["", " ", ""]
    lines.append("id,name")
    write_lines(tmp_path / "one.csv", lines)
    source = CsvSource("one", str(tmp_path / "one.csv"), (ID, NAME))
    assert spark_engine.evaluate(Scan(source, ("id",))).data.rdd.getNumPartitions() > 5
    rows = sorted_rows(spark_engine.collect(Scan(source, ("id", FILE, ROW, REASON))))
    assert [(row["id"], row[ROW]) for row in rows[:-1]] == [(number, number + 2) for number in range(4000)]
    assert (rows[-1]["id"], rows[-1][ROW], rows[-1][REASON]) == (None, 4002, "id: not an int")
    without_numbers = spark_engine.collect(Scan(source, ("id",)))["id"].to_pylist()
    assert sorted(value for value in without_numbers if value is not None) == list(range(4000))
    assert len(without_numbers) == 4001


def test_files_of_a_glob_may_have_their_columns_anywhere(spark_engine: Engine[Any], settings: Any, tmp_path: Path) -> None:
    settings.set("spark.sql.files.maxPartitionBytes", "200")
    folder = tmp_path / "_a b%20[c]" / "day=3"
    folder.mkdir(parents=True)
    write_lines(folder / "one.csv", ["id,name", *(f"{number},one" for number in range(50))])
    write_lines(folder / "two.csv", ["name,other,Row ID", *(f"two,x,{number}" for number in range(100, 150))])
    write_lines(folder / "zwei {ü}.csv", ["id,name", "7,three", "x,three", "id,name"])
    source = CsvSource("many", str(folder), (ID, NAME))
    columns = ("name", "id", *HIDDEN)
    rows = sorted_rows(spark_engine.collect(Scan(source, columns)))
    expected = read(source, columns)
    assert rows == sorted_rows(expected)
    assert len(rows) == 103
    names_alone = spark_engine.collect(Scan(source, ("name", FILE)))
    assert sorted(names_alone["name"].to_pylist(), key=str) == sorted(expected["name"].to_pylist(), key=str)
    assert set(names_alone[FILE].to_pylist()) == {f"{folder.as_posix()}/{name}" for name in ("one.csv", "two.csv", "zwei {ü}.csv")}


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_headers_of_several_files_are_found_however_they_are_written(
    spark_engine: Engine[Any], settings: Any, tmp_path: Path, encoding: str
) -> None:
    """One file begins with a byte order mark, one with blank lines; headers are quoted, stand again as rows, in other files too."""
    settings.set("spark.sql.files.maxPartitionBytes", "300")
    mark = b"\xef\xbb\xbf" if encoding == "utf-8" else b""
    rows = [b"%d,row %d" % (number, number) for number in range(60)]
    for name, lines in {
        "one": [mark + "id,name,\u00fc".encode(encoding), *(row + b",x" for row in rows), "id,name,\u00fc".encode(encoding)],
        "two": [b"", b"  ", b'"id",name,z', *(row + b",y" for row in rows), b"id,name,z"],
        "three": [b"id,name,z", b'"id",name,z', b"7,seven,z"],
        "four": [b" id ,name,z"],
    }.items():
        (tmp_path / f"{name}.csv").write_bytes(b"\r\n".join(lines) + b"\n")
    source = CsvSource("many", str(tmp_path), (ID, NAME), encoding=encoding)
    for columns in (("id", "name", REASON), ("id", "name", REASON, FILE), ("id", "name", *HIDDEN)):
        found = spark_engine.collect(Scan(source, columns)).to_pylist()
        assert sorted(map(str, found)) == sorted(map(str, read(source, columns).to_pylist()))
        assert len(found) == 60 + 1 + 60 + 1 + 2


def test_letters_that_look_like_a_byte_order_mark_are_dropped_by_spark_alone(spark_engine: Engine[Any], tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.csv").write_bytes(b"\xef\xbb\xbfx,id,name\nu,7,\xfc\n")
    source = CsvSource("many", str(tmp_path), (ID, NAME), encoding="latin-1")
    columns = ("id", "name", REASON)
    found = spark_engine.collect(Scan(source, columns)).to_pylist()
    assert found == read(source, columns).to_pylist() == [{"id": 7, "name": "\u00fc", REASON: None}] * 2


@pytest.mark.parametrize("multiline", [False, True])
def test_a_file_that_spark_would_pass_over_in_silence_is_refused(spark_engine: Engine[Any], tmp_path: Path, multiline: bool) -> None:
    write_lines(tmp_path / "_one.csv", ["id,name", "1,a"])
    source = CsvSource("one", str(tmp_path / "_one.csv"), (ID, NAME), multiline=multiline)
    with pytest.raises(EngineError, match="begins with `_`"):
        spark_engine.evaluate(Scan(source, ("id",)))


def test_a_misfit_in_a_column_that_nobody_reads_sets_the_row_aside(spark_engine: Engine[Any], tmp_path: Path) -> None:
    write_lines(tmp_path / "one.csv", ["id,name,price", "1,a,2.5", "2,b,much"])
    source = CsvSource("one", str(tmp_path / "one.csv"), (ID, NAME, PRICE))
    assert sorted(spark_engine.collect(Scan(source, ("name",)))["name"].to_pylist(), key=str) == [None, "a"]


def test_a_header_alone_gives_no_rows(spark_engine: Engine[Any], tmp_path: Path) -> None:
    write_lines(tmp_path / "one.csv", ["id,name"])
    source = CsvSource("one", str(tmp_path / "one.csv"), (ID, NAME))
    assert spark_engine.collect(Scan(source, ("id", *HIDDEN))).num_rows == 0


def test_a_missing_column_is_told_before_anything_is_read(spark_engine: Engine[Any], tmp_path: Path) -> None:
    write_lines(tmp_path / "one.csv", ["id,nme", "1,a"])
    with pytest.raises(DataError, match="no column `name`; did you mean `nme`"):
        spark_engine.evaluate(Scan(CsvSource("one", str(tmp_path / "one.csv"), (ID, NAME)), ("id",)))


def test_only_needed_cells_are_taken_from_a_line(spark_engine: Engine[Any], tmp_path: Path) -> None:
    write_lines(tmp_path / "one.csv", ["id,name,other", "1,a,b"])
    source = CsvSource("one", str(tmp_path / "one.csv"), (ID, NAME, SourceColumn("other", ("other",), STRING)))
    assert "__text_1" in spark_engine.explain(Scan(source, ("id", "name")))
    assert "__text_1" not in spark_engine.explain(Scan(source, ("id",)))
