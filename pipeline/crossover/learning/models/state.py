"""The fitted state of a preparation: all numbers that training rows gave, and nothing else.

It is part of the portable model, so this file needs neither NumPy nor pyarrow. Columns of a prepared table are
called after what they hold (`__value_distance`, `__mean_route`), so each encoding of a column has its own; `names` are
for people (`distance`, `carrier=UA`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from crossover import SEMANTICS
from crossover.core.errors import DataError

FOLDS = 5
"""Parts into which training rows fall for `label_mean`; a row learns from the other four."""
EVERY_FOLD = -1
"""Stands for rows that are not training rows: they learn from all folds."""


@dataclass(frozen=True)
class Number:
    """A numeric input: clipped, imputed, log1p, then (x - centre) / spread if `scale`. Booleans are 0 and 1.

    Without `scale`, `centre` and `spread` are the mean and sample standard deviation of the training rows so far
    prepared. A column without spread has spread 0, and is 0 when scaled.
    """

    column: str
    type: str
    impute: float | None
    flag_missing: bool
    scale: str | None
    centre: float
    spread: float
    clip: tuple[float, float] | None = None
    log: bool = False

    @property
    def dense(self) -> tuple[str, ...]:
        flag = (f"__missing_{self.column}",) if self.flag_missing else ()
        return (f"__value_{self.column}", *flag)

    @property
    def names(self) -> tuple[str, ...]:
        return (self.column, f"{self.column} is missing") if self.flag_missing else (self.column,)

    def number(self, value: float | None) -> float | None:
        """Return a value as the model sees it; None where it cannot: a null that nothing imputes, log1p of x <= -1."""
        if value is not None and self.clip:
            value = min(max(value, self.clip[0]), self.clip[1])
        value = self.impute if value is None else value
        if value is None:
            return None
        if self.log:
            if value <= -1:
                return None
            value = math.log1p(value)
        return scaled_number(self, value)

    def original(self, value: float) -> float:
        """Return a number in the model's units in those of the column."""
        value = original_number(self, value)
        return math.expm1(value) if self.log else value


@dataclass(frozen=True)
class OneHot:
    """A category as codes: the place among `values` (in order), or len(values) for all others and null."""

    column: str
    type: str
    values: tuple[str | int, ...]

    @property
    def code(self) -> str:
        return f"__code_{self.column}"

    @property
    def width(self) -> int:
        return len(self.values) + 1

    @property
    def names(self) -> tuple[str, ...]:
        shown = [("false", "true")[int(value)] if self.type == "boolean" else value for value in self.values]
        return tuple(f"{self.column}={value}" for value in (*shown, "other"))


@dataclass(frozen=True)
class LabelMean:
    """A category as the smoothed mean of the label, from counts by fold of the training rows.

    `rows` and `positives` (sums of the label: of 0 and 1 a count) have, for each of `values`, FOLDS numbers; `all_rows`
    and `all_positives` are those of all training rows, null values among them.
    """

    column: str
    type: str
    smooth: float
    key: tuple[str, ...]
    values: tuple[str | int, ...]
    rows: tuple[tuple[int, ...], ...]
    positives: tuple[tuple[float, ...], ...]
    all_rows: tuple[int, ...]
    all_positives: tuple[float, ...]

    @property
    def dense(self) -> tuple[str, ...]:
        return (f"__mean_{self.column}",)

    @property
    def names(self) -> tuple[str, ...]:
        return (f"label mean of {self.column}",)

    @property
    def numbers(self) -> tuple[float, ...]:
        """The mean of each of `values` over all training rows, then the prior."""
        return (*(self.mean(place, EVERY_FOLD) for place in range(len(self.values))), self.prior(EVERY_FOLD))

    def prior(self, fold: int) -> float:
        """Return the mean label of all training rows outside a fold."""
        rows, positives = _outside(self.all_rows, fold), _outside(self.all_positives, fold)
        # a fold can hold all rows of a tiny table; then there is no other row to learn from
        return positives / rows if rows else sum(self.all_positives) / sum(self.all_rows)

    def mean(self, place: int, fold: int) -> float:
        """Return (sum + smooth * prior) / (n + smooth) of the value at a place, from training rows outside a fold."""
        rows, positives = _outside(self.rows[place], fold), _outside(self.positives[place], fold)
        if rows + self.smooth == 0:
            return self.prior(fold)
        return (positives + self.smooth * self.prior(fold)) / (rows + self.smooth)


@dataclass(frozen=True)
class Ordinal:
    """A category as its place among `values` (in order), -1 for all others and null; then scaled."""

    column: str
    type: str
    values: tuple[str | int, ...]
    scale: str | None
    centre: float
    spread: float

    @property
    def dense(self) -> tuple[str, ...]:
        return (f"__ordinal_{self.column}",)

    @property
    def names(self) -> tuple[str, ...]:
        return (f"ordinal of {self.column}",)

    @property
    def numbers(self) -> tuple[float, ...]:
        """The number of each of `values`, then that of all others."""
        return tuple(scaled_number(self, float(place)) for place in (*range(len(self.values)), -1))

    def original(self, value: float) -> float:
        return original_number(self, value)


@dataclass(frozen=True)
class Frequency:
    """A category as its share of the training rows, 0 for values they do not have and null; then scaled."""

    column: str
    type: str
    values: tuple[str | int, ...]
    shares: tuple[float, ...]
    scale: str | None
    centre: float
    spread: float

    @property
    def dense(self) -> tuple[str, ...]:
        return (f"__frequency_{self.column}",)

    @property
    def names(self) -> tuple[str, ...]:
        return (f"frequency of {self.column}",)

    @property
    def numbers(self) -> tuple[float, ...]:
        """The number of each of `values`, then that of all others."""
        return tuple(scaled_number(self, share) for share in (*self.shares, 0.0))

    def original(self, value: float) -> float:
        return original_number(self, value)


def scaled_number(fitted: Number | Ordinal | Frequency, value: float) -> float:
    """Return (x - centre) / spread if the input is scaled."""
    if fitted.scale is None:
        return value
    return (value - fitted.centre) / fitted.spread if fitted.spread else 0.0


def original_number(fitted: Number | Ordinal | Frequency, value: float) -> float:
    """Return centre + x * spread if the input is scaled."""
    return value if fitted.scale is None else fitted.centre + value * fitted.spread


def _outside(counts: tuple[float, ...], fold: int) -> float:
    return sum(counts) - (counts[fold] if fold != EVERY_FOLD else 0)


Numbered = Ordinal | Frequency
"""A category as one number for each value, the same in all rows."""
Fitted = Number | OneHot | LabelMean | Ordinal | Frequency
KINDS: dict[str, type[Fitted]] = {
    "number": Number, "one_hot": OneHot, "label_mean": LabelMean, "ordinal": Ordinal, "frequency": Frequency,
}  # fmt: skip
"""How an input is encoded, and its state. A column may be an input once in each way."""


@dataclass(frozen=True)
class Preparation:
    """What was fitted for each input, in the order of the document, and how many training rows gave it."""

    fitted: tuple[Fitted, ...]
    rows: int
    positives: int | None
    warnings: tuple[str, ...] = ()
    semantics: int = SEMANTICS

    @property
    def dense(self) -> tuple[str, ...]:
        """Columns of the dense block of the prepared table."""
        return tuple(name for each in self.fitted if not isinstance(each, OneHot) for name in each.dense)

    @property
    def one_hot(self) -> tuple[OneHot, ...]:
        """The code blocks, which follow the dense ones."""
        return tuple(each for each in self.fitted if isinstance(each, OneHot))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the prepared columns for people, in the order of the coefficients."""
        dense = [name for each in self.fitted if not isinstance(each, OneHot) for name in each.names]
        return (*dense, *(name for each in self.one_hot for name in each.names))

    def to_json(self) -> dict[str, Any]:
        """Return JSON values; `from_json` gives an equal state, to the last bit."""
        kinds = {state: kind for kind, state in KINDS.items()}
        return {
            "semantics": self.semantics,
            "rows": self.rows,
            "positives": self.positives,
            "warnings": list(self.warnings),
            "inputs": [{"kind": kinds[type(each)], **asdict(each)} for each in self.fitted],
        }

    @staticmethod
    def from_json(values: Mapping[str, Any]) -> Preparation:
        """Return the state. Raises DataError if another version of the meaning wrote it."""
        if values["semantics"] != SEMANTICS:
            raise DataError(
                f"this preparation has semantics {values['semantics']}; this version of Crossover computes semantics {SEMANTICS}",
                notes=["train the model again, or score it with the version that trained it"],
            )
        fitted = tuple(_fitted_from_json(dict(each)) for each in values["inputs"])
        return Preparation(fitted, values["rows"], values["positives"], tuple(values["warnings"]), values["semantics"])


def _fitted_from_json(values: dict[str, Any]) -> Fitted:
    kind = KINDS[values.pop("kind")]
    fitted: Fitted = kind(**{name: _tuples(value) for name, value in values.items()})
    return fitted


def _tuples(value: Any) -> Any:
    return tuple(_tuples(each) for each in value) if isinstance(value, list | tuple) else value
