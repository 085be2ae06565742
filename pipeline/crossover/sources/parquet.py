"""Parquet files as one table. The rules are written down in docs/parquet.md."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from crossover.core.errors import DataError
from crossover.language.types import STRING
from crossover.sources.constants import TEXTS, with_constants
from crossover.sources.files import display_name
from crossover.sources.parquet_layout import ParquetFile, ReadColumn, calendar, open_files
from crossover.sources.parquet_types import EXACT_INT, Conversion
from crossover.sources.parts import joined
from crossover.sources.rows import reasons_of
from crossover.sources.specification import FILE, RAW, REASON, ROW, ParquetSource
from crossover.sources.text import ARROW, DAYS

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Cells = tuple[pa.Array | pa.ChunkedArray, Mask | None]
"""The values of a column, and where a value that is not null does not fit (None: nowhere)."""

_DAY = 86_400_000_000
"""Microseconds."""


def read(source: ParquetSource, columns: Sequence[str]) -> pa.Table:
    """Return all rows of all files, in the order of files and rows: the columns asked for, in the order asked for.

    Types and rows that do not fit are as those of `sources.csv.read`, but `__raw` is null. A string column may be a
    dictionary. Raises DataError for files, columns and types that are not as declared.
    """
    return joined(read_parts(source, columns), columns)


def read_parts(source: ParquetSource, columns: Sequence[str]) -> Iterator[pa.Table]:
    """Yield what `read` returns in parts, each of one row group of a file, the first of them empty.

    Each part has ROW too, so that it keeps its number of rows without a column.
    """
    files = open_files(source, columns)
    yield _schema(source, columns).empty_table()
    for file in files:
        first = 1
        for stored in _stored(source, file):
            yield _part(source, file, stored, first, columns)
            first += stored.num_rows


def _schema(source: ParquetSource, columns: Sequence[str]) -> pa.Schema:
    declared = [(each.name, each.type) for each in source.columns] + [(each.name, each.type) for each in source.partitions]
    types = {name: TEXTS if type_ == STRING else ARROW[type_] for name, type_ in declared}
    types |= {FILE: TEXTS, ROW: pa.int64(), REASON: pa.string(), RAW: pa.string()}
    return pa.schema([(name, types[name]) for name in dict.fromkeys([*columns, ROW])])


def _part(source: ParquetSource, file: ParquetFile, stored: pa.Table, first: int, columns: Sequence[str]) -> pa.Table:
    rows = stored.num_rows
    cells = {each: _CONVERSIONS[each.conversion](stored[each.header], each, source) for each in file.layout.read}
    misfits = {each.column: mask for each, (_, mask) in cells.items() if mask is not None}
    bad = np.logical_or.reduce([np.zeros(rows, np.bool_), *misfits.values()])
    values = {each.column.name: array for each, (array, _) in cells.items() if each.column.name in file.layout.wanted}
    if bad.any():
        values = {name: _null_where(bad, array) for name, array in values.items()}
    if REASON in columns:
        values[REASON] = _scattered(reasons_of(misfits, bad), bad)
    if RAW in columns:
        values[RAW] = pa.nulls(rows, pa.string())
    values[ROW] = pa.array(np.arange(first, first + rows))
    return with_constants(pa.table(values), source, file.file, columns).select([*dict.fromkeys([*columns, ROW])])


def _stored(source: ParquetSource, file: ParquetFile) -> Iterator[pa.Table]:
    """Yield the columns to read as they are stored, row group by row group; strings as dictionaries, which is what most are."""
    headers = list(dict.fromkeys(each.header for each in file.layout.read))
    texts = [each.header for each in file.layout.read if each.column.type == STRING]
    try:
        with pq.ParquetFile(
            file.path, read_dictionary=texts, coerce_int96_timestamp_unit="us", page_checksum_verification=True
        ) as opened:
            for group in range(opened.num_row_groups):
                stored = opened.read_row_group(group, columns=headers)
                _check_texts(stored)
                yield stored
    except (pa.ArrowException, OSError) as error:
        message = f"source `{source.name}`: {display_name(file.path)} is damaged: its data cannot be read"
        raise DataError(message, notes=[str(error).splitlines()[0][:200], "write or copy the file again"]) from error


def _check_texts(stored: pa.Table) -> None:
    """Raise ArrowInvalid if a text is not UTF-8, which pyarrow does not look at."""
    for column in stored.columns:
        for chunk in column.chunks if pa.types.is_dictionary(column.type) else ():
            chunk.dictionary.validate(full=True)


def _scattered(texts: Sequence[str], rows: Mask) -> pa.Array:
    """Return the texts at the rows that are true, null elsewhere."""
    place = np.full(rows.size, -1)
    place[rows] = np.arange(len(texts))
    return pa.array(texts, pa.string()).take(pa.array(place, mask=~rows))


def _null_where(rows: Mask, array: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    if not pa.types.is_dictionary(array.type):
        return pc.if_else(pa.array(~rows), array, pa.scalar(None, array.type))
    texts = array.cast(pa.string())
    return pc.if_else(pa.array(~rows), texts, pa.scalar(None, pa.string())).dictionary_encode()


def _as_is(array: pa.ChunkedArray, column: ReadColumn, source: ParquetSource) -> Cells:
    return array.cast(ARROW[column.column.type]), None


def _text(array: pa.ChunkedArray, column: ReadColumn, source: ParquetSource) -> Cells:
    if not pa.types.is_dictionary(array.type):
        array = array.cast(pa.string()).dictionary_encode()
    array = array.cast(pa.dictionary(pa.int32(), pa.string()))
    if not source.nulls:
        return array, None
    meant = pa.array(source.nulls, pa.string())
    chunks = [_without(chunk, meant) for chunk in array.chunks]
    return pa.chunked_array(chunks, array.type), None


def _without(chunk: pa.DictionaryArray, meant: pa.Array) -> pa.DictionaryArray:
    """Return a dictionary with the codes of some texts null."""
    codes = pc.index_in(meant, chunk.dictionary).drop_null()
    return pa.DictionaryArray.from_arrays(pc.if_else(pc.is_in(chunk.indices, codes), None, chunk.indices), chunk.dictionary)


def _finite(array: pa.ChunkedArray, column: ReadColumn, source: ParquetSource) -> Cells:
    array = array.cast(pa.float64())
    return pc.if_else(pc.is_finite(array), array, pa.scalar(None, pa.float64())), None


def _whole(array: pa.ChunkedArray, column: ReadColumn, source: ParquetSource) -> Cells:
    # NumPy's form of a null double is NaN, which means null here too
    doubles = array.cast(pa.float64()).to_numpy()
    known = np.isfinite(doubles)
    fits = known & (np.floor(doubles) == doubles) & (doubles >= -(2.0**63)) & (doubles < 2.0**63)
    return pa.array(np.where(fits, doubles, 0).astype(np.int64), mask=~fits), known & ~fits


def _int_to_double(array: pa.ChunkedArray, column: ReadColumn, source: ParquetSource) -> Cells:
    ints, known = _ints(array)
    fits = known & (ints >= -EXACT_INT) & (ints <= EXACT_INT)
    return pa.array(np.where(fits, ints, 0).astype(np.float64), mask=~fits), _misfits(column, known, fits)


def _unsigned_to_int(array: pa.ChunkedArray, column: ReadColumn, source: ParquetSource) -> Cells:
    # the upper half becomes negative
    ints, known = _ints(array.cast(pa.uint64()).cast(pa.int64(), safe=False))
    fits = known & (ints >= 0)
    return pa.array(ints, mask=~fits), _misfits(column, known, fits)


def _decimal_to_double(array: pa.ChunkedArray, column: ReadColumn, source: ParquetSource) -> Cells:
    # pyarrow's own cast is not always the nearest double
    ints = np.concatenate([np.empty(0, np.int64), *map(_unscaled, array.chunks)])
    return pa.array(ints / 10.0**column.physical.scale, mask=array.is_null().to_numpy()), None


def _unscaled(decimals: pa.Array) -> Ints:
    """Return the ints of decimals of at most 18 digits: the lower halves of their 128 bits."""
    wide = decimals.cast(pa.decimal128(38, decimals.type.scale))
    halves = np.frombuffer(wide.buffers()[1], np.int64)[2 * wide.offset :]
    return halves[: 2 * len(wide) : 2]


def _day(array: pa.ChunkedArray, column: ReadColumn, source: ParquetSource) -> Cells:
    days, known, fits = _days(array)
    return pa.array(days.astype(np.int32), mask=~fits).cast(pa.date32()), _misfits(column, known, fits)


def _day_to_midnight(array: pa.ChunkedArray, column: ReadColumn, source: ParquetSource) -> Cells:
    days, known, fits = _days(array)
    return _moments(np.where(fits, days, 0) * _DAY, fits), _misfits(column, known, fits)


def _days(array: pa.ChunkedArray) -> tuple[Ints, Mask, Mask]:
    days, known = _ints(array.cast(pa.date32()).cast(pa.int32()))
    return days, known, known & (days >= DAYS[0]) & (days <= DAYS[1])


def _moment(array: pa.ChunkedArray, column: ReadColumn, source: ParquetSource) -> Cells:
    microseconds, known, fits = _microseconds(array)
    return _moments(microseconds, fits), _misfits(column, known, fits)


def _midnight_to_day(array: pa.ChunkedArray, column: ReadColumn, source: ParquetSource) -> Cells:
    microseconds, known, fits = _microseconds(array)
    fits &= microseconds % _DAY == 0
    days = (np.where(fits, microseconds, 0) // _DAY).astype(np.int32)
    return pa.array(days, mask=~fits).cast(pa.date32()), _misfits(column, known, fits)


_TICKS = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}


def _microseconds(array: pa.ChunkedArray) -> tuple[Ints, Mask, Mask]:
    """Return microseconds (0 where there are none), where they are known, and where they are within the calendar."""
    ticks = _TICKS[array.type.unit]
    ints, known = _ints(array.cast(pa.int64()))
    if ticks > _TICKS["us"]:
        return ints // (ticks // _TICKS["us"]), known, known.copy()
    first, last = calendar(ticks)
    fits = known & (ints >= first) & (ints <= last)
    return np.where(fits, ints, 0) * (_TICKS["us"] // ticks), known, fits


def _moments(microseconds: Ints, fits: Mask) -> pa.Array:
    return pa.array(microseconds, mask=~fits).cast(pa.timestamp("us"))


def _nothing(array: pa.ChunkedArray, column: ReadColumn, source: ParquetSource) -> Cells:
    return pa.nulls(len(array), ARROW[column.column.type]), None


def _ints(array: pa.ChunkedArray) -> tuple[Ints, Mask]:
    """Return ints, 0 where null, and where they are not null."""
    known: Mask = np.ones(len(array), np.bool_) if not array.null_count else array.is_valid().to_numpy()
    filled = array.cast(pa.int64())
    return (filled.fill_null(0) if array.null_count else filled).to_numpy(), known


def _misfits(column: ReadColumn, known: Mask, fits: Mask) -> Mask | None:
    return known & ~fits if column.may_not_fit else None


_CONVERSIONS: dict[Conversion, Callable[[Any, ReadColumn, ParquetSource], Cells]] = {
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
