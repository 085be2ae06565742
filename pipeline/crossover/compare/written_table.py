"""A table as a run wrote it: Parquet files, and the schema beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from crossover.core.errors import DataError
from crossover.core.hashing import hash_rows
from crossover.runs.durable import read_json
from crossover.runs.folder import schema_path
from crossover.runs.table_schema import TableSchema

Order = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]

ARROW_TYPES = {
    "boolean": pa.bool_(),
    "int": pa.int64(),
    "double": pa.float64(),
    "string": pa.string(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
}


@dataclass
class WrittenTable:
    """Reads columns one by one, in the order of the table's key. `engine` is whose answer it is."""

    engine: str
    path: Path

    @cached_property
    def schema(self) -> TableSchema:
        """The schema beside the table. Raises DataError if it is not there."""
        try:
            return TableSchema.from_json(read_json(schema_path(self.path)))
        except OSError as error:
            raise DataError(f"`{schema_path(self.path)}` cannot be read: {error.strerror}") from error

    @cached_property
    def exact(self) -> tuple[str, ...]:
        """Names of the exact columns, in name order."""
        return tuple(sorted(field.name for field in self.schema.fields if field.exact))

    @property
    def matched_by(self) -> tuple[str, ...]:
        """Columns that say which rows belong together: the key, or without one all exact columns."""
        return self.schema.key or self.exact

    @cached_property
    def rows(self) -> int:
        """How many rows the footers count."""
        files = [self.path] if self.path.is_file() else sorted(self.path.glob("*.parquet"))
        return sum(pq.read_metadata(file).num_rows for file in files)

    def column(self, name: str) -> pa.Array:
        """Return a column as it stands in the files, in its logical type."""
        declared = next(field.type for field in self.schema.fields if field.name == name)
        table = pq.read_table(self.path, columns=[name], partitioning=None, page_checksum_verification=True)
        return _logical(table.column(name), ARROW_TYPES[declared])

    def hashes(self, columns: Sequence[str]) -> Hashes:
        """Return the row hash of LANGUAGE section 10 over columns, shape (rows,)."""
        parts: list[pa.Array] = []
        for name in columns:
            column = self.column(name)
            parts += [column, column.is_null()]
        return hash_rows(parts, self.rows)

    @cached_property
    def match_columns(self) -> dict[str, pa.Array]:
        """The columns that rows are matched by, in the files' order."""
        return {name: self.column(name) for name in self.matched_by}

    @cached_property
    def match_hashes(self) -> Hashes:
        """Hash of what rows are matched by."""
        return self.hashes(self.matched_by)

    @cached_property
    def order(self) -> Order:
        """Positions of the rows in the order of their match hash; rows alike in it follow their inexact columns."""
        order = np.argsort(self.match_hashes)
        hashes = self.match_hashes[order]
        if not np.any(hashes[1:] == hashes[:-1]):
            return order
        inexact = [field.name for field in self.schema.fields if not field.exact and field.type in ("int", "double")]
        values = [np.nan_to_num(as_floats(self.column(name)), nan=np.inf) for name in reversed(inexact)]
        rest = [self.hashes([name]) for name in reversed(self.exact) if name not in self.matched_by]
        return np.lexsort([*values, *rest, self.match_hashes])

    @property
    def ordered_hashes(self) -> Hashes:
        """The match hashes in `order`, which is theirs."""
        return self.match_hashes[self.order]

    def ordered(self, name: str) -> pa.Array:
        """Return a column in `order`."""
        return self.column(name).take(pa.array(self.order))

    def checksum(self) -> tuple[int, int, int]:
        """Return count, sum of the low and sum of the high 32 bits of the row hashes of the exact columns."""
        hashes = self.hashes(self.exact)
        low = int(np.sum(hashes & np.uint64(0xFFFFFFFF), dtype=np.uint64))
        high = int(np.sum(hashes >> np.uint64(32), dtype=np.uint64))
        return self.rows, low, high

    def row(self, position: int) -> dict[str, object]:
        """Return what a row is matched by; `position` counts in the files' order."""
        return {name: plain(column[position]) for name, column in self.match_columns.items()}


def plain(value: pa.Scalar) -> object:
    """Return a value as JSON has it: times as text."""
    found: object = value.as_py()
    return found.isoformat() if isinstance(found, date) else found


def as_floats(column: pa.Array) -> npt.NDArray[np.float64]:
    """Return numbers with NaN for null."""
    values: npt.NDArray[np.float64] = column.cast(pa.float64()).fill_null(float("nan")).to_numpy(zero_copy_only=False)
    return values


def _logical(column: pa.ChunkedArray, declared: pa.DataType) -> pa.Array:
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("us", tz=column.type.tz))
        column = column.cast(pa.int64()).cast(pa.timestamp("us"))
    whole = column.cast(declared).combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        whole = pa.concat_arrays(whole.chunks) if whole.num_chunks else pa.array([], declared)
    return pc.if_else(pc.is_nan(whole), None, whole) if pa.types.is_floating(declared) else whole
