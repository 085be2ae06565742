"""The rows of a source, whichever its format."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow as pa

from crossover.sources import csv, parquet
from crossover.sources.specification import FileSource, ParquetSource


def read(source: FileSource, columns: Sequence[str]) -> pa.Table:
    """Return all rows of all files, in their order, as `csv.read` and `parquet.read` do."""
    return parquet.read(source, columns) if isinstance(source, ParquetSource) else csv.read(source, columns)


def read_parts(source: FileSource, columns: Sequence[str]) -> Iterator[pa.Table]:
    """Yield the same rows in parts, of which a few are in memory at a time; the first is empty. Each part has ROW too."""
    return parquet.read_parts(source, columns) if isinstance(source, ParquetSource) else csv.read_parts(source, columns)
