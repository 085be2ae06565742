"""What comes out of an engine: collected types, written files, quantiles, and words about itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from crossover.engines.base import Engine
from crossover.language.tree import Column, call, literal
from crossover.relations.nodes import Filter, Project, Relation
from tests.same import assert_same
from tests.tables import ARROW, day, inline, moment, rows_of

N = None
COLUMNS = "id int, flag boolean, x double, text string, on date, at timestamp"
ROWS: list[tuple[Any, ...]] = [
    (1, True, 0.1, "ß", day("0001-01-01"), moment("0001-01-01")),
    (2**53 + 1, N, N, N, N, N),
    (3, False, -0.0, "", day("9999-12-31"), moment("9999-12-31 23:59:59.999999")),
    (4, True, 5e-324, "😀", day("1969-12-31"), moment("1969-12-31 23:59:59.999999")),
]
TYPES = [ARROW[column.split()[1]] for column in COLUMNS.split(", ")]


def written(engine: Engine[Any], relation: Relation, folder: Path) -> pa.Table:
    """Write, check what is reported against what is there, and read it back with checksums verified."""
    files = engine.write(relation, folder)
    assert files
    assert len({file.name for file in files}) == len(files)
    assert {path.name for path in folder.iterdir() if path.suffix == ".parquet"} == {file.name for file in files}
    for file in files:
        assert (folder / file.name).stat().st_size == file.bytes
        assert pq.read_metadata(folder / file.name).num_rows == file.rows
    tables = [pq.ParquetFile(folder / file.name, page_checksum_verification=True).read() for file in files]
    return pa.concat_tables(tables)


def test_collected_columns_have_the_logical_types(engine: Engine[Any]) -> None:
    assert engine.collect(inline(COLUMNS, ROWS)).schema.types == TYPES


def test_what_is_written_is_what_was_there(engine: Engine[Any], tmp_path: Path) -> None:
    table = written(engine, inline(COLUMNS, ROWS), tmp_path / "new" / "folder")
    assert table.schema.types == TYPES
    assert_same(rows_of(table), sorted(ROWS, key=lambda row: row[0]))


def test_an_empty_folder_may_be_there(engine: Engine[Any], tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    assert rows_of(written(engine, inline("a int", [(1,), (N,)]), tmp_path / "there")) == [(1,), (N,)]


def test_a_table_without_rows_is_written_with_its_types(engine: Engine[Any], tmp_path: Path) -> None:
    table = written(engine, Filter(inline(COLUMNS, ROWS), literal(False)), tmp_path)
    assert table.num_rows == 0
    assert table.schema.types == TYPES


def test_written_pages_have_checksums(engine: Engine[Any], tmp_path: Path) -> None:
    rows = [(number, f"{number * 7919 % 1000:x}") for number in range(2000)]
    files = engine.write(inline("n int, s string", rows), tmp_path)
    path = tmp_path / max(files, key=lambda file: file.rows).name
    chunk = pq.read_metadata(path).row_group(0).column(0)
    damaged = bytearray(path.read_bytes())
    damaged[
        chunk.data_page_offset
        + chunk.total_compressed_size
        - (chunk.data_page_offset - (chunk.dictionary_page_offset or chunk.data_page_offset))
        - 1
    ] ^= 1
    path.write_bytes(damaged)
    with pytest.raises(OSError, match="CRC"):
        pq.ParquetFile(path, page_checksum_verification=True).read(columns=["n"])


def test_written_values_of_an_expression(engine: Engine[Any], tmp_path: Path) -> None:
    project = Project(
        inline("s string", [("ß",), (N,), ("",)]), (("n", call("length", Column("s"))), ("late", call("is_null", Column("s"))))
    )
    table = written(engine, project, tmp_path)
    assert rows_of(table) == [(0, False), (1, False), (N, True)]
    assert table.schema.types == [ARROW["int"], ARROW["boolean"]]


QUANTILES: dict[str, tuple[list[Any], dict[float, float | None]]] = {
    "four values": ([4.0, 1.0, 3.0, 2.0], {0.0: 1.0, 0.25: 1.75, 0.5: 2.5, 0.75: 3.25, 1.0: 4.0}),
    "nulls are ignored": ([N, 10.0, N, 20.0], {0.1: 11.0, 0.5: 15.0}),
    "ties": ([1.0, 1.0, 1.0, 1.0, 9.0], {0.25: 1.0, 0.5: 1.0, 0.75: 1.0, 0.9: 5.8}),
    "one value": ([-7.5], {0.0: -7.5, 0.3: -7.5, 1.0: -7.5}),
    "no value": ([N, N], {0.0: N, 0.5: N}),
    "between a giant and a dwarf": ([-1e15, 1e15, 0.25], {0.5: 0.25, 0.75: 500000000000000.125}),
    "both zeros": ([0.0, -0.0, 0.0], {0.5: 0.0}),
}


@pytest.mark.parametrize("what", QUANTILES)
def test_quantiles_are_exact_and_linear(engine: Engine[Any], what: str) -> None:
    values, expected = QUANTILES[what]
    got = engine.quantiles(inline("id int, x double", list(enumerate(values))), {"x": tuple(expected)})
    assert list(got) == ["x"]
    assert len(got["x"]) == len(expected)
    for value, (share, wanted) in zip(got["x"], expected.items(), strict=True):
        assert value == wanted if wanted is None else value == pytest.approx(wanted, rel=1e-14, abs=0.0), share


def test_quantiles_of_several_columns_at_once(engine: Engine[Any]) -> None:
    rows = [(float(number), float(number % 10), N) for number in range(101)]
    got = engine.quantiles(inline("x double, y double, z double", rows), {"y": (0.5,), "x": (0.01, 0.333, 0.99), "z": (0.1, 0.9)})
    assert got["x"] == pytest.approx((1.0, 33.3, 99.0), rel=1e-14)
    assert got["y"] == (4.0,)
    assert got["z"] == (N, N)


def test_quantiles_of_many_rows_are_those_of_the_sorted_column(engine: Engine[Any]) -> None:
    values = sorted((number * 7919 % 10007) ** 3 / 1e6 for number in range(5000))
    shares = (0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999)
    expected = []
    for share in shares:
        place = share * (len(values) - 1)
        below = int(place)
        expected.append(values[below] + (place - below) * (values[below + 1] - values[below]))
    got = engine.quantiles(inline("x double", [(value,) for value in values]), {"x": shares})
    assert got["x"] == pytest.approx(expected, rel=1e-12)


def test_quantiles_of_no_rows_are_none(engine: Engine[Any]) -> None:
    assert engine.quantiles(inline("x double", []), {"x": (0.5, 0.9)}) == {"x": (N, N)}


def test_explain_is_text_and_computes_nothing_wrong(engine: Engine[Any]) -> None:
    assert engine.explain(Filter(inline("a int", [(1,)]), call("is_null", Column("a")))).strip()


def test_versions_and_activity_are_text(engine: Engine[Any]) -> None:
    versions = engine.versions()
    assert versions
    assert all(isinstance(version, str) and version for version in versions.values())
    assert isinstance(engine.activity(), str)
