"""Each primitive as plain Python, its meaning spelled out: the answer when expressions are random.

The golden tables in `cases` check this file first; then it may judge engines. It gets what a primitive may get
(the guards stand before it), and follows IEEE 754 where a chain of doubles leaves the finite numbers.
"""

from __future__ import annotations

import calendar
import math
import re
import struct
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import xxhash

from crossover.language.tree import Call, Case, Column, Expression, Literal
from crossover.language.types import INT_MAX, INT_MIN

MICROSECOND = timedelta(microseconds=1)
EPOCH = datetime(1970, 1, 1)
MASK_32 = 0xFFFFFFFF


def within_int64(value: int) -> int | None:
    return value if INT_MIN <= value <= INT_MAX else None


def ieee_multiply(x: float, y: float) -> float:
    return x * y


def ieee_divide(x: float, y: float) -> float:
    """The divisor is not zero, but the quotient may be too large."""
    return x / y


def ieee_power(x: float, y: float) -> float:
    try:
        return math.pow(x, y)
    except OverflowError:
        return math.copysign(math.inf, x) if y % 2 == 1 else math.inf
    except ValueError:
        return math.inf if x == 0 else math.nan


def ieee_exp(x: float) -> float:
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


def remainder(x: Any, y: Any) -> Any:
    """Sign of the dividend; exact."""
    if isinstance(x, float):
        return math.fmod(x, y)
    return abs(x) % abs(y) * (-1 if x < 0 else 1)


def whole(function: Callable[[float], int]) -> Callable[[float], float]:
    """A whole number as double; an infinite or undefined operand stays as it is."""
    return lambda x: float(function(x)) if math.isfinite(x) else x


def half_away(x: float) -> float:
    """Nearest whole number; halves away from zero. x - trunc(x) is exact."""
    if not math.isfinite(x):
        return x
    towards_zero = float(math.trunc(x))
    return towards_zero + math.copysign(1.0, x) if abs(x - towards_zero) >= 0.5 else towards_zero


def truncated(x: float) -> int | None:
    return within_int64(math.trunc(x)) if math.isfinite(x) else None


def parsed_int(text: str) -> int | None:
    found = re.fullmatch(r"[ \t]*([+-]?[0-9]+)(\.0*)?[ \t]*", text)
    return within_int64(int(found[1])) if found else None


def parsed_double(text: str) -> float | None:
    if not re.fullmatch(r"[ \t]*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?[ \t]*", text):
        return None
    value = float(text)
    return value if math.isfinite(value) else None


def parsed_boolean(text: str) -> bool | None:
    return {"true": True, "1": True, "false": False, "0": False}.get(ascii_lower(text.strip(" \t")))


def parsed_date(text: str) -> date | None:
    found = re.fullmatch(r"[ \t]*([0-9]{4})-([0-9]{2})-([0-9]{2})[ \t]*", text)
    return made_date(*map(int, found.groups())) if found else None


MOMENT = re.compile(
    r"[ \t]*([0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"([T ](?P<hour>[0-9]{2})(:(?P<minute>[0-9]{2})(:(?P<second>[0-9]{2})(\.(?P<fraction>[0-9]{1,9}))?)?)?"
    r"(?P<zone>Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?[ \t]*"
)


def parsed_timestamp(text: str) -> datetime | None:
    """A date alone is its midnight; digits behind the microseconds are cut off; offsets reach 18 hours."""
    found = MOMENT.fullmatch(text)
    on = parsed_date(found[1]) if found else None
    if found is None or on is None:
        return None
    hour, minute, second = (int(found[name] or 0) for name in ("hour", "minute", "second"))
    digits = (found["zone"] or "Z").replace(":", "")[1:].ljust(4, "0")
    offset = int(digits[:2]) * 60 + int(digits[2:])
    if hour > 23 or minute > 59 or second > 59 or int(digits[2:]) > 59 or offset > 18 * 60:
        return None
    local = at_midnight(on).replace(
        hour=hour, minute=minute, second=second, microsecond=int((found["fraction"] or "").ljust(6, "0")[:6])
    )
    return plus(local, offset if (found["zone"] or "").startswith("-") else -offset, timedelta(minutes=1))


def ascii_lower(text: str) -> str:
    return "".join(chr(ord(letter) + 32) if "A" <= letter <= "Z" else letter for letter in text)


def ascii_upper(text: str) -> str:
    return "".join(chr(ord(letter) - 32) if "a" <= letter <= "z" else letter for letter in text)


def characters(text: str, first: int, count: int) -> str:
    """Those at positions first .. first + count - 1, counted from 1, that exist."""
    return "".join(letter for position, letter in enumerate(text, 1) if first <= position < first + count)


def replaced(text: str, old: str, new: str) -> str:
    return text.replace(old, new) if old else text


def at_midnight(value: date) -> datetime:
    return value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)


def made_date(year: int, month: int, day: int) -> date | None:
    if not (1 <= year <= 9999 and 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]):
        return None
    return date(year, month, day)


def plus(value: Any, count: int, unit: timedelta) -> Any:
    try:
        return value + count * unit
    except OverflowError:
        return None


def plus_months(value: Any, count: int) -> Any:
    """The same day of another month, or the last of a shorter one; the time of day stays."""
    year, month = divmod(value.year * 12 + value.month - 1 + count, 12)
    if not 1 <= year <= 9999:
        return None
    return value.replace(year=year, month=month + 1, day=min(value.day, calendar.monthrange(year, month + 1)[1]))


def truncated_time(unit: str, value: Any) -> Any:
    if isinstance(value, datetime):
        if unit in ("minute", "hour"):
            return value.replace(second=0, microsecond=0, **({"minute": 0} if unit == "hour" else {}))
        return at_midnight(truncated_time(unit, value.date()))
    match unit:
        case "minute" | "hour" | "day":
            return value
        case "week":
            return value - timedelta(days=value.weekday())
        case "month":
            return value.replace(day=1)
        case "quarter":
            return value.replace(day=1, month=(value.month - 1) // 3 * 3 + 1)
        case _:
            return value.replace(day=1, month=1)


def hash_bytes(value: Any) -> bytes:
    """What of a value is hashed: LANGUAGE 10."""
    match value:
        case bool():
            return struct.pack("<i", value)
        case int():
            return struct.pack("<q", value)
        case float():
            return struct.pack("<d", value + 0.0)
        case str():
            return value.encode()
        case datetime():
            return struct.pack("<q", (value - EPOCH) // MICROSECOND)
        case _:
            return struct.pack("<i", (value - EPOCH.date()).days)


def chained_hash(*values: Any) -> int:
    """XXH64, each value with the hash before it as its seed; null leaves the seed as it is."""
    seed = 42
    for value in values:
        if value is not None:
            seed = xxhash.xxh64_intdigest(hash_bytes(value), seed)
    return seed


def kleene_and(x: bool | None, y: bool | None) -> bool | None:
    if x is False or y is False:
        return False
    return None if x is None or y is None else True


def kleene_or(x: bool | None, y: bool | None) -> bool | None:
    if x is True or y is True:
        return True
    return None if x is None or y is None else False


def not_null(values: tuple[Any, ...]) -> list[Any]:
    return [value for value in values if value is not None]


WITH_NULLS: dict[str, Callable[..., Any]] = {
    "and": kleene_and,
    "or": kleene_or,
    "is_null": lambda x: x is None,
    "coalesce": lambda *values: next(iter(not_null(values)), None),
    "greatest": lambda *values: max(not_null(values), default=None),
    "least": lambda *values: min(not_null(values), default=None),
    "hash_share": lambda *values: (chained_hash(*values) >> 11) * 2.0**-53,
    "hash_low": lambda *values: chained_hash(*values) & MASK_32,
    "hash_high": lambda *values: chained_hash(*values) >> 32,
}
"""Primitives that are also called with nulls."""

WITHOUT_NULLS: dict[str, Callable[..., Any]] = {
    "not": lambda x: not x,
    "equal": lambda x, y: x == y,
    "less": lambda x, y: x < y,
    "less_equal": lambda x, y: x <= y,
    "in": lambda x, *values: x in values,
    "add": lambda x, y: x + y,
    "subtract": lambda x, y: x - y,
    "multiply": ieee_multiply,
    "divide": ieee_divide,
    "modulo": remainder,
    "checked_add": lambda x, y: within_int64(x + y),
    "checked_subtract": lambda x, y: within_int64(x - y),
    "checked_multiply": lambda x, y: within_int64(x * y),
    "nonzero": lambda x: x if x != 0 else None,
    "positive": lambda x: x if x > 0 else None,
    "non_negative": lambda x: x if x >= 0 else None,
    "unit_interval": lambda x: x if -1 <= x <= 1 else None,
    "finite": lambda x: x if math.isfinite(x) else None,
    "absolute": abs,
    "floor": whole(math.floor),
    "ceiling": whole(math.ceil),
    "round_half_away": half_away,
    "sqrt": math.sqrt,
    "ln": math.log,
    "log10": math.log10,
    "log2": math.log2,
    "log1p": math.log1p,
    "exp": ieee_exp,
    "power": ieee_power,
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "asin": math.asin,
    "acos": math.acos,
    "atan2": math.atan2,
    "int_to_double": float,
    "double_to_int": truncated,
    "boolean_to_int": int,
    "int_to_string": str,
    "string_to_int": parsed_int,
    "string_to_double": parsed_double,
    "string_to_boolean": parsed_boolean,
    "string_to_date": parsed_date,
    "string_to_timestamp": parsed_timestamp,
    "timestamp_to_date": lambda t: t.date(),
    "date_to_timestamp": at_midnight,
    "lower": ascii_lower,
    "upper": ascii_upper,
    "trim": lambda s: s.strip(" "),
    "length": len,
    "substring": characters,
    "concat": lambda *parts: "".join(parts),
    "replace": replaced,
    "starts_with": str.startswith,
    "ends_with": str.endswith,
    "contains": lambda s, t: t in s,
    "matches": lambda s, pattern: re.fullmatch(pattern, s, re.DOTALL) is not None,
    "year": lambda t: t.year,
    "month": lambda t: t.month,
    "day": lambda t: t.day,
    "hour": lambda t: at_midnight(t).hour,
    "minute": lambda t: at_midnight(t).minute,
    "second": lambda t: at_midnight(t).second,
    "weekday": lambda t: t.isoweekday(),
    "iso_week": lambda t: t.isocalendar().week,
    "day_of_year": lambda t: t.timetuple().tm_yday,
    "make_date": made_date,
    "add_microseconds": lambda t, n: plus(t, n, MICROSECOND),
    "add_days": lambda d, n: plus(d, n, timedelta(days=1)),
    "add_months": plus_months,
    "microseconds_between": lambda a, b: (b - a) // MICROSECOND,
    "truncate_time": truncated_time,
}

PRIMITIVES = WITH_NULLS | WITHOUT_NULLS

Row = dict[str, Any]
Nudge = Callable[[str, Any], Any]


def unchanged(name: str, value: Any) -> Any:
    del name
    return value


def value_of(expression: Expression, row: Row, nudge: Nudge = unchanged) -> Any:
    """Return the value of a lowered expression on one row; `nudge` may move the result of each primitive."""
    match expression:
        case Literal(value=value):
            return value
        case Column(name=name):
            return row[name]
        case Case(branches=branches, otherwise=otherwise):
            for condition, value in branches:
                if value_of(condition, row, nudge) is True:
                    return value_of(value, row, nudge)
            return value_of(otherwise, row, nudge)
        case Call(function=name, arguments=arguments):
            values = [value_of(each, row, nudge) for each in arguments]
            if name in WITH_NULLS:
                return WITH_NULLS[name](*values)
            return None if None in values else nudge(name, WITHOUT_NULLS[name](*values))
    raise AssertionError(f"not lowered: {expression}")
