"""Columns of texts cast to the types of the language, by the grammar of `sources.grammar`.

pyarrow's strict cast comes first. It accepts less than the grammar but for `0x10` (int), `inf` and `1e400`
(double), and the year 0; these are looked for. Only if it refuses, patterns find the cells that it can cast,
and `sources.cells` decides on the few that remain.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crossover.language.types import BOOLEAN, DATE, DOUBLE, INT, STRING, TIMESTAMP, Type
from crossover.sources.cells import parse
from crossover.sources.formats import format_to_pattern
from crossover.sources.grammar import BLANKS, DOUBLE_PATTERN, FALSE_TEXTS, TRUE_TEXTS
from crossover.sources.moments import extract_moments

ARROW: dict[Type, pa.DataType] = {
    BOOLEAN: pa.bool_(),
    INT: pa.int64(),
    DOUBLE: pa.float64(),
    STRING: pa.string(),
    DATE: pa.date32(),
    TIMESTAMP: pa.timestamp("us"),
}
"""The physical form of each type, the same for all engines."""

_DAY_MICROSECONDS = 24 * 60 * 60 * 1_000_000
DAYS = (int(np.datetime64("0001-01-01").astype(np.int64)), int(np.datetime64("9999-12-31").astype(np.int64)))
"""The first and last day of the years 1..9999, in days since 1970."""
_FIRST_DAY, _LAST_DAY = DAYS
_CALENDAR = {
    pa.date32(): (_FIRST_DAY, _LAST_DAY),
    pa.timestamp("us"): (_FIRST_DAY * _DAY_MICROSECONDS, (_LAST_DAY + 1) * _DAY_MICROSECONDS - 1),
}
"""The first and last value in the years 1..9999, in the type's own unit."""

_PLAIN_INT = r"\A-?[0-9]{1,18}\z"
_FLOAT_INT = r"\A[+-]?[0-9]{1,15}(?:\.0*)?\z"
_DOUBLE = rf"\A(?:{DOUBLE_PATTERN})\z"
_DAY = (
    r"(?:000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})-"
    r"(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
)
_HOUR = r"(?:[01][0-9]|2[0-3])"
_TIME = _HOUR + r"(?::[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,6})?)?)?"
_OFFSET = r"(?:Z|[+-](?:0[0-9]|1[0-7])(?::?[0-5][0-9])?)"
_SURE_DATE = rf"\A{_DAY}\z"
"""Days that exist, 29 February left out: pyarrow casts them all."""
_SURE_NAIVE = rf"\A{_DAY}(?:[T ]{_TIME})?\z"
_SURE_ZONED = rf"\A{_DAY}[T ]{_TIME}{_OFFSET}\z"


def cast(array: pa.Array | pa.ChunkedArray, type: Type, format: str | None = None) -> pa.Array:
    """Return strings (or large strings) as bool, int64, float64, string, date32 or timestamp[us] in UTC.

    What does not fit is null; so a cell is a misfit where the result is null and the text is not.
    """
    if isinstance(array, pa.ChunkedArray):
        return pa.concat_arrays([cast(chunk, type, format) for chunk in array.chunks] or [pa.array([], ARROW[type])])
    if type == STRING:
        return array.cast(pa.string())
    if format is not None:
        return extract_moments(_trimmed(array), format_to_pattern(format), ARROW[type])
    return _CASTS[type](array)


def within_calendar(array: pa.Array | pa.ChunkedArray) -> bool:
    """Return whether all dates (date32) or timestamps (us) lie in the years 1..9999."""
    first, last = _CALENDAR[array.type]
    bounds = pc.min_max(array)
    low, high = bounds["min"].value, bounds["max"].value
    return low is None or bool(low >= first and high <= last)


def all_finite(array: pa.Array | pa.ChunkedArray) -> bool:
    """Return whether no double is NaN or infinite."""
    return pc.all(pc.is_finite(array)).as_py() is not False


def _strict(array: pa.Array, type: pa.DataType) -> pa.Array | None:
    """Return pyarrow's own cast, or None if it refuses one cell."""
    try:
        return array.cast(type)
    except pa.ArrowInvalid:
        return None


def _trimmed(array: pa.Array) -> pa.Array:
    return pc.utf8_trim(array, characters=BLANKS)


def _cast_matching(array: pa.Array, pattern: str, type: pa.DataType) -> pa.Array:
    """Return pyarrow's cast of the cells that match, all of which it takes; null for the others."""
    matching = pc.fill_null(pc.match_substring_regex(array, pattern), False)
    # The others become null by a mask over the same texts, which are not copied.
    _, offsets, data = array.buffers()
    width = 8 if pa.types.is_large_string(array.type) else 4
    begun = offsets.slice(array.offset * width)
    return pa.Array.from_buffers(array.type, len(array), [matching.buffers()[1], begun, data]).cast(type)


def _where(mask: pa.Array, array: pa.Array) -> pa.Array:
    return pc.if_else(mask, array, pa.scalar(None, array.type))


def _complete(array: pa.Array, known: pa.Array, decide: Callable[[pa.Array], pa.Array]) -> pa.Array:
    """Return `known`, with what `decide` makes of the trimmed texts of the cells that it does not know."""
    if known.null_count == array.null_count:
        return known
    rest = pc.and_(pc.is_null(known), pc.is_valid(array))
    return pc.replace_with_mask(known, rest, decide(_trimmed(array.filter(rest))))


def _one_by_one(texts: pa.Array, type: Type) -> pa.Array:
    """Return values that `cells` finds, each distinct text once."""
    encoded = texts.dictionary_encode()
    return pa.array([parse(text, type) for text in encoded.dictionary.to_pylist()], ARROW[type]).take(encoded.indices)


def _has_x(array: pa.Array) -> bool:
    """Return whether an `x` or `X` is in the buffer of the texts: then one may be hexadecimal."""
    buffer = array.buffers()[2]
    return buffer is not None and bool(((np.frombuffer(buffer, np.uint8) | 32) == ord("x")).any())


def _cast_int(array: pa.Array) -> pa.Array:
    values = None if _has_x(array) else _strict(array, pa.int64())
    if values is not None:
        return values
    return _complete(array, _cast_matching(array, _PLAIN_INT, pa.int64()), _decide_int)


def _decide_int(texts: pa.Array) -> pa.Array:
    # 15 digits are exact in a double, whose cast knows `+1`, `1.` and `1.0`.
    known = _cast_matching(texts, _FLOAT_INT, pa.float64()).cast(pa.int64())
    return _complete(texts, known, lambda rest: _one_by_one(rest, INT))


def _cast_double(array: pa.Array) -> pa.Array:
    values = _strict(array, pa.float64())
    if values is not None and all_finite(values):
        return values
    known = _cast_matching(array, _DOUBLE, pa.float64())
    values = _complete(array, known, lambda rest: _cast_matching(rest, _DOUBLE, pa.float64()))
    return values if all_finite(values) else _where(pc.is_finite(values), values)


def _cast_boolean(array: pa.Array) -> pa.Array:
    values = _strict(array, pa.bool_())
    if values is not None:
        return values
    texts = pc.ascii_lower(_trimmed(array))
    true, false = (pc.is_in(texts, pa.array(each, texts.type)) for each in (TRUE_TEXTS, FALSE_TEXTS))
    return _where(pc.or_(true, false), true)


def _cast_date(array: pa.Array) -> pa.Array:
    values = _strict(array, pa.date32())
    if values is not None and within_calendar(values):
        return values
    return _complete(array, _cast_matching(array, _SURE_DATE, pa.date32()), lambda rest: _one_by_one(rest, DATE))


def _cast_timestamp(array: pa.Array) -> pa.Array:
    values = _strict(array, pa.timestamp("us"))
    if values is not None and within_calendar(values):
        return values
    return _complete(array, _cast_matching(array, _SURE_NAIVE, pa.timestamp("us")), _decide_timestamp)


def _decide_timestamp(texts: pa.Array) -> pa.Array:
    zoned = _cast_matching(texts, _SURE_ZONED, pa.timestamp("us", "UTC")).cast(pa.timestamp("us"))
    if not within_calendar(zoned):  # an offset leads out of the years 1..9999 on their first and last day
        return _one_by_one(texts, TIMESTAMP)
    return _complete(texts, zoned, lambda rest: _one_by_one(rest, TIMESTAMP))


_CASTS: dict[Type, Callable[[Any], pa.Array]] = {
    BOOLEAN: _cast_boolean,
    INT: _cast_int,
    DOUBLE: _cast_double,
    DATE: _cast_date,
    TIMESTAMP: _cast_timestamp,
}
