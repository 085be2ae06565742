"""What is said of Parquet files before any engine starts: types, footers, and files that are none."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from crossover.core.errors import DataError, InternalError
from crossover.language.types import BOOLEAN, DATE, DOUBLE, INT, STRING, TIMESTAMP, Type
from crossover.sources.parquet import read, read_parts
from crossover.sources.parquet_layout import open_files
from crossover.sources.parquet_types import Physical, conversion_of, physical_of
from crossover.sources.specification import FILE, REASON, ROW, ParquetSource, SourceColumn

ALL = (BOOLEAN, INT, DOUBLE, STRING, DATE, TIMESTAMP)
A = SourceColumn("a", ("a",), INT)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(held: dict[str, Any], name: str = "t.parquet", **settings: Any) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(held), name, **settings)


def source(*columns: SourceColumn, path: str = "t.parquet") -> ParquetSource:
    return ParquetSource("t", path, columns or (A,))


def refused(*columns: SourceColumn, path: str = "t.parquet") -> str:
    with pytest.raises(DataError) as caught:
        open_files(source(*columns, path=path), ())
    return str(caught.value)


TYPES = [
    (pa.bool_(), "boolean"),
    (pa.int8(), "int double"),
    (pa.int16(), "int double"),
    (pa.int32(), "int double"),
    (pa.int64(), "int double"),
    (pa.uint8(), "int double"),
    (pa.uint16(), "int double"),
    (pa.uint32(), "int double"),
    (pa.uint64(), "int"),
    (pa.float16(), ""),
    (pa.float32(), "int double"),
    (pa.float64(), "int double"),
    (pa.decimal128(15, 2), "double"),
    (pa.decimal128(9, 9), "double"),
    (pa.decimal128(16, 2), ""),
    (pa.decimal256(40, 2), ""),
    (pa.string(), "string"),
    (pa.large_string(), "string"),
    (pa.string_view(), "string"),
    (pa.dictionary(pa.int8(), pa.string()), "string"),
    (pa.binary(), ""),
    (pa.binary(3), ""),
    (pa.date32(), "date timestamp"),
    (pa.date64(), "date timestamp"),
    (pa.timestamp("s"), "date timestamp"),
    (pa.timestamp("ms"), "date timestamp"),
    (pa.timestamp("us", "UTC"), "date timestamp"),
    (pa.timestamp("ns", "Asia/Kolkata"), "date timestamp"),
    (pa.time32("ms"), ""),
    (pa.time64("us"), ""),
    (pa.duration("us"), ""),
    (pa.null(), "boolean int double string date timestamp"),
    (pa.list_(pa.int64()), ""),
    (pa.struct({"x": pa.int64()}), ""),
    (pa.map_(pa.string(), pa.int64()), ""),
]


@pytest.mark.parametrize(("stored", "declared"), TYPES, ids=[str(stored) for stored, _ in TYPES])
def test_a_column_can_be_declared_as_these_types_and_no_others(stored: pa.DataType, declared: str) -> None:
    write({"a": pa.nulls(2, stored)})
    assert " ".join(str(type_) for type_ in ALL if is_taken(type_)) == declared


def is_taken(type_: Type) -> bool:
    try:
        open_files(source(SourceColumn("a", ("a",), type_)), ())
    except DataError:
        return False
    return True


@pytest.mark.parametrize("logical", ["UUID", "JSON", "BSON", "Enum", "Float16", "Time", "Interval", "Variant"])
def test_other_meanings_of_bytes_are_not_read(logical: str) -> None:
    assert physical_of("BYTE_ARRAY", f'{{"Type": "{logical}"}}') is None


def test_bytes_without_a_meaning_are_no_text() -> None:
    assert physical_of("BYTE_ARRAY", '{"Type": "None"}') is None


def test_a_decimal_scaled_beyond_its_digits_is_not_read() -> None:
    form = physical_of("INT64", '{"Type": "Decimal", "precision": 5, "scale": 20}')
    assert isinstance(form, Physical)
    assert conversion_of(form, DOUBLE) is None


def test_a_wrong_type_is_told_with_file_column_found_and_expected() -> None:
    write({"a": ["x"], "b": [[1]], "c": pa.array([Decimal(1)], pa.decimal128(38, 10))})
    assert refused(SourceColumn("fare", ("a",), INT)) == (
        "source `t`: t.parquet: column `a` is string, declared is `fare: int`\n        declare it `fare: string`"
    )
    assert refused(SourceColumn("b", ("b",), INT), SourceColumn("a", ("a",), DATE)).splitlines() == [
        "source `t`: t.parquet: column `b` is list<element: int64>, declared is `b: int`",
        "        such columns are not read: write it as a number, a text, a date or a timestamp",
        "        also column `a` is string, declared is `a: date`",
    ]
    assert refused(SourceColumn("c", ("c",), DOUBLE)).endswith(
        "only decimals of at most 15 digits are exact as double: write the column as double or int"
    )


def whole_file() -> bytes:
    write({"a": [1, 2, 3]})
    return Path("t.parquet").read_bytes()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: b"", "is empty (0 bytes), no Parquet file; write it again or remove it"),
        (lambda data: b"a,b\n1,2\n", "is no Parquet file (8 bytes, begins with b'a,b\\n'); if it is CSV, say so: format: csv"),
        (lambda data: data[:-1], "is cut off: it has no footer at its end"),
        (lambda data: data[:40], "is cut off: it has no footer at its end (40 bytes); write or copy it again"),
        (lambda data: b"PAR1PAR1", "is cut off: it has no footer at its end (8 bytes); write or copy it again"),
        (lambda data: data[:-8] + b"\xff\xff\xff\x7fPAR1", "its footer is damaged"),
        (lambda data: data[:-60] + b"\xff" * 52 + data[-8:], "its footer is damaged"),
        (lambda data: data[:-4] + b"PARE", "is an encrypted Parquet file, which is not read; write it without encryption"),
        (lambda data: data[1:], "is no Parquet file"),
    ],
)
def test_a_file_that_is_no_parquet_file_is_told(change: Any, message: str) -> None:
    Path("t.parquet").write_bytes(change(whole_file()))
    told = refused()
    assert told.startswith("source `t`: t.parquet")
    assert message in told


def test_a_file_cut_anywhere_is_refused() -> None:
    data = whole_file()
    for end in range(len(data)):
        Path("t.parquet").write_bytes(data[:end])
        assert "t.parquet" in refused()


def test_a_flipped_byte_in_checked_data_is_told() -> None:
    write({"a": list(range(1000))}, write_page_checksum=True, use_dictionary=False, compression="none")
    data = bytearray(Path("t.parquet").read_bytes())
    data[2000] ^= 1
    Path("t.parquet").write_bytes(data)
    with pytest.raises(DataError, match=r"t\.parquet is damaged: its data cannot be read"):
        read(source(), ("a",))


def test_a_text_that_is_no_utf_8_is_told() -> None:
    texts = pa.Array.from_buffers(pa.string(), 2, pa.array([b"ok", b"\xff\xfe"]).buffers())
    write({"a": texts})
    with pytest.raises(DataError, match=r"t\.parquet is damaged: its data cannot be read"):
        read(source(SourceColumn("a", ("a",), STRING)), ("a",))


def test_one_bad_file_of_many_is_named() -> None:
    write({"a": [1]}, "d/1.parquet")
    Path("d/2.parquet").write_bytes(b"")
    write({"b": [1]}, "d/3.parquet")
    assert refused(path="d").startswith("source `t`: d/2.parquet is empty")


def test_a_column_that_is_not_there_or_there_twice_is_told() -> None:
    write({"A": [1], "b": [2]})
    assert refused() == "source `t`: t.parquet has no column `a`; did you mean `A`?\n        its header: A, b"
    one_of = SourceColumn("id", ("A", "b"), INT)
    assert refused(one_of) == "source `t`: t.parquet has more than one of the columns `A` or `b` that `id` may come from"
    pq.write_table(pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"]), "t.parquet")
    assert refused() == "source `t`: t.parquet has the column `a` 2 times"


def test_a_footer_is_read_again_after_the_file_has_changed() -> None:
    write({"a": [1]})
    assert [file.rows for file in open_files(source(), ())] == [1]
    write({"a": [1, 2]})
    assert [file.rows for file in open_files(source(), ())] == [2]


def read_of(column: SourceColumn, *wanted: str) -> list[str]:
    (file,) = open_files(source(column, SourceColumn("b", ("b",), STRING)), wanted)
    return [each.column.name for each in file.layout.read]


@pytest.mark.parametrize(
    ("cells", "type_", "is_read"),
    [
        ([1, 2**53], DOUBLE, False),
        ([1, 2**53 + 1], DOUBLE, True),
        ([-(2**53) - 1], DOUBLE, True),
        (pa.array([1, 2**63 - 1], pa.uint64()), INT, False),
        (pa.array([1, 2**63], pa.uint64()), INT, True),
        (pa.array([2932896], pa.int32()).cast(pa.date32()), DATE, False),
        (pa.array([2932897], pa.int32()).cast(pa.date32()), DATE, True),
        (pa.array([253402300799999], pa.timestamp("ms")), TIMESTAMP, False),
        (pa.array([253402300800000], pa.timestamp("ms")), TIMESTAMP, True),
        (pa.array([-62135596800000001, None], pa.timestamp("us")), TIMESTAMP, True),
        (pa.array([-(2**63)], pa.timestamp("ns")), TIMESTAMP, False),
        (pa.array([1.0]), DOUBLE, False),
        (pa.array([1.0]), INT, True),
        (pa.array([0], pa.timestamp("us")), DATE, True),
        (pa.nulls(3, pa.int64()), DOUBLE, False),
        (pa.array([], pa.int64()), DOUBLE, False),
    ],
)
def test_a_column_that_nobody_wants_is_read_only_if_a_value_may_not_fit(cells: Any, type_: Type, is_read: bool) -> None:
    write({"a": cells, "b": ["x"] * len(cells)})
    assert read_of(SourceColumn("a", ("a",), type_), "b") == (["a", "b"] if is_read else ["b"])


def test_without_statistics_only_the_type_can_tell_that_all_values_fit() -> None:
    write({"a": [1], "c": pa.array([1], pa.int32()), "b": ["x"]}, write_statistics=False)
    assert read_of(SourceColumn("a", ("a",), DOUBLE), "b") == ["a", "b"]
    assert read_of(SourceColumn("c", ("c",), DOUBLE), "b") == ["b"]


def test_bounds_are_those_of_all_row_groups() -> None:
    write({"a": [1, 2, 2**53 + 1, 3], "b": list("wxyz")}, row_group_size=1)
    assert read_of(SourceColumn("a", ("a",), DOUBLE), "b") == ["a", "b"]


def test_parts_are_row_groups_numbered_through_the_file() -> None:
    write({"a": [1, 2, 3]}, "d/1.parquet", row_group_size=2)
    write({"a": [4]}, "d/2.parquet")
    parts = list(read_parts(source(path="d"), ("a", FILE)))
    assert [part.num_rows for part in parts] == [0, 2, 1, 1]
    assert read(source(path="d"), (FILE, ROW, "a")).to_pylist() == [
        {FILE: "d/1.parquet", ROW: 1, "a": 1},
        {FILE: "d/1.parquet", ROW: 2, "a": 2},
        {FILE: "d/1.parquet", ROW: 3, "a": 3},
        {FILE: "d/2.parquet", ROW: 1, "a": 4},
    ]


@pytest.mark.parametrize("columns", [(), (ROW,), (FILE,), (REASON, "a"), ("a", ROW, FILE)])
def test_the_columns_asked_for_are_given_in_that_order_with_all_rows(columns: tuple[str, ...]) -> None:
    write({"a": [1.0, 1.5, 2.0]}, row_group_size=2)
    found = read(source(), columns)
    assert tuple(found.column_names) == columns
    assert found.num_rows == 3


def test_decimals_become_the_nearest_double() -> None:
    """pyarrow's own cast does not: of these it gives others."""
    decimals = [Decimal(digits).scaleb(-scale) for digits in (999999999999999, 123456789012347, -314159265358979) for scale in (1, 7, 15)]
    for scale in (1, 7, 15):
        held = [each for each in decimals if -each.as_tuple().exponent == scale]  # type: ignore[operator]
        write({"a": pa.array([*held, None], pa.decimal128(15, scale))})
        assert read(source(SourceColumn("a", ("a",), DOUBLE)), ("a",))["a"].to_pylist() == [*map(float, held), None]


def test_a_column_may_be_read_as_two_types() -> None:
    write({"a": pa.array([0, 86_400_000_000, 1], pa.timestamp("us"))})
    both = (SourceColumn("day", ("a",), DATE), SourceColumn("at", ("a",), TIMESTAMP))
    assert read(source(*both), ("at", REASON)).to_pylist() == [
        {"at": datetime(1970, 1, 1), REASON: None},
        {"at": datetime(1970, 1, 2), REASON: None},
        {"at": None, REASON: "day: not a date"},
    ]


def test_a_column_that_is_not_declared_is_a_fault_of_the_caller() -> None:
    write({"a": [1]})
    with pytest.raises(InternalError, match="has no column c"):
        read(source(), ("c",))


def test_what_a_file_takes_in_memory_is_not_what_it_takes_on_the_disk() -> None:
    write({"a": [7] * 1_000_000, "b": ["x"] * 1_000_000})
    (file,) = open_files(source(A, SourceColumn("b", ("b",), STRING)), ("a", "b"))
    assert Path("t.parquet").stat().st_size < 10_000
    assert file.bytes >= 16_000_000
