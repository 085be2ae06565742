"""Two tables are the same answer if every cell is, whatever the order of rows and files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from crossover.compare.difference import Part
from crossover.compare.tables import compare_tables
from crossover.compare.written_table import WrittenTable
from crossover.language.types import DOUBLE, INT, STRING, TIMESTAMP, Fact, Schema
from crossover.runs.folder import Attempt

SCHEMA: Schema = {
    "carrier": Fact(STRING, nullable=False),
    "flight": Fact(INT, nullable=False),
    "at": Fact(TIMESTAMP),
    "distance": Fact(DOUBLE),
    "delay": Fact(DOUBLE, exact=False),
}
KEY = ("carrier", "flight")
NOON = datetime(2013, 1, 1, 12)
ROWS: list[tuple[Any, ...]] = [
    ("AA", 1, NOON, 100.0, 1.5),
    ("AA", 2, None, None, None),
    ("UA", 1, NOON, 300.0, -2.5),
    ("ÜA", 1, NOON, 300.0, 0.0),
]


class Writer:
    """Writes tables as an engine would, one after another."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._count = 0

    def __call__(
        self, rows: Sequence[tuple[Any, ...]], schema: Schema = SCHEMA, key: Sequence[str] = KEY, files: int = 1
    ) -> WrittenTable:
        self._count += 1
        engine = ("one", "two")[(self._count - 1) % 2]
        attempt = Attempt(self._root / f"{self._count}-{engine}")
        attempt.path.mkdir()
        place = attempt.table("flights")
        place.mkdir()
        columns: list[Sequence[Any]] = list(zip(*rows, strict=True)) if rows else [[] for _ in schema]
        types = {"string": pa.string(), "int": pa.int64(), "double": pa.float64(), "timestamp": pa.timestamp("us")}
        table = pa.table(
            {name: pa.array(values, types[str(fact.type)]) for (name, fact), values in zip(schema.items(), columns, strict=True)}
        )
        size = max(1, -(-len(rows) // files))
        for part in range(files):
            attempt.write_parquet(place / f"part-{part}.parquet", table.slice(part * size, size))
        attempt.describe(place, schema, key, len(rows))
        return WrittenTable(engine, place)


@pytest.fixture
def write(tmp_path: Path) -> Writer:
    return Writer(tmp_path)


def changed(row: int, column: int, value: Any) -> list[tuple[Any, ...]]:
    cells = [list(each) for each in ROWS]
    cells[row][column] = value
    return [tuple(each) for each in cells]


def test_order_of_rows_and_number_of_files_do_not_matter(write: Writer) -> None:
    part = compare_tables("table flights", write(ROWS), write(ROWS[::-1], files=3))
    assert part.same
    assert (part.rows, part.columns, part.exact_columns, part.differences) == (4, 5, 4, 0)
    assert part.checksums["one"] == part.checksums["two"]
    assert part.first is None
    assert part.largest is None


def test_checksum_of_one_row_is_spark_s_xxhash64(write: Writer) -> None:
    xxhash = pytest.importorskip("xxhash")
    schema: Schema = {"b": Fact(INT), "a": Fact(STRING)}
    table = write([(None, "x")], schema, ())
    # columns in name order, each followed by whether it is null: a = 'x', false, b = null (seed unchanged), true
    seed = 42
    for part in (b"x", (0).to_bytes(4, "little"), (1).to_bytes(4, "little")):
        seed = xxhash.xxh64_intdigest(part, seed=seed)
    assert table.checksum() == (1, seed & 0xFFFFFFFF, seed >> 32)


@pytest.mark.parametrize(
    ("row", "column", "value", "name"),
    [
        (2, 2, datetime(2013, 1, 1, 12, 0, 0, 1), "at"),
        (2, 3, 300.00000000000006, "distance"),
        (2, 4, -2.5000001, "delay"),
    ],
)
def test_a_changed_cell_is_found_with_key_and_both_values(
    write: Writer, row: int, column: int, value: Any, name: str
) -> None:
    part = compare_tables("table flights", write(ROWS), write(changed(row, column, value)[::-1]))
    assert not part.same
    assert part.differences == 1
    assert part.first is not None
    assert part.first.what == "value"
    assert part.first.column == name
    assert part.first.key == {"carrier": "UA", "flight": 1}
    shown = [each.isoformat() if isinstance(each, datetime) else each for each in (ROWS[row][column], value)]
    assert list(part.first.values.values()) == shown


@pytest.mark.parametrize(("row", "column", "value"), [(1, 2, NOON), (1, 4, 0.0), (0, 3, None), (0, 4, None)])
def test_a_null_is_not_a_value(write: Writer, row: int, column: int, value: Any) -> None:
    part = compare_tables("table flights", write(ROWS), write(changed(row, column, value)))
    assert part.first is not None
    assert part.first.what == "null"
    assert part.differences == 1


def test_last_bits_of_an_inexact_column_are_allowed_and_reported(write: Writer) -> None:
    part = compare_tables("table flights", write(ROWS), write(changed(0, 4, 1.5 + 1e-9)))
    assert part.same
    assert part.largest is not None
    assert part.largest.column == "delay"
    assert part.largest.absolute == pytest.approx(1e-9, rel=1e-6)
    # 1e-9 * 1.5 + 1e-9 * sqrt((1.5^2 + 2.5^2 + 0) / 3)
    assert part.largest.allowed == pytest.approx(1e-9 * 1.5 + 1e-9 * (8.5 / 3) ** 0.5, rel=1e-6)


def test_a_zero_may_be_a_tiny_number_in_a_column_of_larger_ones(write: Writer) -> None:
    assert compare_tables("table flights", write(ROWS), write(changed(3, 4, 1e-9))).same
    assert not compare_tables("table flights", write(ROWS), write(changed(3, 4, 2e-9))).same


@pytest.mark.parametrize(("value", "other"), [(float("inf"), 1.5), (1.5, float("inf")), (float("inf"), float("-inf"))])
def test_an_infinity_is_never_within_a_tolerance(write: Writer, value: float, other: float) -> None:
    part = compare_tables("table flights", write(changed(0, 4, value)), write(changed(0, 4, other)))
    assert part.differences == 1
    assert compare_tables("table flights", write(changed(0, 4, value)), write(changed(0, 4, value))).same


def test_probabilities_of_two_trainings_may_be_1e_5_apart(write: Writer) -> None:
    schema: Schema = {"id": Fact(INT), "probability": Fact(DOUBLE, exact=False)}

    def compared(value: float) -> Part:
        tables = write([(1, 0.5)], schema, ["id"]), write([(1, value)], schema, ["id"])
        return compare_tables("scores late", *tables, scores=True)

    assert compared(0.500009).same
    assert not compared(0.500011).same


def test_the_first_difference_is_the_one_with_the_smallest_key(write: Writer) -> None:
    rows = [(row[0], row[1], row[2], 7.0, row[4]) for row in ROWS]
    part = compare_tables("table flights", write(ROWS[::-1]), write(rows))
    assert part.differences == 4
    assert part.first is not None
    assert part.first.key == {"carrier": "AA", "flight": 1}


def test_a_missing_row_and_another_in_its_place_are_found(write: Writer) -> None:
    part = compare_tables("table flights", write(ROWS), write([*ROWS[:3], ("ZZ", 9, NOON, 1.0, 1.0)]))
    assert part.differences == 2
    assert part.first is not None
    assert part.first.what == "row"
    assert part.first.key == {"carrier": "ZZ", "flight": 9}
    assert part.first.values == {"two": "has it", "one": "lacks it"}


def test_a_row_twice_is_not_a_row_once(write: Writer) -> None:
    part = compare_tables("table flights", write(ROWS), write([*ROWS, ROWS[2]]))
    assert part.differences == 1
    assert part.first is not None
    assert part.first.key == {"carrier": "UA", "flight": 1}


def test_without_a_key_rows_are_matched_by_their_exact_columns(write: Writer) -> None:
    twins = [*ROWS, ("AA", 1, NOON, 100.0, 9.5)]
    assert compare_tables("table flights", write(twins, key=()), write(twins[::-1], key=())).same
    other = [*ROWS, ("AA", 1, NOON, 100.0, 9.6)]
    part = compare_tables("table flights", write(twins, key=()), write(other, key=()))
    assert part.first is not None
    assert part.first.column == "delay"
    assert part.first.values == {"one": 9.5, "two": 9.6}


def test_a_row_that_nothing_names_is_compared_all_the_same(write: Writer) -> None:
    schema: Schema = {"mean": Fact(DOUBLE, exact=False)}
    part = compare_tables("table means", write([(1.5,)], schema, ()), write([(1.6,)], schema, ()))
    assert part.first is not None
    assert (part.first.column, part.first.key, part.first.values) == ("mean", {}, {"one": 1.5, "two": 1.6})
    missing = compare_tables("table means", write([(1.5,)], schema, ()), write([], schema, ()))
    assert missing.differences == 1


def test_a_column_of_another_type_or_mark_is_a_difference(write: Writer) -> None:
    schema = {**SCHEMA, "delay": Fact(DOUBLE)}
    part = compare_tables("table flights", write(ROWS), write(ROWS, schema))
    assert part.first is not None
    assert part.first.column == "delay"
    assert part.first.values == {"one": "double inexact", "two": "double"}


def test_two_empty_tables_are_the_same(write: Writer) -> None:
    part = compare_tables("table flights", write([]), write([]))
    assert part.same
    assert part.rows == 0
