"""The rows of one block: a strict typed read first; if that fails, texts, and a reason for each row that does not fit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from crossover.language.types import DATE, DOUBLE, INT, STRING, TIMESTAMP, Type
from crossover.sources import reasons
from crossover.sources.layout import Layout
from crossover.sources.parse import parse
from crossover.sources.records import Records, is_utf8, quotes_in_order, split_records
from crossover.sources.specification import RAW, RAW_LIMIT, REASON, SourceColumn
from crossover.sources.text import ARROW, all_finite, cast, within_calendar

Indices = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_WITHIN_GRAMMAR: dict[Type, Callable[[pa.ChunkedArray], bool]] = {
    DOUBLE: all_finite,
    DATE: within_calendar,
    TIMESTAMP: within_calendar,
}
"""Whether pyarrow's strict read took no text that the language refuses, seen from the values."""


@dataclass
class RowReader:
    """Reads the blocks of one file. After the first block with a fault all are read as texts: a fault is rarely alone."""

    layout: Layout
    _strict: bool = field(default=True, init=False)

    def read(self, block: bytes) -> pa.Table:
        """Return a row for each record: the wanted columns, and `__reason` and `__raw` if asked for.

        A row that is set aside has null in each wanted column.
        """
        table = read_strictly(block, self.layout) if self._strict else None
        if table is not None:
            nothing = _nothing(table.num_rows)
            return _with_hidden(table, self.layout, nothing, nothing)
        self._strict = False
        return read_tolerantly(block, self.layout)


def _nothing(rows: int) -> pa.Array:
    """Return nulls of strings. All blocks share them: 23 million rows without a reason would take 95 MB."""
    most = 1 << max(rows - 1, 0).bit_length()
    return _nulls(most).slice(0, rows)


@cache
def _nulls(rows: int) -> pa.Array:
    return pa.nulls(rows, pa.string())


def read_strictly(block: bytes, layout: Layout) -> pa.Table | None:
    """Return the wanted columns, or None if a record is broken, does not fit, or might not."""
    # Where there is one column, pyarrow would take a line of blanks, which is no record, for a value.
    if layout.width == 1 or b"\0" in block or not is_utf8(block):
        return None
    quoted = b'"' in block
    if quoted and not quotes_in_order(block, layout.dialect):
        return None
    try:
        table = parse(block, layout, _strict_types(block, layout))
    except pa.ArrowInvalid:
        return None
    if quoted and not layout.dialect.multiline and table.num_rows != _lines(block):
        return None
    values = {column.name: _accepted(table[str(place)], column) for column, place in layout.parsed}
    if any(array is None for array in values.values()):
        return None
    return _table({name: values[name] for name in layout.wanted}, table.num_rows)


def _strict_types(block: bytes, layout: Layout) -> dict[int, pa.DataType]:
    """Return the types to ask pyarrow for; string where `text.cast` has to look at the texts."""
    # pyarrow reads 0x10 as an int. To find that pair of bytes costs more than to find an x.
    hexadecimal = b"x" in block or b"X" in block
    types: dict[int, pa.DataType] = {}
    for column, place in layout.parsed:
        as_text = column.format is not None or (column.type == INT and hexadecimal)
        wanted = pa.string() if as_text else ARROW[column.type]
        # Two columns may come from one place.
        types[place] = wanted if types.get(place, wanted) == wanted else pa.string()
    return types


def _accepted(array: pa.ChunkedArray, column: SourceColumn) -> pa.ChunkedArray | pa.Array | None:
    """Return the values of a column, or None if a text does not fit."""
    if array.type != ARROW[column.type]:
        values = cast(array, column.type, column.format)
        return values if values.null_count == array.null_count else None
    within = _WITHIN_GRAMMAR.get(column.type)
    return array if within is None or within(array) else None


def _lines(block: bytes) -> int:
    """Return the number of lines; -1 with carriage returns that stand alone."""
    if b"\r" in block and block.count(b"\r") != block.count(b"\r\n"):
        return -1
    return block.count(b"\n") + (not block.endswith(b"\n"))


def read_tolerantly(block: bytes, layout: Layout) -> pa.Table:
    """Return a row for each record, with nulls and a reason in those that are set aside."""
    records = split_records(block, layout.dialect)
    aside = dict(records.broken)
    sound = _all_but(np.arange(records.starts.size), records.broken)
    texts, ragged = _texts(records.sound(block), layout, sound)
    aside |= ragged
    read = _all_but(sound, ragged)
    cells = {column: (texts[str(place)], cast(texts[str(place)], column.type, column.format)) for column, place in layout.parsed}
    misfits = {column: _misfits(*pair) for column, pair in cells.items() if column.type != STRING}
    fits = ~np.logical_or.reduce([np.zeros(read.size, np.bool_), *misfits.values()])
    rows = np.full(records.starts.size, -1)
    rows[read[fits]] = np.flatnonzero(fits)
    taken = pa.array(rows, mask=rows < 0)
    values = {column.name: values.take(taken) for column, (_, values) in cells.items() if column.name in layout.wanted}
    if layout.reasons or layout.raw:
        aside.update(zip(read[~fits].tolist(), reasons_of(misfits, ~fits), strict=True))
    why, raw = _record_of(aside, block, records, layout)
    return _with_hidden(_table(values, rows.size), layout, why, raw)


def _all_but(numbers: Indices, left_out: Mapping[int, str]) -> Indices:
    return np.setdiff1d(numbers, np.fromiter(left_out, np.int64, len(left_out)), assume_unique=True)


def _texts(block: bytes, layout: Layout, sound: Indices) -> tuple[pa.Table, dict[int, str]]:
    """Return the parsed columns as strings, and reasons of the records with too few or too many fields."""
    ragged: dict[int, str] = {}

    def note(row: Any) -> str:
        ragged[int(sound[row.number - 1])] = reasons.fields(row.actual_columns, layout.width)
        return "skip"

    types = {place: pa.string() for _, place in layout.parsed}
    if not sound.size:
        return pa.table({str(place): pa.array([], pa.string()) for place in types}), ragged
    return parse(block, layout, types, note), ragged


def _misfits(texts: pa.ChunkedArray, values: pa.Array) -> Mask:
    """Return where a text, which is not null, has no value."""
    misfits: Mask = np.asarray(texts.is_valid()) & np.asarray(values.is_null())
    return misfits


def reasons_of(misfits: Mapping[SourceColumn, Mask], rows: Mask) -> list[str]:
    """Return the reasons of the given rows, each of which has one."""
    nothing = pa.scalar(None, pa.string())
    parts = [pc.if_else(pa.array(mask[rows]), reasons.misfit(column), nothing) for column, mask in misfits.items()]
    if not parts:
        return []
    joined = pc.binary_join_element_wise(*parts, reasons.SEPARATOR, null_handling="skip")
    return list(joined.to_pylist())


def _record_of(aside: Mapping[int, str], block: bytes, records: Records, layout: Layout) -> tuple[pa.Array, pa.Array]:
    """Return the reason and the raw text of each record; nulls for those that are not set aside, or if not asked for."""
    numbers = np.array(sorted(aside), np.int64)
    place = np.full(records.starts.size, -1)
    place[numbers] = np.arange(numbers.size)
    taken = pa.array(place, mask=place < 0)
    why = [aside[number] if layout.reasons else None for number in numbers]
    raw = [_raw(block[records.starts[number] : records.ends[number]]) if layout.raw else None for number in numbers]
    return pa.array(why, pa.string()).take(taken), pa.array(raw, pa.string()).take(taken)


def _raw(record: bytes) -> str:
    # Four bytes are the most that a character has: a field of 20 MB is not decoded whole.
    return reasons.bounded(record[: 4 * RAW_LIMIT + 4].decode("utf-8", "replace"))


def _with_hidden(table: pa.Table, layout: Layout, why: pa.Array, raw: pa.Array) -> pa.Table:
    table = table.append_column(REASON, why) if layout.reasons else table
    return table.append_column(RAW, raw) if layout.raw else table


def _table(columns: Mapping[str, pa.Array | pa.ChunkedArray], rows: int) -> pa.Table:
    """Return a table that keeps its number of rows even without a column."""
    return pa.table({**columns, "": pa.nulls(rows)}).select(list(columns))
