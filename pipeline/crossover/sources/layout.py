"""What is to be read from one file: which of its columns, as what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from crossover.core.errors import InternalError
from crossover.language.types import STRING
from crossover.sources.dialect import Dialect, dialect_of
from crossover.sources.header import positions, read_header
from crossover.sources.partitions import SourceFile
from crossover.sources.specification import HIDDEN, RAW, REASON, CsvSource, SourceColumn


@dataclass(frozen=True)
class Layout:
    """One file of a source and the columns to parse, in declared order, each with its place in the file.

    Parsed are the wanted columns and all that are not strings: a misfit in any declared column sets a row aside.
    """

    source: CsvSource
    place: SourceFile
    dialect: Dialect
    header: str
    """The header line."""
    start: int
    """Offset of the first byte behind the header line."""
    width: int
    """Fields that a record must have."""
    parsed: tuple[tuple[SourceColumn, int], ...]
    wanted: tuple[str, ...]
    """Declared columns of the result, in declared order."""
    reasons: bool
    raw: bool

    @property
    def file(self) -> Path:
        return self.place.path


def layout_of(source: CsvSource, place: SourceFile, columns: Sequence[str]) -> Layout:
    """Return what to read from a file. Raises DataError if its header does not hold what is declared."""
    known = {*HIDDEN, *(each.name for each in source.columns), *(each.name for each in source.partitions)}
    if unknown := [name for name in columns if name not in known]:
        raise InternalError(f"source `{source.name}` has no column {unknown[0]}")
    header = read_header(source, place.path)
    found = positions(source, place.path, header)
    return Layout(
        source=source,
        place=place,
        dialect=dialect_of(source),
        header=header.line,
        start=header.start,
        width=len(header.names),
        parsed=tuple((column, found[column.name]) for column in source.columns if column.type != STRING or column.name in columns),
        wanted=tuple(column.name for column in source.columns if column.name in columns),
        reasons=REASON in columns,
        raw=RAW in columns,
    )
