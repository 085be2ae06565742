"""What a document says of a source, after parameters were put in."""

from __future__ import annotations

from dataclasses import dataclass

from crossover.language.tree import Expression
from crossover.language.types import Type

RAW_LIMIT = 1000
"""Characters kept of the text of a row that is set aside."""

FILE = "__file"
"""Name of the file a row was read from, as given by the path (string). Hidden column of a Scan."""
ROW = "__row"
"""Which row of that file (int). CSV: the record, the header is 1, empty lines are not counted; Parquet: the row, the
first is 1, through all row groups. Hidden column of a Scan."""
REASON = "__reason"
"""Why a row does not fit what was declared, or null (string). Hidden column of a Scan."""
RAW = "__raw"
"""Bounded text of a row that does not fit, or null, as always for Parquet (string). Hidden column of a Scan."""
HIDDEN = (FILE, ROW, REASON, RAW)


@dataclass(frozen=True)
class SourceColumn:
    """A declared column: its name in the document, the headers it may have in the file, its type and format."""

    name: str
    headers: tuple[str, ...]
    type: Type
    format: str | None = None
    """strptime letters, for date and timestamp."""


@dataclass(frozen=True)
class Partition:
    """A key of folders `name=value`: a column whose value stands in the path of a file."""

    name: str
    type: Type


@dataclass(frozen=True)
class CsvSource:
    """CSV files of one header. `path` is a file, a folder or a glob; columns are found by name."""

    name: str
    path: str
    columns: tuple[SourceColumn, ...]
    nulls: tuple[str, ...] = ("",)
    delimiter: str = ","
    encoding: str = "utf-8"
    multiline: bool = False
    """Whether a quoted value may hold a line break. Without it a quote left open at the end of a line sets the row aside."""
    partitions: tuple[Partition, ...] = ()
    where: Expression | None = None
    """Lowered, over the partitions: files for which it is not true are not read."""


@dataclass(frozen=True)
class ParquetSource:
    """Parquet files. `path` is a file, a folder or a glob; columns are found by name, file by file."""

    name: str
    path: str
    columns: tuple[SourceColumn, ...]
    nulls: tuple[str, ...] = ()
    """Texts that mean null in columns of strings."""
    partitions: tuple[Partition, ...] = ()
    where: Expression | None = None
    """Lowered, over the partitions: files for which it is not true are not read."""


FileSource = CsvSource | ParquetSource
