"""Texts to typed values: parameters, their defaults, `--set`."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Literal as Choice

from crossover.document.scalars import BOOLEANS, DOUBLE, INTEGER, Scalar, infer
from crossover.language.tree import Value
from crossover.language.types import INT_MAX, INT_MIN

EXPECTED = {
    "boolean": "true or false",
    "int": "a whole number of at most 64 bits",
    "double": "a number",
    "string": "a text",
    "date": "a date as 2011-09-01",
    "timestamp": "a timestamp as 2011-09-01 10:00:00",
}
"""Type -> what its values look like, for messages."""


EMPTY = "a list parameter has at least one value"

_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ].+)?")
"""Python reads more of ISO 8601, such as 2011-W35-4 and 20110901; the readers of files do not."""


class NotOfTypeError(ValueError):
    """A text that is no value of the type asked for."""


def parse(text: str, type_name: str) -> Value:
    """Return the value that a text has as a type; raise NotOfTypeError if it has none."""
    match type_name:
        case "string":
            return str(text)
        case "boolean" if text in BOOLEANS:
            return BOOLEANS[text]
        case "int" if INTEGER.fullmatch(text) and INT_MIN <= int(text) <= INT_MAX:
            return int(text)
        case "double" if DOUBLE.fullmatch(text) and abs(float(text)) != float("inf"):
            return float(text)
        case "date" if len(text) == 10 and _MOMENT.fullmatch(text):
            return _date(text)
        case "timestamp" if _MOMENT.fullmatch(text):
            return _timestamp(text)
        case _:
            raise NotOfTypeError(text)


def type_of(scalar: Scalar) -> Choice["boolean", "int", "double", "string"]:
    """Return the type that a plain literal has by itself: boolean, int, double or string."""
    match infer(scalar):
        case bool():
            return "boolean"
        case int():
            return "int"
        case float():
            return "double"
        case _:
            return "string"


def as_text(value: Value) -> str:
    """Return a value as it stands in a path: a date as 2011-09-01, a boolean as true or false."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def as_setting(value: Value | tuple[Value, ...]) -> str:
    """Return a value as `--set` takes it: a list with commas."""
    return ",".join(as_text(each) for each in value) if isinstance(value, tuple) else as_text(value)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise NotOfTypeError(text) from error


def _timestamp(text: str) -> datetime:
    """ISO 8601 with `T` or a blank; an offset is turned into UTC, a date alone is its midnight."""
    try:
        value = datetime.fromisoformat(text)
    except ValueError as error:
        raise NotOfTypeError(text) from error
    return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
