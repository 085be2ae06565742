"""Are two folders of Parquet files the same table? Rows by id; ints, texts, flags and nulls equal, doubles to 1e-9."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq


def differences(one: Path, other: Path, key: str) -> list[str]:
    """Return a line for each column that differs; none if the tables are the same."""
    left, right = (pq.read_table(path) for path in (one, other))
    if left.num_rows != right.num_rows:
        return [f"{left.num_rows} rows, {right.num_rows} rows"]
    missing = set(left.column_names) ^ set(right.column_names)
    if missing:
        return [f"columns of one alone: {sorted(missing)}"]
    left, right = left.sort_by(key), right.sort_by(key)
    return [text for name in left.column_names if (text := _column(name, left[name], right[name]))]


def _column(name: str, left: pa.ChunkedArray, right: pa.ChunkedArray) -> str:
    if left.type != right.type:
        return f"{name}: {left.type}, {right.type}"
    nulls = pc.not_equal(left.is_null(), right.is_null())
    if pc.any(nulls).as_py():
        return f"{name}: {pc.sum(nulls).as_py()} nulls differ"
    if not pa.types.is_floating(left.type):
        unequal = pc.fill_null(pc.not_equal(left, right), False)
        first = pc.index(unequal, True).as_py()
        return "" if first < 0 else f"{name}: {pc.sum(unequal).as_py()} differ, row {first}: {left[first]}, {right[first]}"
    a, b = (each.to_numpy() for each in (left, right))
    allowed = 1e-9 * np.maximum(np.abs(a), np.abs(b)) + 1e-9 * np.sqrt(np.nanmean(a * a))
    worst = np.nan_to_num(np.abs(a - b) - allowed, nan=-1)
    place = int(worst.argmax())
    return "" if worst[place] <= 0 else f"{name}: row {place}: {a[place]}, {b[place]}"
