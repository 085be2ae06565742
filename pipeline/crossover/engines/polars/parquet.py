"""Parquet files as lazy scans: what `sources.parquet.read` gives, in Polars' own expressions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl

from crossover.engines.polars.frames import DTYPES
from crossover.sources import reasons
from crossover.sources.files import display_name
from crossover.sources.parquet_layout import ParquetFile, ParquetLayout, ReadColumn, calendar, open_files
from crossover.sources.parquet_types import EXACT_INT, MOMENTS, Conversion, Form
from crossover.sources.specification import FILE, RAW, REASON, ROW, ParquetSource
from crossover.sources.text import DAYS

_DAY = 86_400_000_000
"""Microseconds."""
_INDEX = "__index"


def scan_parquet(source: ParquetSource, columns: Sequence[str]) -> tuple[pl.LazyFrame, frozenset[str]]:
    """Return the wanted columns of all files, and those of them that are null in every row.

    Footers are read now, data when the query runs.
    """
    files = open_files(source, columns)
    apart = any(name in columns for name in (FILE, ROW, *(each.name for each in source.partitions)))
    groups: dict[object, list[ParquetFile]] = {}
    for number, file in enumerate(files):
        groups.setdefault(number if apart else (file.layout, file.arrow), []).append(file)
    may_not_fit = any(file.layout.checked for file in files)
    absent = frozenset(columns) & ({RAW} if may_not_fit else {RAW, REASON})
    return pl.concat([_scan(source, group, columns) for group in groups.values()]), absent


def _scan(source: ParquetSource, files: Sequence[ParquetFile], columns: Sequence[str]) -> pl.LazyFrame:
    """Return the rows of files that are read alike."""
    layout = files[0].layout
    lazy = pl.scan_parquet(
        [file.path for file in files],
        glob=False,
        hive_partitioning=False,
        row_index_name=_INDEX if ROW in columns or not layout.read else None,
        row_index_offset=1,
        schema=_int96_schema(files[0]),
        extra_columns="ignore",
    )
    stored = {f"__stored_{number}": pl.col(each.header) for number, each in enumerate(layout.read)}
    index = [pl.col(_INDEX)] if ROW in columns or not layout.read else []
    renamed = lazy.select(*index, **stored)
    values = {f"__value_{number}": _VALUES[each.conversion](f"__stored_{number}", each, source) for number, each in enumerate(layout.read)}
    checked = renamed.with_columns(**values)
    reason = _reason(layout)
    if layout.checked:
        checked = checked.with_columns(reason.alias(REASON))
    result = {each.column.name: _fitting(pl.col(f"__value_{number}"), layout) for number, each in enumerate(layout.read)}
    result |= {REASON: pl.col(REASON) if layout.checked else reason, RAW: pl.lit(None, pl.String), **_constants(source, files[0])}
    if ROW in columns:
        result[ROW] = pl.col(_INDEX).cast(pl.Int64)
    # Beside the columns that were read, constants become as long as these.
    return checked.with_columns(**{name: result[name] for name in columns}).select(columns)


def _int96_schema(file: ParquetFile) -> dict[str, pl.DataType] | None:
    """INT96 would be read in nanoseconds, which reach from 1677 to 2262 only, unless the schema says otherwise."""
    old = {each.header for each in file.layout.read if each.physical.form == Form.INT96}
    if not old:
        return None
    found = pl.read_parquet_schema(file.path)
    read = {each.header: found[each.header] for each in file.layout.read}
    return {**read, **dict.fromkeys(old, pl.Datetime("us"))}


def _constants(source: ParquetSource, file: ParquetFile) -> dict[str, pl.Expr]:
    """The file's name and the values of its partitions."""
    partitions = {
        each.name: pl.lit(value, DTYPES[each.type]) for each, value in zip(source.partitions, file.file.values, strict=True)
    }
    return {FILE: pl.lit(display_name(file.path), pl.String), **partitions}


def _reason(layout: ParquetLayout) -> pl.Expr:
    """Why a row does not fit, or null."""
    misfits = [
        pl.when(_known(f"__stored_{number}", each) & pl.col(f"__value_{number}").is_null()).then(pl.lit(reasons.misfit(each.column)))
        for number, each in enumerate(layout.read)
        if each.may_not_fit
    ]
    if not misfits:
        return pl.lit(None, pl.String)
    joined = pl.concat_str(misfits, separator=reasons.SEPARATOR, ignore_nulls=True)
    return pl.when(joined != "").then(joined)


def _fitting(value: pl.Expr, layout: ParquetLayout) -> pl.Expr:
    return pl.when(pl.col(REASON).is_null()).then(value) if layout.checked else value


def _known(name: str, column: ReadColumn) -> pl.Expr:
    """Whether there is a value; NaN and infinities are none."""
    stored = pl.col(name)
    return stored.is_finite().fill_null(False) if column.physical.form == Form.FLOATING else stored.is_not_null()


def _as_is(name: str, column: ReadColumn, source: ParquetSource) -> pl.Expr:
    return pl.col(name).cast(DTYPES[column.column.type])


def _text(name: str, column: ReadColumn, source: ParquetSource) -> pl.Expr:
    text = pl.col(name).cast(pl.String)
    return pl.when(~text.is_in(list(source.nulls))).then(text) if source.nulls else text


def _finite(name: str, column: ReadColumn, source: ParquetSource) -> pl.Expr:
    return pl.when(pl.col(name).is_finite()).then(pl.col(name).cast(pl.Float64))


def _whole(name: str, column: ReadColumn, source: ParquetSource) -> pl.Expr:
    double = pl.col(name).cast(pl.Float64)
    whole = (double.floor() == double) & (double >= -(2.0**63)) & (double < 2.0**63)
    return pl.when(whole).then(double.cast(pl.Int64, strict=False))


def _int_to_double(name: str, column: ReadColumn, source: ParquetSource) -> pl.Expr:
    number = pl.col(name).cast(pl.Int64)
    double = number.cast(pl.Float64)
    return pl.when(number.is_between(-EXACT_INT, EXACT_INT)).then(double) if column.may_not_fit else double


def _unsigned_to_int(name: str, column: ReadColumn, source: ParquetSource) -> pl.Expr:
    return pl.col(name).cast(pl.Int64, strict=False)


def _decimal_to_double(name: str, column: ReadColumn, source: ParquetSource) -> pl.Expr:
    return pl.col(name).cast(pl.Float64)


def _day(name: str, column: ReadColumn, source: ParquetSource) -> pl.Expr:
    return _days(name, column).cast(pl.Int32).cast(pl.Date)


def _day_to_midnight(name: str, column: ReadColumn, source: ParquetSource) -> pl.Expr:
    return (_days(name, column) * _DAY).cast(pl.Datetime("us"))


def _days(name: str, column: ReadColumn) -> pl.Expr:
    days = pl.col(name).cast(pl.Int32).cast(pl.Int64)
    return pl.when(days.is_between(*DAYS)).then(days) if column.may_not_fit else days


def _moment(name: str, column: ReadColumn, source: ParquetSource) -> pl.Expr:
    return _microseconds(name, column).cast(pl.Datetime("us"))


def _midnight_to_day(name: str, column: ReadColumn, source: ParquetSource) -> pl.Expr:
    moment = _microseconds(name, column)
    return pl.when(moment % _DAY == 0).then(moment.floordiv(_DAY).cast(pl.Int32).cast(pl.Date))


def _microseconds(name: str, column: ReadColumn) -> pl.Expr:
    """Microseconds since 1970; null outside the calendar."""
    ticks = MOMENTS[column.physical.form]
    number = pl.col(name).cast(pl.Int64)
    if column.physical.form == Form.NANOSECONDS:
        return number.floordiv(1000)
    scaled = number * (1_000_000 // ticks)
    return pl.when(number.is_between(*calendar(ticks))).then(scaled) if column.may_not_fit else scaled


def _nothing(name: str, column: ReadColumn, source: ParquetSource) -> pl.Expr:
    return pl.col(name).cast(DTYPES[column.column.type])


_VALUES: dict[Conversion, Callable[[str, ReadColumn, ParquetSource], pl.Expr]] = {
    Conversion.AS_IS: _as_is,
    Conversion.TEXT: _text,
    Conversion.FINITE: _finite,
    Conversion.WHOLE: _whole,
    Conversion.INT_TO_DOUBLE: _int_to_double,
    Conversion.UNSIGNED_TO_INT: _unsigned_to_int,
    Conversion.DECIMAL_TO_DOUBLE: _decimal_to_double,
    Conversion.DAY: _day,
    Conversion.DAY_TO_MIDNIGHT: _day_to_midnight,
    Conversion.MOMENT: _moment,
    Conversion.MIDNIGHT_TO_DAY: _midnight_to_day,
    Conversion.NOTHING: _nothing,
}
