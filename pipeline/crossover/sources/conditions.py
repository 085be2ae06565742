"""The value of a lowered expression for one row, in plain Python: which folders of a source are read.

The table has what a condition on partitions can need; `unsupported` names what it lacks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from crossover.language.tree import Call, Case, Column, Expression, Literal
from crossover.language.types import INT_MAX, INT_MIN
from crossover.sources.cells import Cell


def _int(value: int) -> int | None:
    return value if INT_MIN <= value <= INT_MAX else None


def _add_days(day: date, days: int) -> date | None:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return None


def _make_date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except (ValueError, OverflowError):
        return None


def _remainder(dividend: int, divisor: int) -> int:
    magnitude = abs(dividend) % abs(divisor)
    return -magnitude if dividend < 0 else magnitude


_STRICT: dict[str, Callable[..., Cell]] = {
    "not": lambda x: not x,
    "equal": lambda x, y: x == y,
    "less": lambda x, y: x < y,
    "less_equal": lambda x, y: x <= y,
    "in": lambda x, *among: x in among,
    "add": lambda x, y: x + y,
    "subtract": lambda x, y: x - y,
    "multiply": lambda x, y: x * y,
    "modulo": lambda x, y: _remainder(x, y),
    "checked_add": lambda x, y: _int(x + y),
    "checked_subtract": lambda x, y: _int(x - y),
    "checked_multiply": lambda x, y: _int(x * y),
    "nonzero": lambda x: x or None,
    "int_to_double": float,
    "int_to_string": str,
    "date_to_timestamp": lambda day: datetime(day.year, day.month, day.day),
    "timestamp_to_date": lambda moment: moment.date(),
    "length": len,
    "concat": lambda *texts: "".join(texts),
    "starts_with": lambda text, start: text.startswith(start),
    "ends_with": lambda text, end: text.endswith(end),
    "contains": lambda text, part: part in text,
    "year": lambda day: day.year,
    "month": lambda day: day.month,
    "day": lambda day: day.day,
    "weekday": lambda day: day.isoweekday(),
    "make_date": _make_date,
    "add_days": _add_days,
}
"""Null where any argument is."""


def _and(*values: Cell) -> Cell:
    return False if False in values else None if None in values else True


def _or(*values: Cell) -> Cell:
    return True if True in values else None if None in values else False


def _extreme(choose: Callable[[list[Any]], Any]) -> Callable[..., Cell]:
    def of(*values: Cell) -> Cell:
        known = [each for each in values if each is not None]
        return choose(known) if known else None

    return of


_WITH_NULLS: dict[str, Callable[..., Cell]] = {
    "and": _and,
    "or": _or,
    "is_null": lambda x: x is None,
    "coalesce": lambda *values: next((each for each in values if each is not None), None),
    "greatest": _extreme(max),
    "least": _extreme(min),
}


def unsupported(expression: Expression) -> str | None:
    """Return a primitive of the expression that `value_of` does not have, or None."""
    match expression:
        case Call(function=function, arguments=arguments):
            if function not in _STRICT and function not in _WITH_NULLS:
                return function
            return next((found for each in arguments if (found := unsupported(each))), None)
        case Case(branches=branches, otherwise=otherwise):
            parts = [each for branch in branches for each in branch]
            return next((found for each in (*parts, otherwise) if (found := unsupported(each))), None)
    return None


def value_of(expression: Expression, row: Mapping[str, Cell]) -> Cell:
    """Return the value of a supported expression for the values of its columns."""
    match expression:
        case Column(name=name):
            return row[name]
        case Literal(value=value):
            return value
        case Case(branches=branches, otherwise=otherwise):
            chosen = next((value for condition, value in branches if value_of(condition, row) is True), otherwise)
            return value_of(chosen, row)
        case Call(function=function, arguments=arguments):
            values = [value_of(each, row) for each in arguments]
            if function in _WITH_NULLS:
                return _WITH_NULLS[function](*values)
            return None if None in values else _STRICT[function](*values)
    raise AssertionError("parameters are gone after lowering")
