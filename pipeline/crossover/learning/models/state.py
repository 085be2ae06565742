"""The fitted state of a preparation: all numbers that training rows gave, and nothing else.

It is part of the portable model, so this file needs neither NumPy nor pyarrow. Columns of a prepared table are
called after what they hold (`__value_distance`); `names` are for people (`distance`, `carrier=UA`).
"""

from __future__ import annotations

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
    """A numeric input: imputed, then (x - mean) / deviation if `scaled`. Booleans are 0 and 1.

    `mean` and the sample `deviation` are those of the imputed training rows, whether or not they are used for
    scaling; a column without spread has deviation 0, and is 0 when scaled.
    """

    column: str
    type: str
    impute: float | None
    flag_missing: bool
    scaled: bool
    mean: float
    deviation: float

    @property
    def dense(self) -> tuple[str, ...]:
        flag = (f"__missing_{self.column}",) if self.flag_missing else ()
        return (f"__value_{self.column}", *flag)

    @property
    def names(self) -> tuple[str, ...]:
        return (self.column, f"{self.column} is missing") if self.flag_missing else (self.column,)


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

    `rows` and `positives` have, for each of `values`, FOLDS counts; `all_rows` and `all_positives` are those of
    all training rows, null values among them.
    """

    column: str
    type: str
    smooth: float
    key: tuple[str, ...]
    values: tuple[str | int, ...]
    rows: tuple[tuple[int, ...], ...]
    positives: tuple[tuple[int, ...], ...]
    all_rows: tuple[int, ...]
    all_positives: tuple[int, ...]

    @property
    def dense(self) -> tuple[str, ...]:
        return (f"__mean_{self.column}",)

    @property
    def names(self) -> tuple[str, ...]:
        return (f"label mean of {self.column}",)

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


def _outside(counts: tuple[int, ...], fold: int) -> int:
    return sum(counts) - (counts[fold] if fold != EVERY_FOLD else 0)


Fitted = Number | OneHot | LabelMean


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
        kinds = {Number: "number", OneHot: "one_hot", LabelMean: "label_mean"}
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
    kind = {"number": Number, "one_hot": OneHot, "label_mean": LabelMean}[values.pop("kind")]
    fitted: Fitted = kind(**{name: _tuples(value) for name, value in values.items()})
    return fitted


def _tuples(value: Any) -> Any:
    return tuple(_tuples(each) for each in value) if isinstance(value, list | tuple) else value
