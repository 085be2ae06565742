"""Columns of texts to dates and timestamps by a format, from the groups of its pattern."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from crossover.sources.cells import zone_minutes
from crossover.sources.formats import MONTHS, FormatPattern

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_MINUTE = 60_000_000
_DAY = 24 * 60 * _MINUTE
_FIRST = int(np.datetime64("0001-01-01", "us").astype(np.int64))
_NONE = -(2**31)
"""Stands for a text that names no number."""
_MONTH_NUMBERS = {name: number for number, name in enumerate(MONTHS, 1)}
_LAST = int(np.datetime64("9999-12-31T23:59:59.999999", "us").astype(np.int64))


def extract_moments(texts: pa.Array, form: FormatPattern, type: pa.DataType) -> pa.Array:
    """Return dates (date32) or moments in UTC (timestamp[us]); null where a text does not fit.

    Texts have no blanks around. A date takes the day of a moment.
    """
    pattern = rf"\A{_named(form)}\z"
    groups = pc.extract_regex(texts, pattern)
    matches = np.asarray(groups.is_valid())
    parts = {part: groups.field(index) for index, part in enumerate(form.parts)}
    microseconds, exists = _microseconds(parts)
    missing = ~(matches & exists)
    if pa.types.is_date(type):
        return pa.array((microseconds // _DAY).astype(np.int32), pa.int32(), mask=missing).cast(type)
    return pa.array(microseconds, pa.int64(), mask=missing).cast(type)


def _named(form: FormatPattern) -> str:
    """Return the pattern with its groups named, as RE2 wants them."""
    pieces = form.pattern.replace("(?:", "\0").replace("(?i:", "\1").replace(r"\(", "\2").split("(")
    named = pieces[0] + "".join(f"(?P<{part}>{piece}" for part, piece in zip(form.parts, pieces[1:], strict=True))
    return named.replace("\0", "(?:").replace("\1", "(?i:").replace("\2", r"\(")


def _microseconds(parts: Mapping[str, pa.Array]) -> tuple[Ints, Mask]:
    """Return microseconds since 1970 and where such a moment exists."""
    length = len(next(iter(parts.values())))
    zero = np.zeros(length, np.int64)
    year, month, day = _year(parts), _month(parts), _number(parts["day"])
    hour, exists = _hour(parts, zero)
    minute = _number(parts["minute"]) if "minute" in parts else zero
    second = _number(parts["second"]) if "second" in parts else zero
    zone = _looked_up(parts["zone"], zone_minutes) if "zone" in parts else zero
    months = ((year - 1970) * 12 + month - 1).astype("M8[M]")
    days = months.astype("M8[D]") + (day - 1)
    exists &= (year >= 1) & (month >= 1) & (month <= 12) & (days.astype("M8[M]") == months)
    exists &= (minute < 60) & (second < 60) & (zone != _NONE)
    total = days.astype(np.int64) * _DAY + (hour * 60 + minute - zone) * _MINUTE + second * 1_000_000
    if "fraction" in parts:
        total += _number(pc.utf8_slice_codeunits(pc.utf8_rpad(parts["fraction"], 6, "0"), 0, 6))
    return total, exists & (total >= _FIRST) & (total <= _LAST)


def _number(digits: pa.Array) -> Ints:
    filled = pc.if_else(pc.equal(pc.fill_null(digits, ""), ""), "0", digits)
    return np.asarray(filled.cast(pa.int64()))


def _year(parts: Mapping[str, pa.Array]) -> Ints:
    if "year" in parts:
        return _number(parts["year"])
    short = _number(parts["short_year"])
    return short + np.where(short >= 69, 1900, 2000)


def _month(parts: Mapping[str, pa.Array]) -> Ints:
    if "month" in parts:
        return _number(parts["month"])
    return _looked_up(parts["month_name"], lambda name: _MONTH_NUMBERS.get(name.lower()))


def _hour(parts: Mapping[str, pa.Array], zero: Ints) -> tuple[Ints, Mask]:
    if "half_day_hour" not in parts:
        hour = _number(parts["hour"]) if "hour" in parts else zero
        return hour, hour < 24
    hour = _number(parts["half_day_hour"])
    afternoon = _looked_up(parts["half"], lambda half: int(half.lower() == "pm"))
    return hour % 12 + 12 * afternoon, (hour >= 1) & (hour <= 12)


def _looked_up(texts: pa.Array, value_of: Callable[[str], int | None]) -> Ints:
    """Return the number of each text, computed once for each distinct one; _NONE for a text without one."""
    encoded = texts.dictionary_encode()
    numbers = [value_of(text) for text in encoded.dictionary.to_pylist()]
    values = pa.array([_NONE if number is None else number for number in numbers], pa.int64())
    return np.asarray(pc.fill_null(values.take(encoded.indices), _NONE))
