"""Every primitive of the language as one line of pyspark.sql.functions, right with ANSI mode on and off.

Int is bigint; a literal must be too, for a hash depends on it. NaN and infinities exist only inside a chain of
doubles that `finite` ends.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import reduce

from pyspark.sql import Column, types
from pyspark.sql import functions as F

from crossover.engines.spark.frames import SPARK_TYPES
from crossover.engines.spark.text import finite, in_calendar, parse
from crossover.language import tree
from crossover.language.types import BOOLEAN, DATE, DOUBLE, INT, NULL, TIMESTAMP, Schema, Type
from crossover.relations.schema import fact_of

WITH_ZONE = types.TimestampType()
"""Spark's timestamp in UTC: the functions of microseconds know this one alone."""

CALENDAR_DAYS = 3_652_059
"""Days of the years 1 to 9999: to add more always leaves them."""

A_TO_Z, SMALL = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"


def microseconds(moment: Column) -> Column:
    """Return microseconds since 1970 as bigint."""
    return F.unix_micros(moment.cast(WITH_ZONE))


def from_microseconds(value: Column) -> Column:
    return F.timestamp_micros(value).cast("timestamp_ntz")


def _round(x: Column) -> Column:
    return F.round(x)


def _floor(x: Column) -> Column:
    """Spark's floor of a double is a bigint; beyond 2**53 every double is whole."""
    return F.when(F.abs(x) < 2.0**53, F.floor(x).cast("double")).otherwise(x)


def _ceiling(x: Column) -> Column:
    return F.when(F.abs(x) < 2.0**53, F.ceil(x).cast("double")).otherwise(x)


def _double_to_int(x: Column) -> Column:
    return F.when((x >= -(2.0**63)) & (x < 2.0**63), x.cast("long"))


def _substring(text: Column, start: Column, count: Column) -> Column:
    """Spark counts a start of 0 as 1 and a negative one from the end, and in 32 bits; no sum here leaves 64."""
    largest = _long(2**31 - 1)
    one = _long(1)
    first = F.least(F.greatest(start, one), largest)
    remaining = (F.greatest(count, one) - 1) + F.least(start, one)
    length = F.when(count < 1, _long(0)).otherwise(F.least(F.greatest(remaining, _long(0)), largest))
    # greatest and least skip nulls, so the null of an argument is put back
    return F.when(start.isNotNull() & count.isNotNull(), F.substr(text, first.cast("int"), length.cast("int")))


def _matches(text: Column, pattern: Column) -> Column:
    return F.rlike(text, F.concat(F.lit(r"(?s)\A(?:"), pattern, F.lit(r")\z")))


def _make_date(year: Column, month: Column, day: Column) -> Column:
    """make_date raises for what is no day: so the first of the month, which exists, and then days on."""
    fits = year.between(1, 9999) & month.between(1, 12) & day.between(1, 31)
    first = F.make_date(year.cast("int"), month.cast("int"), F.lit(1))
    candidate = F.date_add(first, (day - 1).cast("int"))
    return F.when(fits, F.when(F.month(candidate) == month, candidate))


def _add_microseconds(moment: Column, count: Column) -> Column:
    low, high = -62_135_596_800_000_000, 253_402_300_799_999_999
    total = F.try_add(microseconds(moment), count)
    return F.when(total.between(low, high), from_microseconds(total))


def _add_days(day: Column, count: Column) -> Column:
    near = F.when(count.between(-CALENDAR_DAYS, CALENDAR_DAYS), count.cast("int"))
    return in_calendar(F.date_add(day, near))


def _add_months(moment: Column, count: Column) -> Column:
    near = F.when(count.between(-120_000, 120_000), count.cast("int"))
    return in_calendar(moment + F.make_ym_interval(F.lit(0), near))


def _long(value: int) -> Column:
    return F.lit(value).cast("long")


def _xxhash(*arguments: Column) -> Column:
    return F.xxhash64(*arguments)


def _extremum(choose: Callable[..., Column]) -> Callable[..., Column]:
    return lambda *arguments: choose(*arguments) if len(arguments) > 1 else arguments[0]


PRIMITIVES: dict[str, Callable[..., Column]] = {
    # logic
    "and": lambda a, b: a & b,
    "or": lambda a, b: a | b,
    "not": lambda a: ~a,
    "is_null": lambda a: a.isNull(),
    "equal": lambda a, b: a == b,
    "less": lambda a, b: a < b,
    "less_equal": lambda a, b: a <= b,
    "in": lambda a, *values: a.isin(*values),
    "coalesce": F.coalesce,
    "greatest": _extremum(F.greatest),
    "least": _extremum(F.least),
    # arithmetic
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "modulo": lambda a, b: a % b,
    "checked_add": F.try_add,
    "checked_subtract": F.try_subtract,
    "checked_multiply": F.try_multiply,
    # guards
    "nonzero": lambda x: F.when(x != 0, x),
    "positive": lambda x: F.when(x > 0, x),
    "non_negative": lambda x: F.when(x >= 0, x),
    "unit_interval": lambda x: F.when(x.between(-1, 1), x),
    "finite": finite,
    # functions of doubles
    "absolute": F.abs,
    "floor": _floor,
    "ceiling": _ceiling,
    "round_half_away": _round,
    "sqrt": F.sqrt,
    "ln": F.log,
    "log10": F.log10,
    "log2": F.log2,
    "log1p": F.log1p,
    "exp": F.exp,
    "power": F.pow,
    "sin": F.sin,
    "cos": F.cos,
    "tan": F.tan,
    "asin": F.asin,
    "acos": F.acos,
    "atan2": F.atan2,
    # casts
    "int_to_double": lambda x: x.cast("double"),
    "double_to_int": _double_to_int,
    "boolean_to_int": lambda x: x.cast("long"),
    "int_to_string": lambda x: x.cast("string"),
    "string_to_int": lambda name: parse(name, INT),
    "string_to_double": lambda name: parse(name, DOUBLE),
    "string_to_boolean": lambda name: parse(name, BOOLEAN),
    "string_to_date": lambda name: parse(name, DATE),
    "string_to_timestamp": lambda name: parse(name, TIMESTAMP),
    "timestamp_to_date": lambda t: t.cast("date"),
    "date_to_timestamp": lambda d: d.cast("timestamp_ntz"),
    # strings
    "lower": lambda s: F.translate(s, A_TO_Z, SMALL),
    "upper": lambda s: F.translate(s, SMALL, A_TO_Z),
    "trim": F.trim,
    "length": lambda s: F.length(s).cast("long"),
    "substring": _substring,
    "concat": F.concat,
    "replace": F.replace,
    "starts_with": F.startswith,
    "ends_with": F.endswith,
    "contains": F.contains,
    "matches": _matches,
    # time
    "year": lambda t: F.year(t).cast("long"),
    "month": lambda t: F.month(t).cast("long"),
    "day": lambda t: F.dayofmonth(t).cast("long"),
    "hour": lambda t: F.hour(t.cast("timestamp_ntz")).cast("long"),
    "minute": lambda t: F.minute(t.cast("timestamp_ntz")).cast("long"),
    "second": lambda t: F.second(t.cast("timestamp_ntz")).cast("long"),
    "weekday": lambda t: (F.weekday(t) + 1).cast("long"),
    "iso_week": lambda t: F.weekofyear(t).cast("long"),
    "day_of_year": lambda t: F.dayofyear(t).cast("long"),
    "make_date": _make_date,
    "add_microseconds": _add_microseconds,
    "add_days": _add_days,
    "add_months": _add_months,
    "microseconds_between": lambda a, b: microseconds(b) - microseconds(a),
    "truncate_time": lambda unit, t: F.date_trunc(unit, t.cast(WITH_ZONE)),
    # hashing
    "hash_share": lambda *keys: F.shiftrightunsigned(_xxhash(*keys), 11).cast("double") * 2.0**-53,
    "hash_low": lambda *keys: _xxhash(*keys).bitwiseAND(_long(0xFFFFFFFF)),
    "hash_high": lambda *keys: F.shiftrightunsigned(_xxhash(*keys), 32),
}
"""A Column for each argument; but `string_to_...` take a column's name, and `truncate_time` its unit as a text."""

BY_NAME = frozenset(name for name in PRIMITIVES if name.startswith("string_to_"))
"""Their argument is a column: `lift` sees to it."""

REPEATING = BY_NAME | {
    "nonzero", "positive", "non_negative", "unit_interval", "finite", "floor", "ceiling", "double_to_int", "substring",
    "make_date", "add_microseconds", "add_days", "add_months",
}  # fmt: skip
"""Their line mentions an argument more than once: nested in each other they would double the plan at each level."""


def compiled(expression: tree.Expression, schema: Schema) -> Column:
    """Return an expression over columns with the facts of `schema` as a Column."""
    match expression:
        case tree.Column(name=name):
            return F.col(name)
        case tree.Literal(value=value, type=type_):
            return literal(value, type_)
        case tree.Call(function="truncate_time", arguments=(tree.Literal(value=unit), moment)):
            truncated = PRIMITIVES["truncate_time"](unit, compiled(moment, schema))
            return truncated.cast(SPARK_TYPES[fact_of(moment, schema).type])
        case tree.Call(function="divide", arguments=(above, tree.Call(function="nonzero", arguments=(below,)))):
            # the guard and the division in one, with each operand mentioned once
            return F.try_divide(compiled(above, schema), compiled(below, schema))
        case tree.Call(function=function, arguments=(tree.Column(name=name),)) if function in BY_NAME:
            return PRIMITIVES[function](name)
        case tree.Call(function=function, arguments=arguments):
            return PRIMITIVES[function](*(compiled(each, schema) for each in arguments))
        case tree.Case(branches=branches, otherwise=otherwise):
            whens = [(compiled(condition, schema), compiled(value, schema)) for condition, value in branches]
            first = F.when(*whens[0])
            return reduce(lambda chain, pair: chain.when(*pair), whens[1:], first).otherwise(compiled(otherwise, schema))
        case tree.Parameter():
            raise AssertionError("parameters are gone after lowering")


def literal(value: tree.Value, type_: Type) -> Column:
    """Return a constant of exactly this type."""
    if value is None:
        return F.lit(None) if type_ == NULL else F.lit(None).cast(SPARK_TYPES[type_])
    if isinstance(value, date | datetime):
        # as text: a datetime would pass through the time zone of the Python process
        return F.lit(value.isoformat()).cast(SPARK_TYPES[type_])
    return _long(int(value)) if type_ == INT else F.lit(value)


