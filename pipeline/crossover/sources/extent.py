"""How much a source holds, from the sizes of its files, a sample of its lines or its footers: never from all rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

SAMPLE = 1 << 18
"""Bytes that are looked at to find the length of a line."""


@dataclass(frozen=True)
class Extent:
    """Rows, bytes of the files, and the mean length of a field's text."""

    rows: int
    bytes: int
    text: float = 8.0


def extent_of_csv(files: Iterable[Path], delimiter: str) -> Extent:
    """Estimate the rows of CSV files by the mean line of the first one that has any."""
    paths = list(files)
    size = sum(path.stat().st_size for path in paths)
    for path in paths:
        with path.open("rb") as file:
            lines = file.read(SAMPLE).splitlines()[1:]
        whole = lines[:-1] or lines
        if whole:
            line = sum(map(len, whole)) / len(whole) + 1
            fields = whole[0].count(delimiter.encode()) + 1
            return Extent(round(size / line), size, line / fields)
    return Extent(0, size)


def extent_of_parquet(files: Iterable[Path]) -> Extent:
    """Read the rows of Parquet files from their footers."""
    paths = list(files)
    return Extent(sum(pq.read_metadata(path).num_rows for path in paths), sum(path.stat().st_size for path in paths))
