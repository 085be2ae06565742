"""What a comparison finds: a difference, and the verdict on one part of an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Difference:
    """Two values that are not the same, and where they stand."""

    what: str
    """Of what kind: schema, rows, row, null, value, gradient, input."""
    column: str | None
    key: Mapping[str, Any]
    """The row, by its key (without one: by its exact columns); empty where no row is meant."""
    values: Mapping[str, Any]
    """Engine and its value."""
    absolute: float | None = None
    allowed: float | None = None
    """None where the size is not judged, as that of coefficients."""

    def __str__(self) -> str:
        where = f"column {self.column}, " if self.column else ""
        row = f"{show_key(self.key)}, " if self.key else ""
        values = ", ".join(f"{engine} {show_value(value)}" for engine, value in self.values.items())
        size = "" if self.absolute is None or self.allowed is None else f" (differ by {self.absolute:.3g}, allowed {self.allowed:.3g})"
        return f"{self.what}: {where}{row}{values}{size}"


@dataclass(frozen=True)
class Inexact:
    """The verdict on an inexact column, or on an array of a model's weights."""

    column: str
    tolerance: str
    """What is allowed, in words; empty where the size of a difference is not judged."""
    differences: int
    """Cells that differ by more than is allowed."""
    largest: Difference | None
    """The largest difference, measured against what is allowed, and its row; None where no two cells differ."""


@dataclass(frozen=True)
class NearThreshold:
    """Rows whose prediction the last digits of a probability could turn round."""

    threshold: float
    within: float
    """How near a probability of either side is to the threshold."""
    rows: int
    turned: int
    """Rows of them whose predictions differ: they count as differences."""


@dataclass(frozen=True)
class Proof:
    """A fact that proves an optimum, such as the gradient norm, of both answers."""

    name: str
    allowed: float
    values: Mapping[str, float]
    """Engine and what it found."""


@dataclass(frozen=True)
class Part:
    """The verdict on one table, fitted state, model or set of metrics, between two engines."""

    name: str
    engines: tuple[str, str]
    same: bool
    rows: int | None = None
    columns: int | None = None
    exact_columns: int | None = None
    differences: int = 0
    """Cells or numbers that differ, or rows that one side lacks."""
    first: Difference | None = None
    largest: Difference | None = None
    """The largest difference that is allowed or not, measured against what is allowed."""
    checksums: Mapping[str, tuple[int, int, int]] = field(default_factory=dict)
    """Engine: count, sum of the low and sum of the high 32 bits of the row hashes of the exact columns."""
    key: tuple[str, ...] = ()
    """The columns that rows are matched by: the table's key, or without one all exact columns."""
    inexact: tuple[Inexact, ...] = ()
    near: NearThreshold | None = None
    proofs: tuple[Proof, ...] = ()


def first_difference(shown: Mapping[str, Any]) -> str:
    """Return the part that differs first and its first difference, from the `first_difference` of a certificate's JSON."""
    first = dict(shown)
    return f"{first.pop('part')}: {Difference(**first)}"


def show_key(key: Mapping[str, Any]) -> str:
    """Return `carrier=UA flight=1545`."""
    return " ".join(f"{column}={show_value(value)}" for column, value in key.items())


def show_value(value: Any) -> str:
    """Return a value as it stands in a message: null, text as it is and bounded, all digits of a number."""
    if value is None:
        return "null"
    text = repr(value) if isinstance(value, float) else str(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
