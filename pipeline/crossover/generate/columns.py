"""Columns of arrow from arrays of numpy, as they lie in memory: `pyarrow.array` would import pandas for the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

_TYPES = {
    np.dtype(np.int64): pa.int64(),
    np.dtype(np.float64): pa.float64(),
    np.dtype(np.int32): pa.int32(),
    np.dtype("datetime64[us]"): pa.timestamp("us"),
}


def column(values: npt.NDArray[Any]) -> pa.Array:
    """Return whole numbers, doubles, truth values, days or microseconds as a column without nulls."""
    if values.dtype == np.bool_:
        return _over(np.packbits(values, bitorder="little"), pa.bool_(), len(values))
    if values.dtype == np.dtype("datetime64[D]"):
        return _over(values.astype(np.int32), pa.date32(), len(values))
    return _over(np.ascontiguousarray(values), _TYPES[values.dtype], len(values))


def table(columns: Mapping[str, npt.NDArray[Any] | pa.Array]) -> pa.Table:
    """Return a table of columns, each an array of numpy or of arrow."""
    made = [each if isinstance(each, pa.Array) else column(each) for each in columns.values()]
    return pa.Table.from_arrays(made, names=list(columns))


Characters = npt.NDArray[np.uint8]
"""Shape (rows, width)."""


def letters(text: bytes, rows: int) -> Characters:
    """Return one text for all rows."""
    return np.broadcast_to(np.frombuffer(text, dtype=np.uint8), (rows, len(text)))


def digits(numbers: npt.NDArray[np.int64], width: int) -> Characters:
    """Return the last `width` decimal digits as characters, shape (rows, width); four at a time."""
    groups = -(-width // 4)
    found = np.empty((len(numbers), groups), dtype=np.uint32)
    rest = numbers
    for place in range(groups - 1, -1, -1):
        above = rest // 10_000
        found[:, place] = _four_digits()[rest - above * 10_000]
        rest = above
    return found.view(np.uint8)[:, 4 * groups - width :]


@lru_cache
def _four_digits() -> npt.NDArray[np.uint32]:
    """Return the characters of 0000 to 9999, each four in one word."""
    return np.frombuffer("".join(f"{number:04}" for number in range(10_000)).encode(), dtype=np.uint32)


def text(parts: Sequence[Characters]) -> pa.Array:
    """Return texts of equal length from their characters, side by side."""
    characters = np.ascontiguousarray(np.concatenate(parts, axis=1))
    rows, width = characters.shape
    offsets = np.arange(0, (rows + 1) * width, width, dtype=np.int32)
    return pa.StringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(characters))


def _over(values: npt.NDArray[Any], kind: pa.DataType, rows: int) -> pa.Array:
    return pa.Array.from_buffers(kind, rows, [None, pa.py_buffer(values.view(np.uint8))])
