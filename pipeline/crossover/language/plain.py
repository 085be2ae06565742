"""Lowered expressions on one row, in plain Python: what a process computes that has no engine.

The meaning of each primitive is written in `primitives`; the golden answers that check the engines check this table.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from crossover.core.hash_value import chained_hash
from crossover.language.plain_times import TIMES
from crossover.language.tree import Call, Case, Column, Expression, Literal
from crossover.language.types import INT_MAX, INT_MIN

Row = Mapping[str, Any]
Evaluate = Callable[[Row], Any]

_INT = re.compile(r"[ \t]*([+-]?[0-9]+)(\.0*)?[ \t]*")
_DOUBLE = re.compile(r"[ \t]*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?[ \t]*")
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_UPPER, _LOWER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"
_TO_LOWER, _TO_UPPER = str.maketrans(_UPPER, _LOWER), str.maketrans(_LOWER, _UPPER)
_LOW_HALF = 2**32 - 1


def evaluator(expression: Expression) -> Evaluate:
    """Return a function from a row (null is None) to the value of a lowered expression."""
    match expression:
        case Literal(value=value):
            return lambda row: value
        case Column(name=name):
            return operator.itemgetter(name)
        case Case(branches=branches, otherwise=otherwise):
            return _case([(evaluator(condition), evaluator(value)) for condition, value in branches], evaluator(otherwise))
        case Call(function=function, arguments=arguments):
            parts = [evaluator(each) for each in arguments]
            return _with_nulls(WITH_NULLS[function], parts) if function in WITH_NULLS else _without(WITHOUT_NULLS[function], parts)
    raise AssertionError(f"not lowered: {expression}")


def _case(branches: list[tuple[Evaluate, Evaluate]], otherwise: Evaluate) -> Evaluate:
    def evaluate(row: Row) -> Any:
        for condition, value in branches:
            if condition(row):
                return value(row)
        return otherwise(row)

    return evaluate


def _with_nulls(function: Callable[..., Any], parts: list[Evaluate]) -> Evaluate:
    return lambda row: function(*[part(row) for part in parts])


def _without(function: Callable[..., Any], parts: list[Evaluate]) -> Evaluate:
    """One and two arguments, which nearly all have, need no list."""
    if len(parts) == 1:
        (only,) = parts

        def of_one(row: Row) -> Any:
            value = only(row)
            return None if value is None else function(value)

        return of_one
    if len(parts) == 2:
        first, second = parts

        def of_two(row: Row) -> Any:
            left, right = first(row), second(row)
            return None if left is None or right is None else function(left, right)

        return of_two

    def of_several(row: Row) -> Any:
        values = [part(row) for part in parts]
        return None if None in values else function(*values)

    return of_several


def _and(x: bool | None, y: bool | None) -> bool | None:
    if x is False or y is False:
        return False
    return None if x is None or y is None else True


def _or(x: bool | None, y: bool | None) -> bool | None:
    if x is True or y is True:
        return True
    return None if x is None or y is None else False


def _int64(value: int) -> int | None:
    return value if INT_MIN <= value <= INT_MAX else None


def _modulo(x: Any, y: Any) -> Any:
    """Sign of the dividend."""
    return math.fmod(x, y) if isinstance(x, float) else abs(x) % abs(y) * (-1 if x < 0 else 1)


def _whole(function: Callable[[float], int]) -> Callable[[float], float]:
    """A whole number as double, its sign kept; what is not finite stays, as `finite` stands around it."""
    return lambda x: math.copysign(float(function(x)), x) if math.isfinite(x) else x


def _half_away(x: float) -> float:
    if not math.isfinite(x):
        return x
    towards_zero = float(math.trunc(x))
    return towards_zero + math.copysign(1.0, x) if abs(x - towards_zero) >= 0.5 else math.copysign(towards_zero, x)


def _exp(x: float) -> float:
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


def _power(x: float, y: float) -> float:
    """IEEE 754's pow, where Python raises."""
    try:
        return math.pow(x, y)
    except OverflowError:
        return math.copysign(math.inf, x) if y % 2 == 1 else math.inf
    except ValueError:
        return math.inf if x == 0 else math.nan


def _to_int(x: float) -> int | None:
    return _int64(math.trunc(x)) if math.isfinite(x) else None


def _parse_int(text: str) -> int | None:
    found = _INT.fullmatch(text)
    return _int64(int(found[1])) if found else None


def _parse_double(text: str) -> float | None:
    value = float(text) if _DOUBLE.fullmatch(text) else math.inf
    return value if math.isfinite(value) else None


def _substring(text: str, first: int, count: int) -> str:
    end = first + count - 1
    return text[max(first, 1) - 1 : end] if count > 0 and end > 0 else ""


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.DOTALL)


WITH_NULLS: dict[str, Callable[..., Any]] = {
    "and": _and,
    "or": _or,
    "is_null": lambda x: x is None,
    "coalesce": lambda *values: next((each for each in values if each is not None), None),
    "greatest": lambda *values: max((each for each in values if each is not None), default=None),
    "least": lambda *values: min((each for each in values if each is not None), default=None),
    "hash_share": lambda *values: (chained_hash(values) >> 11) * 2.0**-53,
    "hash_low": lambda *values: chained_hash(values) & _LOW_HALF,
    "hash_high": lambda *values: chained_hash(values) >> 32,
}
"""Primitives that are also called with nulls."""

WITHOUT_NULLS: dict[str, Callable[..., Any]] = {
    "not": operator.not_,
    "equal": operator.eq,
    "less": operator.lt,
    "less_equal": operator.le,
    "in": lambda x, *values: x in values,
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "modulo": _modulo,
    "checked_add": lambda x, y: _int64(x + y),
    "checked_subtract": lambda x, y: _int64(x - y),
    "checked_multiply": lambda x, y: _int64(x * y),
    "nonzero": lambda x: x if x != 0 else None,
    "positive": lambda x: x if x > 0 else None,
    "non_negative": lambda x: x if x >= 0 else None,
    "unit_interval": lambda x: x if -1 <= x <= 1 else None,
    "finite": lambda x: x if math.isfinite(x) else None,
    "absolute": abs,
    "floor": _whole(math.floor),
    "ceiling": _whole(math.ceil),
    "round_half_away": _half_away,
    "sqrt": math.sqrt,
    "ln": math.log,
    "log10": math.log10,
    "log2": math.log2,
    "log1p": math.log1p,
    "exp": _exp,
    "power": _power,
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "asin": math.asin,
    "acos": math.acos,
    "atan2": math.atan2,
    "int_to_double": float,
    "double_to_int": _to_int,
    "boolean_to_int": int,
    "int_to_string": str,
    "string_to_int": _parse_int,
    "string_to_double": _parse_double,
    "string_to_boolean": lambda text: _BOOLEANS.get(text.strip(" \t").translate(_TO_LOWER)),
    "lower": lambda text: text.translate(_TO_LOWER),
    "upper": lambda text: text.translate(_TO_UPPER),
    "trim": lambda text: text.strip(" "),
    "length": len,
    "substring": _substring,
    "concat": lambda *parts: "".join(parts),
    "replace": lambda text, old, new: text.replace(old, new) if old else text,
    "starts_with": str.startswith,
    "ends_with": str.endswith,
    "contains": operator.contains,
    "matches": lambda text, pattern: _pattern(pattern).fullmatch(text) is not None,
    **TIMES,
}
"""Primitives that are null where an argument is."""
