"""Which physical types of Parquet files become which types of the language, and which are refused.

The table is applied to the footers, before any engine starts, and says for each pair how its values are read:
every engine has one line for each Conversion.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import Enum
from typing import Any

from crossover.language.types import BOOLEAN, DATE, DOUBLE, INT, STRING, TIMESTAMP, Type

EXACT_INT = 2**53
"""Every int of at most this magnitude is a double."""
EXACT_DIGITS = 15
"""A decimal of so many digits is the quotient of two doubles that are exact, so its double is the nearest one."""


class Form(Enum):
    """What a column of a file holds."""

    BOOLEAN = "boolean"
    INTEGER = "int"
    UNSIGNED_64 = "uint64"
    FLOATING = "double"
    STRING = "string"
    DATE = "date"
    MILLISECONDS = "timestamp in milliseconds"
    MICROSECONDS = "timestamp in microseconds"
    NANOSECONDS = "timestamp in nanoseconds"
    INT96 = "timestamp as INT96"
    DECIMAL = "decimal"
    NOTHING = "nothing but nulls"


MOMENTS = {Form.MILLISECONDS: 1_000, Form.MICROSECONDS: 1_000_000, Form.NANOSECONDS: 1_000_000_000, Form.INT96: 1_000_000}
"""Timestamps and their ticks in a second. INT96 is read in microseconds; a fraction of one is cut off, downwards."""


@dataclass(frozen=True)
class Physical:
    """How a column is stored."""

    form: Form
    bits: int = 64
    """Of an int or a double."""
    signed: bool = True
    precision: int = 0
    scale: int = 0


class Conversion(Enum):
    """How stored values become values of the language; what does not fit sets its row aside."""

    AS_IS = "the same value in the language's width"
    TEXT = "the text; null if it is one of `nulls`"
    FINITE = "the double; NaN and infinities are null"
    WHOLE = "a double that is whole, as int; NaN and infinities are null; a fraction or one outside int64 does not fit"
    INT_TO_DOUBLE = "an int as double; one beyond 2**53 does not fit"
    UNSIGNED_TO_INT = "an unsigned int of 64 bits; one outside int64 does not fit"
    DECIMAL_TO_DOUBLE = "the nearest double"
    DAY = "a date; one outside years 1..9999 does not fit"
    DAY_TO_MIDNIGHT = "the midnight of a date; a date outside years 1..9999 does not fit"
    MOMENT = "a moment in UTC in microseconds; one outside years 1..9999 does not fit"
    MIDNIGHT_TO_DAY = "a moment that is a midnight in UTC, as date; another does not fit"
    NOTHING = "null"


_TABLE: dict[tuple[Form, Type], Conversion] = {
    (Form.BOOLEAN, BOOLEAN): Conversion.AS_IS,
    (Form.INTEGER, INT): Conversion.AS_IS,
    (Form.INTEGER, DOUBLE): Conversion.INT_TO_DOUBLE,
    (Form.UNSIGNED_64, INT): Conversion.UNSIGNED_TO_INT,
    (Form.FLOATING, DOUBLE): Conversion.FINITE,
    (Form.FLOATING, INT): Conversion.WHOLE,
    (Form.STRING, STRING): Conversion.TEXT,
    (Form.DATE, DATE): Conversion.DAY,
    (Form.DATE, TIMESTAMP): Conversion.DAY_TO_MIDNIGHT,
    (Form.DECIMAL, DOUBLE): Conversion.DECIMAL_TO_DOUBLE,
    **{(form, TIMESTAMP): Conversion.MOMENT for form in MOMENTS},
    **{(form, DATE): Conversion.MIDNIGHT_TO_DAY for form in MOMENTS},
    **{(Form.NOTHING, type_): Conversion.NOTHING for type_ in (BOOLEAN, INT, DOUBLE, STRING, DATE, TIMESTAMP)},
}

_ALWAYS_FIT = frozenset(
    {Conversion.AS_IS, Conversion.TEXT, Conversion.FINITE, Conversion.DECIMAL_TO_DOUBLE, Conversion.NOTHING}
)

_UNITS = {"milliseconds": Form.MILLISECONDS, "microseconds": Form.MICROSECONDS, "nanoseconds": Form.NANOSECONDS}
_PLAIN = {
    "BOOLEAN": Physical(Form.BOOLEAN),
    "INT32": Physical(Form.INTEGER, 32),
    "INT64": Physical(Form.INTEGER, 64),
    "FLOAT": Physical(Form.FLOATING, 32),
    "DOUBLE": Physical(Form.FLOATING, 64),
    "INT96": Physical(Form.INT96),
}
"""Columns whose bytes say all."""


def physical_of(stored: str, logical: str) -> Physical | None:
    """Return how a column is stored, from Parquet's physical type and its logical type as JSON; None if it is not read."""
    meaning: dict[str, Any] = json.loads(logical)
    match meaning["Type"]:
        case "None":
            return _PLAIN.get(stored)
        case "Null":
            return Physical(Form.NOTHING)
        case "String":
            return Physical(Form.STRING)
        case "Date":
            return Physical(Form.DATE)
        case "Timestamp":
            return Physical(_UNITS[meaning["timeUnit"]])
        case "Int":
            form = Form.UNSIGNED_64 if meaning["bitWidth"] == 64 and not meaning["isSigned"] else Form.INTEGER
            return Physical(form, meaning["bitWidth"], meaning["isSigned"])
        case "Decimal":
            return Physical(Form.DECIMAL, precision=meaning["precision"], scale=meaning["scale"])
    return None


def conversion_of(physical: Physical, type_: Type) -> Conversion | None:
    """Return how values so stored are read as a declared type; None if they are not."""
    if physical.form == Form.DECIMAL and (physical.precision > EXACT_DIGITS or not 0 <= physical.scale <= EXACT_DIGITS):
        return None
    return _TABLE.get((physical.form, type_))


def declared_for(physical: Physical) -> list[Type]:
    """Return the types that a column so stored can be declared."""
    return [type_ for type_ in (BOOLEAN, INT, DOUBLE, STRING, DATE, TIMESTAMP) if conversion_of(physical, type_)]


def always_fits(physical: Physical, conversion: Conversion) -> bool:
    """Return whether every value that can be stored so has a value in the language."""
    if conversion == Conversion.INT_TO_DOUBLE:
        return physical.bits < 64
    # 64 bits of nanoseconds reach from 1677 to 2262
    nanoseconds = physical.form == Form.NANOSECONDS and conversion == Conversion.MOMENT
    return conversion in _ALWAYS_FIT or nanoseconds
