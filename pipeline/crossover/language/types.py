"""Logical types and what is known about a column or an expression."""

from __future__ import annotations

from dataclasses import dataclass, replace

INT_MIN = -(2**63)
INT_MAX = 2**63 - 1


@dataclass(frozen=True)
class Type:
    """A logical type. `decimal(p, s)` is reserved: it will be a subclass with two more fields."""

    name: str

    def __str__(self) -> str:
        return self.name

    @property
    def numeric(self) -> bool:
        return self.name in ("int", "double")

    @property
    def temporal(self) -> bool:
        return self.name in ("date", "timestamp")


BOOLEAN = Type("boolean")
INT = Type("int")
"""64 bits, signed."""
DOUBLE = Type("double")
"""IEEE 754, always finite: NaN and infinities are null."""
STRING = Type("string")
"""Unicode, compared by code point."""
DATE = Type("date")
TIMESTAMP = Type("timestamp")
"""Microseconds, no zone, UTC."""
NULL = Type("null")
"""The type of a bare `null`, until something beside it says more."""

TYPES = {each.name: each for each in (BOOLEAN, INT, DOUBLE, STRING, DATE, TIMESTAMP)}


@dataclass(frozen=True)
class Fact:
    """What the plan knows of a column.

    `exact` is False for sums, means and scores of doubles and for what derives from them: two engines may
    differ in the last bits. `interval` bounds an int, both ends included, where that is known.
    """

    type: Type
    nullable: bool = True
    exact: bool = True
    interval: tuple[int, int] | None = None

    def with_nulls(self) -> Fact:
        return self if self.nullable else replace(self, nullable=True)


Schema = dict[str, Fact]
"""Columns of a table in order, each with its fact."""
