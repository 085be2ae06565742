"""What a user's expression means, from LANGUAGE 10, without primitives or guards: the judge of the lowering.

Values travel with their type, as an int beside a double becomes a double, and a date beside a timestamp its midnight.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from crossover.language.tree import Call, Case, Column, Expression, Literal, Parameter
from crossover.language.types import Schema
from tests.engines.conformance import reference
from tests.engines.conformance.reference import MICROSECOND, at_midnight, half_away, plus, remainder, within_int64

Typed = tuple[str, Any]
NULLS = ("null", None)
TYPE_OF = {bool: "boolean", int: "int", float: "double", str: "string", datetime: "timestamp"}


def typed(value: Any) -> Typed:
    return NULLS if value is None else (TYPE_OF.get(type(value), "date"), value)


def common(types: Sequence[str]) -> str:
    """The type of values that stand beside each other."""
    known = set(types) - {"null"}
    if len(known) <= 1:
        return known.pop() if known else "null"
    return "double" if known == {"int", "double"} else "timestamp"


def become(type_: str, value: Any) -> Any:
    if value is None:
        return None
    return float(value) if type_ == "double" else at_midnight(value) if type_ == "timestamp" else value


def number(value: Any) -> Any:
    """Null where a double is not finite, or an int leaves 64 bits."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return within_int64(value)


def arithmetic(operate: Callable[[Any, Any], Any]) -> Callable[..., Typed]:
    def apply(*arguments: Typed) -> Typed:
        type_ = common([kind for kind, _ in arguments])
        x, y = (become(type_, value) for _, value in arguments)
        return type_, None if x is None or y is None else number(operate(x, y))

    return apply


def compared(operate: Callable[[Any, Any], bool]) -> Callable[..., Typed]:
    def apply(*arguments: Typed) -> Typed:
        type_ = common([kind for kind, _ in arguments])
        x, y = (become(type_, value) for _, value in arguments)
        return "boolean", None if x is None or y is None else operate(x, y)

    return apply


def chosen(choose: Callable[[list[Any]], Any]) -> Callable[..., Typed]:
    """A function of values of one common type, nulls among them."""

    def apply(*arguments: Typed) -> Typed:
        type_ = common([kind for kind, _ in arguments])
        return type_, choose([become(type_, value) for _, value in arguments])

    return apply


def strict(result: str, operate: Callable[..., Any], *wanted: str) -> Callable[..., Typed]:
    """A function that is null for any null argument; `wanted` types are made of ints and dates."""

    def apply(*arguments: Typed) -> Typed:
        values = [become(kind, value) for kind, (_, value) in zip(wanted or [""] * len(arguments), arguments, strict=True)]
        return result, None if None in values else operate(*values)

    return apply


def same_type(operate: Callable[..., Any], place: int = 0) -> Callable[..., Typed]:
    def apply(*arguments: Typed) -> Typed:
        values = [value for _, value in arguments]
        return arguments[place][0], None if None in values else operate(*values)

    return apply


def of_double(
    operate: Callable[..., float], domain: Callable[..., bool] = lambda *x: True, count: int = 1
) -> Callable[..., Typed]:
    return strict("double", lambda *x: number(operate(*x)) if domain(*x) else None, *["double"] * count)


def divided(x: Typed, y: Typed) -> Typed:
    if x[1] is None or y[1] is None or y[1] == 0:
        return "double", None
    return "double", number(float(x[1]) / float(y[1]))


def listed(operand: Typed, *values: Typed) -> Typed:
    type_ = common([operand[0], *(kind for kind, _ in values)])
    among = [become(type_, value) for _, value in values]
    if operand[1] is None:
        return "boolean", None
    found = become(type_, operand[1]) in [value for value in among if value is not None]
    return "boolean", True if found else None if None in among else False


def both(*conditions: Typed) -> Typed:
    return "boolean", reference.kleene_and(conditions[0][1], conditions[1][1])


def rounded(x: Any, digits: int = 0) -> Any:
    """Half away from zero in decimal digits; a double of 2**52 or more has no fraction."""
    if isinstance(x, int) or abs(x) >= 2.0**52:
        return x
    return half_away(x * 10.0**digits) / 10.0**digits


def like(text: str, pattern: str) -> bool:
    parts = {"%": ".*", "_": "."}
    return re.fullmatch("".join(parts.get(each, re.escape(each)) for each in pattern), text, re.DOTALL) is not None


def add_minutes(t: Any, minutes: Any) -> Any:
    if isinstance(minutes, int):
        return plus(at_midnight(t), minutes, timedelta(minutes=1))
    exact = number(minutes * 60_000_000.0)
    return None if exact is None else plus(at_midnight(t), int(half_away(exact)), MICROSECOND)


def elapsed(microseconds: float) -> Callable[..., Any]:
    return lambda a, b: float((b - a) // MICROSECOND) / microseconds


def haversine_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float | None:
    if not all(math.isfinite(x) for x in (lat2 - lat1, lon2 - lon1)):
        return None
    a, b, across, along = (math.radians(x) for x in (lat1, lat2, lat2 - lat1, lon2 - lon1))
    chord = math.sin(across / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(along / 2) ** 2
    return 2 * 6371.0088 * math.asin(math.sqrt(min(chord, 1.0)))


def hash_share(*arguments: Typed) -> Typed:
    return "double", (reference.chained_hash(*(value for _, value in arguments)) >> 11) * 2.0**-53


def negated(operand: Typed) -> Typed:
    return "boolean", None if operand[1] is None else not operand[1]


PARTS = ("year", "month", "day", "hour", "minute", "second", "weekday", "iso_week", "day_of_year")

FUNCTIONS: dict[str, Callable[..., Typed]] = {
    "+": arithmetic(lambda x, y: x + y),
    "-": arithmetic(lambda x, y: x - y),
    "*": arithmetic(lambda x, y: x * y),
    "/": divided,
    "%": arithmetic(lambda x, y: remainder(x, y) if y != 0 else math.nan if isinstance(y, float) else 2**64),
    "minus": lambda x: (x[0], None if x[1] is None else number(-x[1])),
    "=": compared(lambda x, y: x == y),
    "!=": compared(lambda x, y: x != y),
    "<": compared(lambda x, y: x < y),
    "<=": compared(lambda x, y: x <= y),
    ">": compared(lambda x, y: x > y),
    ">=": compared(lambda x, y: x >= y),
    "between": lambda x, low, high: both(compared(lambda a, b: a <= b)(low, x), compared(lambda a, b: a <= b)(x, high)),
    "and": both,
    "or": lambda x, y: ("boolean", reference.kleene_or(x[1], y[1])),
    "not": negated,
    "is null": lambda x: ("boolean", x[1] is None),
    "in": listed,
    "like": strict("boolean", like),
    "coalesce": chosen(lambda values: next((value for value in values if value is not None), None)),
    "greatest": chosen(lambda values: max((value for value in values if value is not None), default=None)),
    "least": chosen(lambda values: min((value for value in values if value is not None), default=None)),
    "nullif": chosen(lambda values: None if values[0] == values[1] else values[0]),
    "abs": same_type(lambda x: number(abs(x))),
    "floor": strict("int", lambda x: within_int64(math.floor(x))),
    "ceil": strict("int", lambda x: within_int64(math.ceil(x))),
    "round": same_type(rounded),
    "sign": strict("int", lambda x: (x > 0) - (x < 0)),
    "ln": of_double(math.log, lambda x: x > 0),
    "log10": of_double(math.log10, lambda x: x > 0),
    "log2": of_double(math.log2, lambda x: x > 0),
    "exp": of_double(reference.ieee_exp),
    "sqrt": of_double(math.sqrt, lambda x: x >= 0),
    "power": of_double(reference.ieee_power, count=2),
    "sin": of_double(math.sin),
    "cos": of_double(math.cos),
    "tan": of_double(math.tan),
    "asin": of_double(math.asin, lambda x: abs(x) <= 1),
    "acos": of_double(math.acos, lambda x: abs(x) <= 1),
    "atan2": of_double(math.atan2, count=2),
    "radians": of_double(math.radians),
    "haversine_km": strict("double", haversine_km, *["double"] * 4),
    "hash_share": hash_share,
    "lower": strict("string", reference.ascii_lower),
    "upper": strict("string", reference.ascii_upper),
    "trim": strict("string", lambda s: s.strip(" ")),
    "length": strict("int", len),
    "substring": strict("string", reference.characters),
    "concat": strict("string", lambda *parts: "".join(parts)),
    "replace": strict("string", reference.replaced),
    "starts_with": strict("boolean", str.startswith),
    "ends_with": strict("boolean", str.endswith),
    "contains": strict("boolean", lambda s, t: t in s),
    **{name: strict("int", reference.WITHOUT_NULLS[name]) for name in PARTS},
    "quarter": strict("int", lambda t: (t.month + 2) // 3),
    "make_date": strict("date", reference.made_date),
    "add_minutes": strict("timestamp", add_minutes),
    "add_days": same_type(lambda t, n: plus(t, n, timedelta(days=1))),
    "add_months": same_type(reference.plus_months),
    "minutes_between": strict("double", elapsed(60e6), "timestamp", "timestamp"),
    "days_between": strict("double", elapsed(86_400e6), "timestamp", "timestamp"),
    "truncate_to": same_type(reference.truncated_time, place=1),
}

CASTS: dict[str, dict[str, Callable[[Any], Any]]] = {
    "int": {"string": reference.parsed_int, "double": reference.truncated, "boolean": int},
    "double": {"string": reference.parsed_double, "int": float, "boolean": float},
    "boolean": {"string": reference.parsed_boolean},
    "string": {"int": str},
    "date": {"string": reference.parsed_date, "timestamp": lambda t: t.date()},
    "timestamp": {"string": reference.parsed_timestamp, "date": at_midnight},
}
"""By the type wanted and the type there is."""


def meaning(expression: Expression, row: dict[str, Any], schema: Schema, parameters: dict[str, Any]) -> Typed:
    """Return the type and the value of a user's expression on one row."""
    match expression:
        case Literal(value=value):
            return typed(value)
        case Parameter(name=name):
            return typed(parameters[name])
        case Column(name=name):
            return str(schema[name].type), row[name]
        case Case(branches=branches, otherwise=otherwise):
            values = [meaning(value, row, schema, parameters) for _, value in branches]
            values.append(meaning(otherwise, row, schema, parameters))
            conditions = [meaning(condition, row, schema, parameters)[1] for condition, _ in branches]
            taken = conditions.index(True) if True in conditions else -1
            type_ = common([kind for kind, _ in values])
            return type_, become(type_, values[taken][1])
        case Call(function="cast", arguments=(operand, Literal(value=wanted))):
            type_, value = meaning(operand, row, schema, parameters)
            return str(wanted), value if value is None or type_ == wanted else CASTS[str(wanted)][type_](value)
        case Call(function="in", arguments=(operand, Parameter(name=name))):
            return listed(meaning(operand, row, schema, parameters), *map(typed, parameters[name]))
        case Call(function=name, arguments=arguments):
            return FUNCTIONS[name](*(meaning(each, row, schema, parameters) for each in arguments))
    raise AssertionError(f"no such expression: {expression}")
