"""The footer of a Parquet file: what it holds, read without its data. A file that is none is told in one message."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from crossover.core.errors import DataError
from crossover.sources.files import display_name
from crossover.sources.parquet_types import Physical, physical_of

_MAGIC = b"PAR1"
_SHORTEST = 12
"""Bytes of the magic at both ends and of the footer's length."""
_AT_ONCE = 16
"""Footers read at a time."""


@dataclass(frozen=True)
class Stored:
    """A column of a file: how it is stored (None: in a way that is not read) and the words for it."""

    name: str
    physical: Physical | None
    words: str
    place: int | None
    """Its number among the leaves of the file's schema."""


@dataclass(frozen=True, eq=False)
class Footer:
    """Columns of a file in their order, and the metadata that they were read from."""

    columns: tuple[Stored, ...]
    arrow: pa.Schema
    """As pyarrow would give the columns."""
    metadata: pq.FileMetaData

    @property
    def rows(self) -> int:
        return int(self.metadata.num_rows)

    @property
    def uncompressed(self) -> int:
        """Bytes of all columns, encoded but not compressed."""
        return sum(self.metadata.row_group(group).total_byte_size for group in range(self.metadata.num_row_groups))

    def bounds(self, column: Stored) -> tuple[int, int] | None:
        """Return bounds of the stored ints of a column, from the statistics; None if they do not tell.

        0 alone is told for a column without a value, and the raw bounds of unsigned ints are read as signed ones.
        """
        low, high = [], []
        for group in range(self.metadata.num_row_groups):
            chunk = self.metadata.row_group(group).column(column.place)
            statistics = chunk.statistics
            if not chunk.num_values:
                continue
            if statistics is None or not statistics.has_min_max:
                if statistics is None or not statistics.has_null_count or statistics.null_count != chunk.num_values:
                    return None
                continue
            low.append(statistics.min_raw)
            high.append(statistics.max_raw)
        if not low:
            return 0, 0
        return (min(low), max(high)) if isinstance(low[0], int) else None


def read_footers(source: str, files: Sequence[Path]) -> list[Footer]:
    """Return the footers of files. Raises DataError for the first that is no whole Parquet file."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(lambda file: read_footer(source, file), files))


def read_footer(source: str, file: Path) -> Footer:
    """Return the footer of a file; read again only after the file has changed."""
    place = f"source `{source}`: {display_name(file)}"
    try:
        status = file.stat()
        return _read(place, file, status.st_size, status.st_mtime_ns)
    except OSError as error:
        raise DataError(f"{place} cannot be read: {error.strerror or error}") from error


@lru_cache(maxsize=4096)
def _read(place: str, file: Path, size: int, changed: int) -> Footer:
    del changed
    _check_ends(place, file, size)
    try:
        metadata = pq.read_metadata(file)
        arrow = metadata.schema.to_arrow_schema()
    except (pa.ArrowException, OSError) as error:
        message = f"{place}: its footer is damaged"
        raise DataError(message, notes=[str(error).splitlines()[0][:200], "write the file again"]) from error
    return Footer(tuple(_columns(metadata, arrow)), arrow.remove_metadata(), metadata)


def _check_ends(place: str, file: Path, size: int) -> None:
    with file.open("rb") as stream:
        beginning = stream.read(len(_MAGIC))
        stream.seek(max(size - len(_MAGIC), 0))
        end = stream.read(len(_MAGIC))
    if size == 0:
        raise DataError(f"{place} is empty (0 bytes), no Parquet file; write it again or remove it")
    if b"PARE" in (beginning, end):
        raise DataError(f"{place} is an encrypted Parquet file, which is not read; write it without encryption")
    if beginning != _MAGIC:
        raise DataError(f"{place} is no Parquet file ({size} bytes, begins with {beginning!r}); if it is CSV, say so: format: csv")
    if end != _MAGIC or size < _SHORTEST:
        raise DataError(f"{place} is cut off: it has no footer at its end ({size} bytes); write or copy it again")


def _columns(metadata: pq.FileMetaData, arrow: pa.Schema) -> list[Stored]:
    leaves: dict[str, int] = {}
    for place in range(metadata.num_columns):
        leaves.setdefault(metadata.schema.column(place).path, place)
    return [_stored(metadata, field, leaves.get(field.name)) for field in arrow]


def _stored(metadata: pq.FileMetaData, field: pa.Field, place: int | None) -> Stored:
    words = f"{str(field.type)[:60]}"
    # A duration is an int in the file; what reads the schema of Arrow sees it in other units than what does not.
    if place is None or pa.types.is_nested(field.type) or pa.types.is_duration(field.type):
        return Stored(field.name, None, words, place)
    leaf = metadata.schema.column(place)
    if leaf.max_repetition_level:
        return Stored(field.name, None, words, place)
    return Stored(field.name, physical_of(leaf.physical_type, leaf.logical_type.to_json()), words, place)
