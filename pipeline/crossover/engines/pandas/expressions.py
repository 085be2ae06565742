"""Primitives on vectors: a table with a line for each.

Functions take vectors and give one. Nulls of doubles are NaN and look after themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from crossover.core.hashing import hash_rows, share
from crossover.engines.pandas import logic, times
from crossover.engines.pandas.texts import TEXT, text_function
from crossover.engines.pandas.vectors import (
    ARROW,
    Array,
    Mask,
    Vector,
    all_known,
    from_arrow,
    nulls,
    to_arrow,
)
from crossover.language.tree import Value
from crossover.language.types import DATE, DOUBLE, INT, TIMESTAMP, Type

Function = Callable[..., Vector]
_WORD = np.uint64(0xFFFFFFFF)


def constant(value: Value, type_: Type) -> Vector:
    """Return a literal as a vector of one value."""
    if value is None:
        return nulls(type_)
    vector = from_arrow(pa.array([value], ARROW[type_]))
    vector.constant = True
    return vector


# shapes of functions


def _doubles(function: Callable[..., Array]) -> Function:
    return lambda *vectors: Vector(DOUBLE, function(*(vector.data for vector in vectors)))


def _numbers(function: Callable[..., Array]) -> Function:
    """A function of one type, int or double."""

    def call(*vectors: Vector) -> Vector:
        data = function(*(vector.data for vector in vectors))
        type_ = vectors[0].type
        return Vector(type_, data, None if type_ == DOUBLE else all_known(*vectors))

    return call


def _ints(function: Callable[..., Array], type_: Type = INT) -> Function:
    return lambda *vectors: Vector(type_, function(*(vector.data for vector in vectors)), all_known(*vectors))


def _fitting(function: Callable[..., tuple[Array, Mask]], type_: Type = INT) -> Function:
    """A function that says itself where its result is none."""

    def call(*vectors: Vector) -> Vector:
        data, fits = function(*(vector.data for vector in vectors))
        result = Vector(type_, data, all_known(*vectors))
        return result if fits.all() else result.keep_where(fits)

    return call


# numbers


def _checked_multiply(a: Array, b: Array) -> tuple[Array, Mask]:
    product = a * b
    # the double product is off by far less than the 2**64 by which an overflow is
    return product, np.abs(a.astype(np.float64) * b - product) < 2.0**63


def _checked_subtract(a: Array, b: Array) -> tuple[Array, Mask]:
    difference = a - b
    return difference, ((a ^ b) & (a ^ difference)) >= 0


def _nonzero(a: Vector) -> Vector:
    kept = a.data != 0
    return a if kept.all() else a.keep_where(kept)


def _kept_where(condition: Callable[[Array], Mask]) -> Function:
    def call(a: Vector) -> Vector:
        kept = condition(a.data)
        return a if kept.all() else a.keep_where(kept)

    return call


def _power(x: Array, y: Array) -> Array:
    """NumPy has 1 for null ** 0 and 1 ** null."""
    return np.where(np.isnan(x) | np.isnan(y), np.nan, np.power(x, y))


def _round_half_away(x: Array) -> Array:
    """The largest double below a half is added: with a half 0.49999999999999994 would become 1."""
    return np.asarray(np.trunc(x + np.copysign(0.49999999999999994, x)))


def _double_to_int(a: Vector) -> Vector:
    fits = (a.data >= -(2.0**63)) & (a.data < 2.0**63)
    if fits.all():
        return Vector(INT, a.data.astype(np.int64))
    return Vector(INT, np.where(fits, a.data, 0.0).astype(np.int64), fits)


def _int_to_double(a: Vector) -> Vector:
    data = a.data.astype(np.float64)
    return Vector(DOUBLE, data if a.valid is None else np.where(a.valid, data, np.nan))


# time


def days(a: Vector) -> Vector:
    """Return the day of a date or timestamp."""
    return a if a.type == DATE else Vector(DATE, a.data // times.MICROSECONDS_A_DAY, a.valid)


def months(of_days: Vector) -> Vector:
    """Return the number of the month of each day."""
    # what stands under a null may be any number
    data = of_days.data if of_days.valid is None else np.where(of_days.valid, of_days.data, 0)
    return Vector(INT, times.month_number(data), of_days.valid)


def _clock(unit: int, modulus: int) -> Function:
    def call(a: Vector) -> Vector:
        if a.type == DATE:
            return Vector(INT, np.zeros(len(a), dtype=np.int64), a.valid)
        return Vector(INT, a.data // unit % modulus, a.valid)

    return call


def _in_calendar(function: Callable[[Array, Array], tuple[Array, Mask]], low: int, high: int) -> Callable[..., tuple[Array, Mask]]:
    def call(a: Array, b: Array) -> tuple[Array, Mask]:
        total, fits = function(a, b)
        return total, fits & (total >= low) & (total <= high)

    return call


_DAYS = (times.FIRST_DAY, times.LAST_DAY)
_MICROSECONDS = (times.FIRST_DAY * times.MICROSECONDS_A_DAY, (times.LAST_DAY + 1) * times.MICROSECONDS_A_DAY - 1)


def _add_months(a: Vector, count: Vector) -> Vector:
    known = all_known(a, count)
    of_days = days(a)
    data = of_days.data if known is None else np.where(known, of_days.data, 0)
    moved, fits = times.add_months(data, count.data)
    if a.type == TIMESTAMP:
        moved = moved * times.MICROSECONDS_A_DAY + a.data % times.MICROSECONDS_A_DAY
    return Vector(a.type, moved, known).keep_where(fits)


def _truncate_time(unit: Vector, a: Vector) -> Vector:
    name = str(unit.strings.values[0])
    if a.type == TIMESTAMP and name in times.TRUNCATE_MICROSECONDS:
        return Vector(TIMESTAMP, a.data - a.data % times.TRUNCATE_MICROSECONDS[name], a.valid)
    of_days = days(a)
    data = of_days.data if a.valid is None else np.where(a.valid, of_days.data, 0)
    truncated = times.TRUNCATE_DAYS[name](data)
    return Vector(a.type, truncated if a.type == DATE else truncated * times.MICROSECONDS_A_DAY, a.valid)


# hashing


def hashes(vectors: Sequence[Vector]) -> Any:
    """Return the chained hashes of all arguments."""
    rows = max(len(vector) for vector in vectors) if all(len(vector) for vector in vectors) else 0
    columns = [to_arrow(vector, 1)[0].as_py() if vector.constant else to_arrow(vector, rows) for vector in vectors]
    return hash_rows(columns, rows)


PRIMITIVES: dict[str, Function] = {
    # logic
    "and": logic.and_,
    "or": logic.or_,
    "not": logic.not_,
    "is_null": logic.is_null,
    "equal": logic.compared(logic.is_equal),
    "less": logic.compared(logic.less),
    "less_equal": logic.compared(logic.less_equal),
    "in": logic.in_,
    "coalesce": logic.coalesce,
    "greatest": logic.extreme(np.fmax, np.maximum),
    "least": logic.extreme(np.fmin, np.minimum),
    # arithmetic
    "add": _numbers(np.add),
    "subtract": _numbers(np.subtract),
    "multiply": _numbers(np.multiply),
    "divide": _doubles(np.divide),
    "modulo": _numbers(np.fmod),
    "checked_add": _fitting(times.saturating_add),
    "checked_subtract": _fitting(_checked_subtract),
    "checked_multiply": _fitting(_checked_multiply),
    # guards
    "nonzero": _nonzero,
    "positive": _kept_where(lambda x: x > 0),
    "non_negative": _kept_where(lambda x: x >= 0),
    "unit_interval": _kept_where(lambda x: np.abs(x) <= 1),
    "finite": _kept_where(np.isfinite),
    # functions of doubles
    "absolute": _doubles(np.abs),
    "floor": _doubles(np.floor),
    "ceiling": _doubles(np.ceil),
    "round_half_away": _doubles(_round_half_away),
    "sqrt": _doubles(np.sqrt),
    "ln": _doubles(np.log),
    "log10": _doubles(np.log10),
    "log2": _doubles(np.log2),
    "log1p": _doubles(np.log1p),
    "exp": _doubles(np.exp),
    "power": _doubles(_power),
    "sin": _doubles(np.sin),
    "cos": _doubles(np.cos),
    "tan": _doubles(np.tan),
    "asin": _doubles(np.arcsin),
    "acos": _doubles(np.arccos),
    "atan2": _doubles(np.arctan2),
    # casts
    "int_to_double": _int_to_double,
    "double_to_int": _double_to_int,
    "boolean_to_int": _ints(lambda flags: flags.astype(np.int64)),
    "timestamp_to_date": days,
    "date_to_timestamp": _ints(lambda of_days: of_days * times.MICROSECONDS_A_DAY, TIMESTAMP),
    # time; `year` to `day_of_year` take what ASPECTS says
    "year": _ints(lambda months: months // 12 + 1),
    "month": _ints(lambda months: months % 12 + 1),
    "day": _ints(times.day_of_month),
    "day_of_year": _ints(times.day_of_year),
    "weekday": _ints(times.weekday),
    "iso_week": _ints(times.iso_week),
    "hour": _clock(3_600_000_000, 24),
    "minute": _clock(60_000_000, 60),
    "second": _clock(1_000_000, 60),
    "make_date": _fitting(times.date_of, DATE),
    "add_microseconds": _fitting(_in_calendar(times.saturating_add, *_MICROSECONDS), TIMESTAMP),
    "add_days": _fitting(_in_calendar(times.saturating_add, *_DAYS), DATE),
    "add_months": _add_months,
    "microseconds_between": _ints(lambda a, b: b - a),
    "truncate_time": _truncate_time,
    # hashing
    "hash_share": lambda *keys: Vector(DOUBLE, share(hashes(keys))),
    "hash_low": lambda *keys: Vector(INT, (hashes(keys) & _WORD).view(np.int64)),
    "hash_high": lambda *keys: Vector(INT, (hashes(keys) >> np.uint64(32)).view(np.int64)),
    # strings
    **{name: text_function(name) for name in TEXT},
}
"""What each primitive is."""

ASPECTS: dict[str, tuple[str, ...]] = {
    "year": ("months",),
    "month": ("months",),
    "day": ("days", "months"),
    "day_of_year": ("days", "months"),
    "weekday": ("days",),
    "iso_week": ("days",),
}
"""Calendar fields share the way to them: the aspects of their argument that they take in its place."""

WHOLE = frozenset({"hash_share", "hash_low", "hash_high"})
"""Primitives that are not computed in blocks of rows: a dictionary would be hashed once a block."""

UNBOUNDED = frozenset({"exp", "power"})
"""Primitives after which `finite` always looks, whatever the floating-point flags say."""
