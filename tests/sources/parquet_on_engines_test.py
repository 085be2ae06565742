"""The same Parquet files on every engine, with the answers written in `parquet_files`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from crossover.core.errors import DataError
from crossover.engines.base import Engine
from crossover.language.lower import lower
from crossover.language.parse import parse
from crossover.language.types import DATE, DOUBLE, INT, STRING, TIMESTAMP, Fact
from crossover.relations.nodes import Aggregate, AggregateCall, Scan
from crossover.relations.schema import arrow_type
from crossover.sources.specification import FILE, HIDDEN, RAW, REASON, ROW, CsvSource, ParquetSource, Partition, SourceColumn
from tests.sources.parquet_files import BAD, FOLDER_ROWS, GOOD, OLD, WHY, columns, folders, table, write_folders, write_old


def rows_of(engine: Engine[Any], source: ParquetSource | CsvSource, wanted: tuple[str, ...]) -> list[tuple[Any, ...]]:
    """Return the rows, sorted by file and row if these are there."""
    collected = engine.collect(Scan(source, wanted))
    assert tuple(collected.column_names) == wanted
    return sorted((tuple(row.values()) for row in collected.to_pylist()), key=lambda row: tuple((cell is None, str(cell)) for cell in row))


def test_each_type_has_its_values(engine: Engine[Any], tmp_path: Path) -> None:
    pq.write_table(table(GOOD), tmp_path / "good.parquet", row_group_size=2, data_page_size=1)
    source = ParquetSource("good", str(tmp_path / "good.parquet"), columns(GOOD), nulls=("x", " NA "))
    wanted = (ROW, *(column.name for column in source.columns), REASON)
    collected = engine.collect(Scan(source, wanted))
    assert collected.schema.types == [pa.int64(), *(arrow_type(column.type) for column in source.columns), pa.string()]
    got = {name: collected.sort_by(ROW)[name].to_pylist() for name in wanted}
    expected = {f"c{number}": values for number, (_, _, values) in enumerate(GOOD.values())}
    expected[f"c{list(GOOD).index('large_string')}"] = [None, None, None]
    assert got == {ROW: [1, 2, 3], **expected, REASON: [None] * 3}


def test_a_value_that_does_not_fit_sets_its_row_aside(engine: Engine[Any], tmp_path: Path) -> None:
    """A folder for each case would be a job for each: here each is a file, and the others hold nulls in its column."""
    named = tuple(SourceColumn(header, (header,), type_) for header, (_, type_, _) in BAD.items())
    source = ParquetSource("bad", str(tmp_path), named)
    kinds = {header: array.type for header, (array, _, _) in BAD.items()}
    for header, (array, _, _) in BAD.items():
        held = {other: array if other == header else pa.nulls(3, kind) for other, kind in kinds.items()}
        pq.write_table(pa.table(held), tmp_path / f"{header}.parquet", row_group_size=1)
    got = rows_of(engine, source, (FILE, ROW, REASON, RAW, *(column.name for column in source.columns)))
    expected = []
    for header, (_, _, values) in sorted(BAD.items()):
        for row, value in enumerate(values):
            cells = [value if other == header else None for other in BAD]
            expected.append(((tmp_path / f"{header}.parquet").as_posix(), row + 1, WHY[header].get(row), None, *cells))
    assert got == expected


def test_reasons_stand_in_declared_order_and_every_declared_column_is_checked(engine: Engine[Any], tmp_path: Path) -> None:
    pq.write_table(pa.table({"b": [1.5, 2.0, 2.5], "a": pa.array([2**63, 1, 2], pa.uint64()), "s": ["x", "y", "z"]}), tmp_path / "t.parquet")
    source = ParquetSource("t", str(tmp_path / "t.parquet"), (SourceColumn("a", ("a",), INT), SourceColumn("b", ("b",), INT), SourceColumn("s", ("s",), STRING)))
    assert rows_of(engine, source, ("s", REASON)) == [("y", None), (None, "a: not an int; b: not an int"), (None, "b: not an int")]
    assert rows_of(engine, source, ("s",)) == [("y",), (None,), (None,)]
    assert rows_of(engine, source, (RAW,)) == [(None,)] * 3


def test_int96_is_read_beyond_what_nanoseconds_reach(engine: Engine[Any], tmp_path: Path) -> None:
    files = write_old(tmp_path)
    source = ParquetSource("old", str(tmp_path), (SourceColumn("at", ("at",), TIMESTAMP),))
    expected = [(file.as_posix(), row, moment, None) for file in files for row, moment in enumerate(OLD, 1)]
    assert rows_of(engine, source, (FILE, ROW, "at", REASON)) == expected


def test_files_in_folders_may_differ_in_types_and_orders(engine: Engine[Any], tmp_path: Path) -> None:
    write_folders(tmp_path)
    assert rows_of(engine, folders(tmp_path), ("day", "area", ROW, "vendor", "n", REASON)) == FOLDER_ROWS
    assert rows_of(engine, folders(tmp_path), ("day", "n")) == sorted(
        ((row[0], row[4]) for row in FOLDER_ROWS), key=lambda row: tuple((cell is None, str(cell)) for cell in row)
    )
    assert [row for (row,) in rows_of(engine, folders(tmp_path), (ROW,))] == [1, 1, 1, 2, 2, 2, 3]


def test_where_leaves_folders_out(engine: Engine[Any], tmp_path: Path) -> None:
    write_folders(tmp_path)
    schema = {"day": Fact(DATE), "area": Fact(STRING)}
    where = lower(parse("day > date '2019-01-01' and area != 'z'"), schema).expression
    assert rows_of(engine, folders(tmp_path, where=where), ("day", "area", ROW, "vendor", "n", REASON)) == FOLDER_ROWS[2:4]


def test_partitions_of_csv_files_are_columns_too(engine: Engine[Any], tmp_path: Path) -> None:
    for year, month, text in ((2018, 12, "a\n1\n"), (2019, 1, "a\n2\nx\n")):
        place = tmp_path / f"year={year}" / f"month={month:02d}"
        place.mkdir(parents=True)
        (place / "t.csv").write_text(text)
    partitions = (Partition("year", INT), Partition("month", INT))
    source = CsvSource("t", str(tmp_path), (SourceColumn("a", ("a",), INT),), partitions=partitions)
    wanted = ("year", "month", "a", ROW, REASON)
    assert rows_of(engine, source, wanted) == [(2018, 12, 1, 2, None), (2019, 1, 2, 2, None), (2019, 1, None, 3, "a: not an int")]
    assert rows_of(engine, source, ("month",)) == [(1,), (1,), (12,)]


def test_rows_can_be_counted_without_a_column(engine: Engine[Any], tmp_path: Path) -> None:
    pq.write_table(table(GOOD), tmp_path / "good.parquet", row_group_size=2)
    pq.write_table(table(GOOD).slice(0, 0), tmp_path / "none.parquet")
    source = ParquetSource("good", str(tmp_path), columns(GOOD))
    for name in ("c0", *HIDDEN):
        counted = Aggregate(Scan(source, (name,)), (), (("rows", AggregateCall("count_rows")),))
        assert engine.collect(counted).to_pylist() == [{"rows": 3}]


def test_only_needed_columns_are_read(engine: Engine[Any], tmp_path: Path) -> None:
    held = {"a": [1, 2], "b": [1, 2], "at": pa.array([0, 1], pa.timestamp("us")), "rate": [1.0, 2.5], "x": [0.5, 1.5]}
    pq.write_table(pa.table(held), tmp_path / "t.parquet")
    kinds = {"a": INT, "b": INT, "at": TIMESTAMP, "rate": INT, "x": INT}
    source = ParquetSource("t", str(tmp_path / "t.parquet"), tuple(SourceColumn(name, (name,), kind) for name, kind in kinds.items() if name != "x"))
    told = engine.explain(Scan(source, ("a",)))
    if engine.name == "spark":
        # the bounds in the footer say that each moment fits; whether a double is whole, only the values
        assert "ReadSchema: struct<a:bigint,rate:double>" in told
    elif engine.name == "polars":
        assert "PROJECT 2/5 COLUMNS" in told
    assert rows_of(engine, source, ("a",)) == [(1,), (None,)]


def test_a_file_that_is_none_is_told_in_one_line(engine: Engine[Any], tmp_path: Path) -> None:
    (tmp_path / "t.parquet").write_text("a,b\n1,2\n")
    source = ParquetSource("t", str(tmp_path / "t.parquet"), (SourceColumn("a", ("a",), INT),))
    with pytest.raises(DataError, match=r"t\.parquet is no Parquet file \(8 bytes, begins with b'a,b\\n'\); if it is CSV, say so: format: csv"):
        engine.collect(Scan(source, ("a",)))


def test_data_that_cannot_be_read_is_told(engine: Engine[Any], tmp_path: Path) -> None:
    held = pa.table({"a": [number / 7 for number in range(10000)]})
    pq.write_table(held, tmp_path / "t.parquet", compression="zstd", use_dictionary=False)
    data = bytearray((tmp_path / "t.parquet").read_bytes())
    data[10:60] = b"\xff" * 50
    (tmp_path / "t.parquet").write_bytes(data)
    source = ParquetSource("t", str(tmp_path / "t.parquet"), (SourceColumn("a", ("a",), DOUBLE),))
    with pytest.raises(DataError):
        engine.collect(Scan(source, ("a",)))
