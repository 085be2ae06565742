"""Tables to files: each under a temporary name first, so that a file with its own name is whole."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from crossover.generate.columns import digits, letters, text

FORMATS = ("csv", "parquet")
_TEMPORARY = ".part"
_LOOKED_AT = 2_000
"""Rows."""
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
        pq.write_table(table, unfinished, use_dictionary=_repeated(table))
    with unfinished.open("rb") as file:
        os.fsync(file.fileno())
        size = os.fstat(file.fileno()).st_size
    unfinished.replace(path)
    return size


def _repeated(table: pa.Table) -> list[str]:
    """Return the columns that are worth a dictionary: pyarrow tries one for each, and half of the time was spent in vain."""
    beginning = table.slice(0, _LOOKED_AT)
    return [name for name in table.column_names if 2 * len(beginning[name].unique()) < len(beginning)]


def _write_csv(table: pa.Table, path: Path) -> None:
    with path.open("wb") as file:
        # pyarrow quotes a header whatever it is told, and every text unless it is told not to
        file.write((",".join(table.column_names) + "\n").encode())
        options = pyarrow.csv.WriteOptions(include_header=False, quoting_style="none")
        # pyarrow 26 writes foreign memory for a table whose first chunk is empty
        for batch in table.combine_chunks().to_batches():
            columns = [_as_text(each) if pa.types.is_timestamp(each.type) else each for each in batch.columns]
            pyarrow.csv.write_csv(pa.Table.from_arrays(columns, names=table.column_names), file, options)


def _as_text(moments: pa.Array) -> pa.Array:
    """Return `2023-04-26T14:58`, as TPCx-AI writes a time: the characters of a day and of a minute of a day, side by side."""
    values = np.frombuffer(moments.buffers()[1], np.int64)[moments.offset : moments.offset + len(moments)]
    minutes = values // _MINUTE
    days = minutes // _MINUTES_OF_A_DAY
    first = int(days.min())
    dates = np.arange(first, int(days.max()) + 1).astype("datetime64[D]").astype("S10").view(np.uint8).reshape(-1, 10)
    times = digits(np.arange(_MINUTES_OF_A_DAY) // 60 * 100 + np.arange(_MINUTES_OF_A_DAY) % 60, 4)
    within = times[minutes - days * _MINUTES_OF_A_DAY]
    rows = len(values)
    return text([dates[days - first], letters(b"T", rows), within[:, :2], letters(b":", rows), within[:, 2:]])
