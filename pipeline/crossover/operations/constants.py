"""Constants that stand beside a step, not in an expression: what `fill`, `cross` and `pivot` list."""

from __future__ import annotations

from datetime import date, datetime
from math import isfinite
from typing import Any

from crossover.language.tree import Literal, Value, literal
from crossover.language.types import BOOLEAN, DATE, DOUBLE, INT, INT_MAX, INT_MIN, NULL, STRING, TIMESTAMP, Type
from crossover.operations.context import Context
from crossover.operations.table import Path

EXPECTED = {
    BOOLEAN: "true or false",
    INT: "a whole number",
    DOUBLE: "a number",
    STRING: "a text; put a number or true in quotes",
    DATE: 'a date, as "2011-09-01"',
    TIMESTAMP: 'a timestamp, as "2011-09-01 10:00:00"',
}


def constant(context: Context, where: Path, value: Any, type_: Type, what: str) -> Literal:
    """Return a constant of a type; refuse another one. `what` says whose it is: `day` is date."""
    found = _of_type(value, type_)
    if found is None:
        raise context.refuse(where, "type", f"{what}, and {_shown(value)} is not: expected {EXPECTED[type_]}")
    return Literal(found, type_)


def type_of(value: Any) -> Type | None:
    """Return the type that a constant has by itself; None for what is no constant."""
    try:
        type_ = literal(value).type
    except TypeError:
        return None
    return None if type_ == NULL else type_


def _of_type(value: Any, type_: Type) -> Value:
    """The value; None if it is not of the type."""
    if type_ == DOUBLE and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type_ == INT:
        return value if type_of(value) == INT and INT_MIN <= value <= INT_MAX else None
    if type_ in (DATE, TIMESTAMP):
        return _moment(value, type_)
    fits = type_of(value) == type_ and (type_ != DOUBLE or isfinite(value))
    return value if fits else None


def _moment(value: Any, type_: Type) -> date | datetime | None:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value) if type_ == TIMESTAMP else date.fromisoformat(value)
        except ValueError:
            return None
    if type_ == TIMESTAMP and type(value) is date:
        value = datetime(value.year, value.month, value.day)
    fits = isinstance(value, datetime) and value.tzinfo is None if type_ == TIMESTAMP else type(value) is date
    return value if fits else None


def _shown(value: Any) -> str:
    if isinstance(value, tuple | list):
        return "a list"
    if isinstance(value, dict):
        return "a mapping"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"
