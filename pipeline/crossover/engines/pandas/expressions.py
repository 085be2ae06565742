"""Primitives on vectors: a table with a line for each, and `Case`.

Functions take vectors and give one. Nulls of doubles are NaN and look after themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crossover.core.hashing import hash_rows, share
from crossover.engines.pandas import times
from crossover.engines.pandas.texts import TEXT, look_up, text_function
from crossover.engines.pandas.vectors import (
    ARROW,
    Array,
    Mask,
    Vector,
    all_known,
    from_arrow,
    nulls,
    to_arrow,
    unified,
)
from crossover.language.tree import Value
from crossover.language.types import BOOLEAN, DATE, DOUBLE, INT, NULL, STRING, TIMESTAMP, Type

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


# logic; boolean data is False where it is null


def _and(a: Vector, b: Vector) -> Vector:
    known_a, known_b = a.known, b.known
    data = a.data & b.data
    if known_a is None and known_b is None:
        return Vector(BOOLEAN, data)
    # null and false is false
    return Vector(BOOLEAN, data, _false(a) | _false(b) | data)


def _or(a: Vector, b: Vector) -> Vector:
    known = all_known(a, b)
    data = a.data | b.data
    return Vector(BOOLEAN, data, None if known is None else known | data)


def _not(a: Vector) -> Vector:
    return Vector(BOOLEAN, _false(a), a.valid)


def _false(a: Vector) -> Mask:
    return ~a.data if a.valid is None else ~a.data & a.valid


def _is_null(a: Vector) -> Vector:
    known = a.known
    return Vector(BOOLEAN, np.zeros(len(a), dtype=np.bool_) if known is None else ~known)


def is_equal(a: Vector, b: Vector) -> Mask:
    """Return where two vectors are equal, neither null."""
    if a.type == STRING:
        a, b = (b, a) if a.constant else (a, b)
        if b.constant:
            has_code: Mask = a.data == _code_in(a, b)
            return has_code
        (left, right), _ = unified([a, b])
        same: Mask = (left == right) & (left >= 0)
        return same
    equal: Mask = a.data == b.data
    known = None if a.type == DOUBLE else all_known(a, b)
    return equal if known is None else equal & known


def _code_in(a: Vector, b: Vector) -> Any:
    """Return the code in a's dictionary of the constant b; one that no row has if it lacks or is null."""
    if b.data[0] < 0:
        return np.int32(-2)
    value = b.strings.values[int(b.data[0])].as_py()
    code: int = a.strings.keep(("code", value), lambda: pc.index(a.strings.values, value).as_py())
    return np.int32(code if code >= 0 else -2)


def comparison(numbers: np.ufunc, strings: Callable[[Any, Any], pa.Array]) -> Callable[[Vector, Vector], Mask]:
    """Return a function that says where a comparison is true, neither side being null."""

    def call(a: Vector, b: Vector) -> Mask:
        if a.type == STRING:
            return of_strings(a, b)
        true: Mask = numbers(a.data, b.data)
        # a comparison with NaN is false
        known = None if a.type == DOUBLE else all_known(a, b)
        return true if known is None else true & known

    def of_strings(a: Vector, b: Vector) -> Mask:
        if a.constant != b.constant:
            return with_constant(a, b)
        (left, right), dictionary = unified([a, b])
        ranks = dictionary.ranks
        true: Mask = numbers(ranks.take(left), ranks.take(right))
        return true & (left >= 0) & (right >= 0)

    def with_constant(a: Vector, b: Vector) -> Mask:
        """Compare each string of the dictionary once."""
        varying, fixed = (b, a) if a.constant else (a, b)
        if fixed.data[0] < 0:
            return np.zeros(len(varying), dtype=np.bool_)
        value = fixed.strings.values[int(fixed.data[0])]

        def table() -> Vector:
            both = (value, varying.strings.values) if a.constant else (varying.strings.values, value)
            true = strings(*both).to_numpy(zero_copy_only=False)
            return Vector(BOOLEAN, np.append(true, False))

        kept: Vector = varying.strings.keep((numbers, a.constant, value.as_py()), table)
        return look_up(kept, varying).data

    return call


less = comparison(np.less, pc.less)
less_equal = comparison(np.less_equal, pc.less_equal)


def _compared(true: Callable[[Vector, Vector], Mask]) -> Function:
    return lambda a, b: Vector(BOOLEAN, true(a, b), all_known(a, b))


def _in(a: Vector, *values: Vector) -> Vector:
    true = reduce(np.logical_or, (is_equal(a, value) for value in values)) if len(values) <= 8 else _in_many(a, values)
    return Vector(BOOLEAN, true, a.known)


def _in_many(a: Vector, values: Sequence[Vector]) -> Mask:
    if a.type == STRING:
        wanted = np.zeros(len(a.strings) + 1, dtype=np.bool_)
        codes = np.array([int(_code_in(a, value)) for value in values])
        wanted[codes[codes >= 0]] = True
        return wanted.take(a.data)
    found = np.isin(a.data, np.concatenate([value.data for value in values]))
    return found if a.valid is None else found & a.valid


# choice


def _coalesce(*vectors: Vector) -> Vector:
    typed = [vector for vector in vectors if vector.type != NULL] or list(vectors[:1])
    result = typed[0]
    for vector in typed[1:]:
        known = result.known
        if known is None and result.type != STRING:
            return result
        # strings always: each block of rows must end in the same dictionary
        result = chosen(np.ones(1, dtype=np.bool_) if known is None else known, result, vector)
    return result


def chosen(condition: Mask, a: Vector, b: Vector) -> Vector:
    """Return a where the condition is true, else b."""
    a, b = _of_one_type(a, b)
    if a.type == STRING:
        (left, right), dictionary = unified([a, b])
        return Vector(STRING, np.where(condition, left, right), None, dictionary)
    data = np.where(condition, a.data, b.data)
    if a.type == DOUBLE or (a.valid is None and b.valid is None):
        return Vector(a.type, data)
    valid = np.where(condition, True if a.valid is None else a.valid, True if b.valid is None else b.valid)
    return Vector(a.type, data, None if valid.all() else valid)


def _of_one_type(a: Vector, b: Vector) -> tuple[Vector, Vector]:
    """Return both with the bare null turned into the other's type."""
    if a.type == NULL != b.type:
        return nulls(b.type), b
    return (a, nulls(a.type)) if b.type == NULL != a.type else (a, b)


def case(otherwise: Vector, *branches: Vector) -> Vector:
    """Return the value of the first branch whose condition is true; `branches` are condition, value, condition ..."""
    result = otherwise
    for condition, value in zip(branches[-2::-2], branches[::-2], strict=True):
        result = chosen(condition.data, value, result)
    return result


def _extreme(doubles: np.ufunc, others: np.ufunc) -> Function:
    def call(*vectors: Vector) -> Vector:
        return reduce(_extreme_of_two, vectors)

    def _extreme_of_two(a: Vector, b: Vector) -> Vector:
        a, b = _of_one_type(a, b)
        if a.type == DOUBLE:
            # fmax and fmin skip NaN
            return Vector(DOUBLE, doubles(a.data, b.data))
        known_a, known_b = a.known, b.known
        take_a = _takes_first(a, b, others)
        if known_b is not None:
            take_a |= ~known_b
        if known_a is not None:
            take_a &= known_a
        return chosen(take_a, a, b)

    return call


def _takes_first(a: Vector, b: Vector, function: np.ufunc) -> Mask:
    if a.type == STRING:
        (left, right), dictionary = unified([a, b])
        ranks = dictionary.ranks
        first, second = ranks.take(left), ranks.take(right)
    else:
        first, second = a.data, b.data
    return np.array(function(first, second) == first)


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
    whole = np.trunc(x)
    return np.where(np.abs(x - whole) >= 0.5, whole + np.copysign(1.0, x), whole)


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
    "and": _and,
    "or": _or,
    "not": _not,
    "is_null": _is_null,
    "equal": _compared(is_equal),
    "less": _compared(less),
    "less_equal": _compared(less_equal),
    "in": _in,
    "coalesce": _coalesce,
    "greatest": _extreme(np.fmax, np.maximum),
    "least": _extreme(np.fmin, np.minimum),
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
