"""Parquet files with everything that readers disagree on, and what they hold, written by hand."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from crossover.language.types import BOOLEAN, DATE, DOUBLE, INT, STRING, TIMESTAMP, Type
from crossover.sources.specification import ParquetSource, Partition, SourceColumn

NAN, INF = float("nan"), float("inf")
MICROSECOND = datetime(1970, 1, 1, 0, 0, 0, 1)
BEFORE = datetime(1969, 12, 31, 23, 59, 59, 999999)
EPOCH = datetime(1970, 1, 1)
LARGEST = 2**63 - 1

_Cells = list[Any]
GOOD: dict[str, tuple[pa.Array, Type, _Cells]] = {
    "int8": (pa.array([-1, None, 127], pa.int8()), INT, [-1, None, 127]),
    "uint8": (pa.array([255, None, 0], pa.uint8()), INT, [255, None, 0]),
    "uint16": (pa.array([65535, None, 0], pa.uint16()), DOUBLE, [65535.0, None, 0.0]),
    "uint32": (pa.array([2**32 - 1, None, 0], pa.uint32()), INT, [2**32 - 1, None, 0]),
    "uint64": (pa.array([LARGEST, None, 0], pa.uint64()), INT, [LARGEST, None, 0]),
    "int32": (pa.array([-(2**31), None, 7], pa.int32()), DOUBLE, [-(2.0**31), None, 7.0]),
    "int64": (pa.array([-(2**63), None, LARGEST]), INT, [-(2**63), None, LARGEST]),
    "int_as_double": (pa.array([-(2**53), None, 2**53]), DOUBLE, [-(2.0**53), None, 2.0**53]),
    "float": (pa.array([1.5, NAN, -INF], pa.float32()), DOUBLE, [1.5, None, None]),
    "double": (pa.array([0.1, NAN, INF]), DOUBLE, [0.1, None, None]),
    "whole": (pa.array([-(2.0**63), NAN, 17850.0]), INT, [-(2**63), None, 17850]),
    "whole_float": (pa.array([-3.0, -INF, None], pa.float32()), INT, [-3, None, None]),
    "decimal": (pa.array([Decimal("-9999999999999.99"), None, Decimal("0.07")], pa.decimal128(15, 2)), DOUBLE, [-9999999999999.99, None, 0.07]),
    "string": (pa.array(["\u00c5\U0001f600", None, ""]), STRING, ["\u00c5\U0001f600", None, ""]),
    "large_string": (pa.array(["x", None, " NA "], pa.large_string()), STRING, ["x", None, " NA "]),
    "dictionary": (pa.array(["b", None, "a"]).dictionary_encode(), STRING, ["b", None, "a"]),
    "boolean": (pa.array([True, None, False]), BOOLEAN, [True, None, False]),
    "date": (pa.array([-1, None, 0], pa.int32()).cast(pa.date32()), DATE, [date(1969, 12, 31), None, date(1970, 1, 1)]),
    "date_as_moment": (pa.array([date(1, 1, 1), None, date(9999, 12, 31)]), TIMESTAMP, [datetime(1, 1, 1), None, datetime(9999, 12, 31)]),
    "seconds": (pa.array([-1, None, 0], pa.timestamp("s")), TIMESTAMP, [datetime(1969, 12, 31, 23, 59, 59), None, EPOCH]),
    "milliseconds": (pa.array([-1, None, 1], pa.timestamp("ms")), TIMESTAMP, [datetime(1969, 12, 31, 23, 59, 59, 999000), None, datetime(1970, 1, 1, 0, 0, 0, 1000)]),
    "microseconds": (pa.array([-1, None, 1], pa.timestamp("us")), TIMESTAMP, [BEFORE, None, MICROSECOND]),
    "nanoseconds": (pa.array([-1, None, 1999], pa.timestamp("ns")), TIMESTAMP, [BEFORE, None, MICROSECOND]),
    "in_utc": (pa.array([-1, None, 1], pa.timestamp("us", "UTC")), TIMESTAMP, [BEFORE, None, MICROSECOND]),
    "in_new_york": (pa.array([-1001, None, 1999], pa.timestamp("ns", "America/New_York")), TIMESTAMP, [datetime(1969, 12, 31, 23, 59, 59, 999998), None, MICROSECOND]),
    "midnights": (pa.array([date(2013, 1, 1), None, date(1969, 12, 31)]).cast(pa.timestamp("ns")), DATE, [date(2013, 1, 1), None, date(1969, 12, 31)]),
    "nothing": (pa.nulls(3), DATE, [None, None, None]),
    "a.b `c` +%20": (pa.array([1, None, 3]), INT, [1, None, 3]),
}
"""Header: what is stored, the declared type, and the values. All fit."""

BAD: dict[str, tuple[pa.Array, Type, _Cells]] = {
    "big": (pa.array([2**63, None, 5], pa.uint64()), INT, [None, None, 5]),
    "too_exact": (pa.array([2**53, None, 2**53 + 1]), DOUBLE, [2.0**53, None, None]),
    "fraction": (pa.array([1.0, 1.5, NAN]), INT, [1, None, None]),
    "beyond": (pa.array([2.0**63, 1.0, NAN]), INT, [None, 1, None]),
    "late": (pa.array([2932897, 0, None], pa.int32()).cast(pa.date32()), DATE, [None, date(1970, 1, 1), None]),
    "long_ago": (pa.array([None, 0, -62135596800000 - 1], pa.timestamp("ms")), TIMESTAMP, [None, EPOCH, None]),
    "far": (pa.array([2**62, 0, -(2**63)], pa.timestamp("ms")), TIMESTAMP, [None, EPOCH, None]),
    "noon": (pa.array([0, 43200000001, 86400000000], pa.timestamp("us", "UTC")), DATE, [date(1970, 1, 1), None, date(1970, 1, 2)]),
}
"""The same; a value that is null here and not in the file does not fit, alone in its file."""

WHY = {
    "big": {0: "big: not an int"},
    "too_exact": {2: "too_exact: not a double"},
    "fraction": {1: "fraction: not an int"},
    "beyond": {0: "beyond: not an int"},
    "late": {0: "late: not a date"},
    "long_ago": {2: "long_ago: not a timestamp"},
    "far": {0: "far: not a timestamp", 2: "far: not a timestamp"},
    "noon": {1: "noon: not a date"},
}
"""Header: row from 0 and its reason."""

OLD = [datetime(68, 9, 3, 13, 20), datetime(1969, 12, 31, 23, 59, 59, 999999), None, datetime(9892, 3, 8, 12, 26, 40)]
"""What the files of `write_old` hold: also beyond 1677 to 2262, which nanoseconds reach."""


def columns(cells: dict[str, tuple[pa.Array, Type, _Cells]]) -> tuple[SourceColumn, ...]:
    """Return the columns `c0`, `c1` ... of the headers."""
    return tuple(SourceColumn(f"c{number}", (header,), type_) for number, (header, (_, type_, _)) in enumerate(cells.items()))


def table(cells: dict[str, tuple[pa.Array, Type, _Cells]]) -> pa.Table:
    return pa.table({header: array for header, (array, _, _) in cells.items()})


def write_folders(folder: Path) -> None:
    """Write three days: types, orders and places of the columns differ, names need care; one row does not fit."""
    days = {
        "day=2019-01-01": pa.table({"VendorID": pa.array([1, None], pa.int32()), "n": [1.0, 2.0], "other": [[1], [2]]}),
        "day=2019-01-02": pa.table({"n": pa.array([3, 4]), "VendorID": pa.array([2, 3])}),
        "day=__HIVE_DEFAULT_PARTITION__": pa.table({"n": [5.0, 5.5, NAN], "vendor_id": pa.array([4, 5, 6], pa.int8())}),
    }
    for day, held in days.items():
        place = folder / day / "area=a%20b %2B" / "_x {\u00fc}"
        place.mkdir(parents=True)
        pq.write_table(held, place / "a +%20[1].parquet", row_group_size=2)


def folders(place: Path, **settings: Any) -> ParquetSource:
    source = (SourceColumn("vendor", ("vendor_id", "VendorID"), INT), SourceColumn("n", ("n",), INT))
    path = f"{place}/day=*/*/_x {{\u00fc}}/*.parquet"
    return ParquetSource("t", path, source, partitions=(Partition("day", DATE), Partition("area", STRING)), **settings)


FOLDER_ROWS = [
    (date(2019, 1, 1), "a b +", 1, 1, 1, None),
    (date(2019, 1, 1), "a b +", 2, None, 2, None),
    (date(2019, 1, 2), "a b +", 1, 2, 3, None),
    (date(2019, 1, 2), "a b +", 2, 3, 4, None),
    (None, "a b +", 1, 4, 5, None),
    (None, "a b +", 2, None, None, "n: not an int"),
    (None, "a b +", 3, 6, None, None),
]
"""day, area, __row, vendor, n, __reason of the files of `write_folders`, sorted with null last."""


def write_old(folder: Path) -> list[Path]:
    """Write INT96 as pyarrow and as others do: without Arrow's schema beside."""
    moments = pa.array([-60000000000000000, -1, None, 250000000000000000], pa.timestamp("us"))
    files = [folder / "arrow.parquet", folder / "other.parquet"]
    for file, with_schema in zip(files, (True, False), strict=True):
        old = pa.table({"x": [1, 2, 3, 4], "at": moments})
        pq.write_table(old, file, use_deprecated_int96_timestamps=True, store_schema=with_schema)
    return files
