"""The scalars that engines implement. Users never write them; `language.lower` makes them.

Nulls: unless `nulls` says otherwise, the result is null where any argument is null. A primitive may assume of
its arguments what its meaning says: the guards (`nonzero`, `positive` ...) were put there by the lowering,
only where they are needed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal as Choice

from crossover.language.types import BOOLEAN, DATE, DOUBLE, INT, STRING, TIMESTAMP, Fact, Type


@dataclass(frozen=True)
class Primitive:
    """One scalar: its result type, when it is null, whether engines agree to the last bit, and what it means."""

    result: Type | Callable[[Sequence[Fact]], Type]
    meaning: str
    nulls: Choice["any", "never", "all", "more"] = "any"
    """null if any argument is; never; if all are; also for reasons of its own."""
    exact: bool = True
    interval: tuple[int, int] | None = None


def _first(arguments: Sequence[Fact]) -> Type:
    return arguments[0].type


PRIMITIVES: dict[str, Primitive] = {
    # logic, three-valued
    "and": Primitive(BOOLEAN, "Kleene and of two"),
    "or": Primitive(BOOLEAN, "Kleene or of two"),
    "not": Primitive(BOOLEAN, "Kleene not"),
    "is_null": Primitive(BOOLEAN, "whether it is null", nulls="never"),
    "equal": Primitive(BOOLEAN, "two of one type are equal"),
    "less": Primitive(BOOLEAN, "of one type; strings by code point, false < true"),
    "less_equal": Primitive(BOOLEAN, "of one type; strings by code point, false < true"),
    "in": Primitive(BOOLEAN, "the first equals one of the literals behind it, none of which is null"),
    "coalesce": Primitive(_first, "the first that is not null", nulls="all"),
    "greatest": Primitive(_first, "the largest of those not null", nulls="all"),
    "least": Primitive(_first, "the smallest of those not null", nulls="all"),
    # arithmetic; doubles may leave the finite numbers here: the lowering puts `finite` around the chain
    "add": Primitive(_first, "two doubles, or two ints whose sum fits"),
    "subtract": Primitive(_first, "two doubles, or two ints whose difference fits"),
    "multiply": Primitive(_first, "two doubles, or two ints whose product fits"),
    "divide": Primitive(DOUBLE, "two doubles; the divisor is not zero"),
    "modulo": Primitive(_first, "remainder of two of one type, sign of the dividend; the divisor is not zero"),
    "checked_add": Primitive(INT, "two ints; null if the sum leaves int64", nulls="more"),
    "checked_subtract": Primitive(INT, "two ints; null if the difference leaves int64", nulls="more"),
    "checked_multiply": Primitive(INT, "two ints; null if the product leaves int64", nulls="more"),
    # guards
    "nonzero": Primitive(_first, "the int or double itself, null if it is 0", nulls="more"),
    "positive": Primitive(DOUBLE, "the double itself, null if it is <= 0", nulls="more"),
    "non_negative": Primitive(DOUBLE, "the double itself, null if it is < 0", nulls="more"),
    "unit_interval": Primitive(DOUBLE, "the double itself, null if it is outside -1..1", nulls="more"),
    "finite": Primitive(DOUBLE, "the double itself, null if it is NaN or infinite", nulls="more"),
    # functions of doubles
    "absolute": Primitive(DOUBLE, "of a double"),
    "floor": Primitive(DOUBLE, "largest whole number not above, as double"),
    "ceiling": Primitive(DOUBLE, "smallest whole number not below, as double"),
    "round_half_away": Primitive(DOUBLE, "nearest whole number, halves away from zero, as double"),
    "sqrt": Primitive(DOUBLE, "of a double >= 0"),
    "ln": Primitive(DOUBLE, "of a double > 0", exact=False),
    "log10": Primitive(DOUBLE, "of a double > 0", exact=False),
    "log2": Primitive(DOUBLE, "of a double > 0", exact=False),
    "log1p": Primitive(DOUBLE, "ln(1 + x) of a double > -1, also right for small x", exact=False),
    "exp": Primitive(DOUBLE, "may overflow: `finite` stands around it", exact=False),
    "power": Primitive(DOUBLE, "x to the y; may be NaN or infinite: `finite` stands around it", exact=False),
    "sin": Primitive(DOUBLE, "of radians", exact=False),
    "cos": Primitive(DOUBLE, "of radians", exact=False),
    "tan": Primitive(DOUBLE, "of radians", exact=False),
    "asin": Primitive(DOUBLE, "of -1..1", exact=False),
    "acos": Primitive(DOUBLE, "of -1..1", exact=False),
    "atan2": Primitive(DOUBLE, "angle of (y, x)", exact=False),
    # casts
    "int_to_double": Primitive(DOUBLE, "nearest double"),
    "double_to_int": Primitive(INT, "towards zero; null outside int64", nulls="more"),
    "boolean_to_int": Primitive(INT, "true 1, false 0", interval=(0, 1)),
    "int_to_string": Primitive(STRING, "decimal digits, `-` before a negative"),
    "string_to_int": Primitive(INT, "by the number grammar of sources.text; null if it does not fit", nulls="more"),
    "string_to_double": Primitive(DOUBLE, "by the number grammar of sources.text; null if it does not fit", nulls="more"),
    "string_to_boolean": Primitive(BOOLEAN, "true false 1 0 in any case; else null", nulls="more"),
    "string_to_date": Primitive(DATE, "ISO 8601 date; else null", nulls="more"),
    "string_to_timestamp": Primitive(TIMESTAMP, "ISO 8601, offsets turned into UTC; else null", nulls="more"),
    "timestamp_to_date": Primitive(DATE, "its day"),
    "date_to_timestamp": Primitive(TIMESTAMP, "its midnight"),
    # strings; characters are code points, counted from 1
    "lower": Primitive(STRING, "A-Z become a-z, nothing else changes"),
    "upper": Primitive(STRING, "a-z become A-Z, nothing else changes"),
    "trim": Primitive(STRING, "without the blanks (U+0020) at both ends"),
    "length": Primitive(INT, "number of characters", interval=(0, 2**31 - 1)),
    "substring": Primitive(STRING, "(s, from, n): the characters at positions from .. from+n-1 that exist; n < 1 gives ''"),
    "concat": Primitive(STRING, "all, one behind the other"),
    "replace": Primitive(STRING, "(s, a, b): each a becomes b, from the left; an empty a changes nothing"),
    "starts_with": Primitive(BOOLEAN, "(s, t)"),
    "ends_with": Primitive(BOOLEAN, "(s, t)"),
    "contains": Primitive(BOOLEAN, "(s, t)"),
    "matches": Primitive(BOOLEAN, "the whole string matches the regular expression, a string literal in which . stands for any character"),
    # time
    "year": Primitive(INT, "of a date or timestamp", interval=(1, 9999)),
    "month": Primitive(INT, "1..12", interval=(1, 12)),
    "day": Primitive(INT, "1..31", interval=(1, 31)),
    "hour": Primitive(INT, "0..23; a date has 0", interval=(0, 23)),
    "minute": Primitive(INT, "0..59; a date has 0", interval=(0, 59)),
    "second": Primitive(INT, "0..59, whole; a date has 0", interval=(0, 59)),
    "weekday": Primitive(INT, "Monday 1 ... Sunday 7", interval=(1, 7)),
    "iso_week": Primitive(INT, "1..53", interval=(1, 53)),
    "day_of_year": Primitive(INT, "1..366", interval=(1, 366)),
    "make_date": Primitive(DATE, "(year, month, day); null if there is no such day in years 1..9999", nulls="more"),
    "add_microseconds": Primitive(TIMESTAMP, "(timestamp, int); null outside years 1..9999", nulls="more"),
    "add_days": Primitive(DATE, "(date, int); null outside years 1..9999", nulls="more"),
    "add_months": Primitive(_first, "(date or timestamp, int): the same day, or the last of a shorter month; null outside years 1..9999", nulls="more"),
    "microseconds_between": Primitive(INT, "(a, b): b - a of two timestamps"),
    "truncate_time": Primitive(lambda arguments: arguments[1].type, "(unit, t): unit is a literal of minute hour day week month quarter year; weeks begin on Monday"),
    # hashing
    "hash_share": Primitive(DOUBLE, "(salt, keys...): (h >>> 11) * 2**-53 with h = XXH64 seed 42, chained; null keys are skipped", nulls="never"),
    "hash_low": Primitive(INT, "the low 32 bits of h over all arguments, as 0..2**32-1", nulls="never", interval=(0, 2**32 - 1)),
    "hash_high": Primitive(INT, "the high 32 bits of h over all arguments, as 0..2**32-1", nulls="never", interval=(0, 2**32 - 1)),
}


AGGREGATES: dict[str, str] = {
    "count_rows": "rows; 0 for none",
    "count": "rows where it is not null; 0 for none",
    "count_distinct": "distinct values that are not null; 0 for none",
    "sum": "of ints: int, null on overflow; of doubles: double, null if not finite; null without a value",
    "avg": "double; null without a value",
    "min": "null without a value; strings by code point, false < true",
    "max": "null without a value; strings by code point, false < true",
    "stddev": "sample standard deviation (n - 1); null for fewer than two values",
    "variance": "sample variance (n - 1); null for fewer than two values",
    "first": "the value of the first row in the order, null included",
    "last": "the value of the last row in the order, null included",
}
"""Aggregate functions of the relations Aggregate, Window and AsOfJoin; each takes columns, not expressions."""

WINDOW_FUNCTIONS: dict[str, str] = {
    "lag": "(x, n literal): the value n rows before in the order; null if there is none",
    "row_number": "1, 2, ... in the order",
    "rank": "1 + the rows before with smaller values of the order; ties are equal, gaps follow",
    "dense_rank": "as rank, without gaps",
}
"""Functions of Window alone; they ignore its frame."""


def fact_of_primitive(name: str, arguments: Sequence[Fact]) -> Fact:
    """Return what is known of a primitive's result from what is known of its arguments."""
    primitive = PRIMITIVES[name]
    result = primitive.result if isinstance(primitive.result, Type) else primitive.result(arguments)
    nullable = {
        "any": any(each.nullable for each in arguments),
        "never": False,
        "all": all(each.nullable for each in arguments),
        "more": True,
    }[primitive.nulls]
    exact = primitive.exact and all(each.exact for each in arguments)
    interval = primitive.interval
    if name in ("coalesce", "greatest", "least") and all(each.interval for each in arguments):
        bounds = [each.interval for each in arguments if each.interval]
        interval = (min(low for low, _ in bounds), max(high for _, high in bounds))
    return Fact(result, nullable, exact, interval)
