"""What is to be read from one Parquet file: which of its columns, how, and which of them may not fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from crossover.core.errors import DataError, InternalError
from crossover.sources.files import display_name
from crossover.sources.header import position
from crossover.sources.parquet_footer import Footer, Stored, read_footers
from crossover.sources.parquet_types import (
    EXACT_INT,
    MOMENTS,
    Conversion,
    Physical,
    always_fits,
    conversion_of,
    declared_for,
)
from crossover.sources.partitions import SourceFile, files_of
from crossover.sources.specification import HIDDEN, REASON, ParquetSource, SourceColumn
from crossover.sources.text import DAYS

_BYTES_PER_VALUE = 32
"""Of a number with its place, or a text that is not long."""


@dataclass(frozen=True)
class ReadColumn:
    """A declared column, its name in the file, how it is stored and becomes a value, and whether one may not fit."""

    column: SourceColumn
    header: str
    physical: Physical
    conversion: Conversion
    may_not_fit: bool


@dataclass(frozen=True)
class ParquetLayout:
    """What files are read alike: the columns to read, in declared order.

    Read are the wanted columns and those of which a value may not fit: it sets its row aside, whoever wants it.
    That all values of a column fit is known by its type, or by the statistics in the footer.
    """

    read: tuple[ReadColumn, ...]
    wanted: tuple[str, ...]
    """Declared columns of the result, in declared order."""
    reasons: bool

    @property
    def checked(self) -> tuple[ReadColumn, ...]:
        return tuple(each for each in self.read if each.may_not_fit)


@dataclass(frozen=True, eq=False)
class ParquetFile:
    """A file of a source, the values of its partitions, and what is read from it."""

    file: SourceFile
    layout: ParquetLayout
    arrow: pa.Schema
    rows: int
    bytes: int
    """Of all columns, neither compressed nor, as far as rows tell, encoded: what they may take in memory."""

    @property
    def path(self) -> Path:
        return self.file.path


def open_files(source: ParquetSource, columns: Sequence[str]) -> list[ParquetFile]:
    """Return what to read, file by file, in the order of their names.

    Raises DataError for files that are none, columns that are missing, and types that do not go with the declared ones.
    """
    known = {*HIDDEN, *(each.name for each in source.columns), *(each.name for each in source.partitions)}
    if unknown := [name for name in columns if name not in known]:
        raise InternalError(f"source `{source.name}` has no column {unknown[0]}")
    files = files_of(source)
    footers = read_footers(source.name, [file.path for file in files])
    return [
        ParquetFile(file, _layout(source, file.path, footer, columns), footer.arrow, footer.rows, _bytes(footer, len(columns)))
        for file, footer in zip(files, footers, strict=True)
    ]


def _bytes(footer: Footer, columns: int) -> int:
    # A million times the same text is a few bytes in the file, even uncompressed.
    return max(footer.uncompressed, footer.rows * columns * _BYTES_PER_VALUE)


def _layout(source: ParquetSource, file: Path, footer: Footer, columns: Sequence[str]) -> ParquetLayout:
    names = [stored.name for stored in footer.columns]
    found = {column: footer.columns[position(source, file, names, column)] for column in source.columns}
    _refuse_types(source, file, found)
    read = [_read_column(column, stored, footer) for column, stored in found.items()]
    return ParquetLayout(
        read=tuple(each for each in read if each.column.name in columns or each.may_not_fit),
        wanted=tuple(column.name for column in source.columns if column.name in columns),
        reasons=REASON in columns,
    )


def _read_column(column: SourceColumn, stored: Stored, footer: Footer) -> ReadColumn:
    assert stored.physical is not None
    conversion = conversion_of(stored.physical, column.type)
    assert conversion is not None
    fits = always_fits(stored.physical, conversion) or _bounds_fit(stored.physical, conversion, footer.bounds(stored))
    return ReadColumn(column, stored.name, stored.physical, conversion, not fits)


def _bounds_fit(physical: Physical, conversion: Conversion, bounds: tuple[int, int] | None) -> bool:
    """Return whether bounds of the stored values say that all fit."""
    if bounds is None:
        return False
    low, high = bounds
    match conversion:
        case Conversion.INT_TO_DOUBLE:
            return low >= -EXACT_INT and high <= EXACT_INT
        case Conversion.UNSIGNED_TO_INT:
            # the upper half of the unsigned ints is negative when read as signed
            return 0 <= low <= high
        case Conversion.DAY | Conversion.DAY_TO_MIDNIGHT:
            return DAYS[0] <= low and high <= DAYS[1]
        case Conversion.MOMENT:
            first, last = calendar(MOMENTS[physical.form])
            return first <= low and high <= last
    return False


def calendar(ticks: int) -> tuple[int, int]:
    """Return the first and the last moment of the years 1..9999, in ticks of which a second has so many."""
    return DAYS[0] * 86_400 * ticks, (DAYS[1] + 1) * 86_400 * ticks - 1


def _refuse_types(source: ParquetSource, file: Path, found: dict[SourceColumn, Stored]) -> None:
    wrong = [
        (column, stored)
        for column, stored in found.items()
        if stored.physical is None or conversion_of(stored.physical, column.type) is None
    ]
    if not wrong:
        return
    place = f"source `{source.name}`: {display_name(file)}"
    told = [f"column `{stored.name}` is {stored.words}, declared is `{column.name}: {column.type}`" for column, stored in wrong]
    column, stored = wrong[0]
    raise DataError(f"{place}: {told[0]}", notes=[_remedy(column, stored), *(f"also {each}" for each in told[1:6])])


def _remedy(column: SourceColumn, stored: Stored) -> str:
    possible = declared_for(stored.physical) if stored.physical else []
    if possible:
        return "declare it " + " or ".join(f"`{column.name}: {each}`" for each in possible)
    if stored.words.startswith("decimal"):
        return "only decimals of at most 15 digits are exact as double: write the column as double or int"
    return "such columns are not read: write it as a number, a text, a date or a timestamp"
