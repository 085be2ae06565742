"""Tables to files: each under a temporary name first, so that a file with its own name is whole."""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

FORMATS = ("csv", "parquet")
_TEMPORARY = ".part"
_MINUTE = 60_000_000
"""Microseconds."""
_MINUTES_OF_A_DAY = 1_440


def file_of(folder: Path, table: str, number: int, file_format: str) -> Path:
    """Return where a part of a table is written."""
    return folder / table / f"part-{number:05}.{file_format}"


def write_table(table: pa.Table, path: Path) -> int:
    """Write a file whole and return its bytes. The ending of the path is the format."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + _TEMPORARY)
    if path.suffix == ".csv":
        _write_csv(table, unfinished)
    else:
        pq.write_table(table, unfinished)
    with unfinished.open("rb") as file:
        os.fsync(file.fileno())
        size = os.fstat(file.fileno()).st_size
    unfinished.replace(path)
    return size


def _write_csv(table: pa.Table, path: Path) -> None:
    columns = [_as_text(column) if pa.types.is_timestamp(column.type) else column for column in table.columns]
    with path.open("wb") as file:
        file.write((",".join(table.column_names) + "\n").encode())
        # pyarrow quotes a header whatever it is told, and every text unless it is told not to
        options = pyarrow.csv.WriteOptions(include_header=False, quoting_style="none")
        # pyarrow 26 writes foreign memory for a table whose first chunk is empty
        if len(table):
            pyarrow.csv.write_csv(pa.table(columns, names=table.column_names).combine_chunks(), file, options)


def _as_text(moments: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return `2023-04-26T14:58`, as TPCx-AI writes a time: a text for each day and each minute of a day, put together."""
    minutes = pc.divide(moments.cast(pa.timestamp("us")).cast(pa.int64()), _MINUTE)
    days = pc.divide(minutes, _MINUTES_OF_A_DAY).combine_chunks().dictionary_encode()
    dates = pc.strftime(days.dictionary.cast(pa.int32()).cast(pa.date32()), format="%Y-%m-%d")
    times = pa.array([f"{minute // 60:02}:{minute % 60:02}" for minute in range(_MINUTES_OF_A_DAY)])
    within = pc.subtract(minutes, pc.multiply(pc.divide(minutes, _MINUTES_OF_A_DAY), _MINUTES_OF_A_DAY))
    return pc.binary_join_element_wise(dates.take(days.indices), times.take(within.combine_chunks()), "T")
