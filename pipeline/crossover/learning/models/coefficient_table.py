"""What a regression's numbers mean: coefficients in the units of the table, and what drives its answer, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp
from typing import Any

import numpy as np

from crossover.learning.models.matrix import Floats
from crossover.learning.models.original_units import Units
from crossover.learning.models.state import Fitted, LabelMean, Number, OneHot, Preparation
from crossover.learning.models.uncertainty import Uncertainty

Row = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Explained:
    """A fitted regression as tables are made from it.

    `coefficients` (d + 1,) and `uncertainty` are the trainer's; what they say of the label is `label_spread` times it,
    and the intercept lies `label_mean` higher. `deviations` are standard deviations of dense columns in the trainer's units.
    `seen` says which coefficients had a row that is not 0 (None: all).
    """

    preparation: Preparation
    units: Units
    coefficients: Floats
    uncertainty: Uncertainty | None
    label: str
    odds: bool
    """Whether scores are log odds of the label; else they are the label."""
    deviations: Mapping[str, float]
    label_mean: float = 0.0
    label_spread: float = 1.0
    seen: Sequence[bool] | None = None

    def coefficient_table(self) -> Row:
        """Return the coefficients in original units; those of a logged input are per unit of ln(1 + x)."""
        names = ("intercept", *self.preparation.names)
        units = ("", *_units_of(self.preparation))
        rows = []
        for place, (name, unit, function) in enumerate(zip(names, units, self.units.map, strict=True)):
            effect = self._effect(function)
            value = effect.value + (self.label_mean if place == 0 else 0.0)
            row: Row = {"name": name, "coefficient": value}
            if unit:
                row["per_unit_of"] = unit
            rows.append(row | effect.told(value))
        return {"spread_is": self.uncertainty.what if self.uncertainty else None, "rows": rows}

    def drivers(self) -> list[Row]:
        """Return what one change of an input does, others as they are, the strongest first; what does nothing is left out."""
        rows = [self._driver(*change) for change in self._changes()]
        return sorted((row for row in rows if row["effect"]), key=lambda row: -abs(row["effect"]))

    def _driver(self, name: str, change: str, function: Floats) -> Row:
        effect = self._effect(function)
        told = {key: number for key, number in effect.told(effect.value).items() if key != "z"}
        interval = [told[side] for side in ("low", "high") if side in told]
        if self.odds:
            does = f"multiplies the odds of {self.label} by {_odds(effect.value):.3g}{_within(map(_odds, interval))}"
            told["odds"] = _odds(effect.value)
        elif effect.value >= 0:
            does = f"adds {effect.value:.3g} to {self.label}{_within(interval)}"
        else:
            does = f"takes {-effect.value:.3g} from {self.label}{_within(-number for number in reversed(interval))}"
        return {"input": name, "change": change, "effect": effect.value, **told, "words": f"{change} {does}"}

    def _effect(self, function: Floats) -> _Effect:
        spread = self.uncertainty.of(function) if self.uncertainty else None
        value = self.label_spread * float(function @ self.coefficients)
        return _Effect(value, None if spread is None else self.label_spread * spread, self.uncertainty)

    def _changes(self) -> Iterator[tuple[str, str, Floats]]:
        """Yield the input, a change of it in words, and what that change adds to the score as a function of coefficients."""
        dense, place = 1, 1 + len(self.preparation.dense)
        for each in self.preparation.fitted:
            if isinstance(each, OneHot):
                continue
            yield from self._dense_changes(each, dense)
            dense += len(each.dense)
        for block in self.preparation.one_hot:
            # of a value without a row, as "other" often is, there is nothing to say
            codes = [code for code in range(block.width) if self.seen is None or self.seen[place + code]]
            for code in codes[1:]:
                function = self._unit(place + code) - self._unit(place + codes[0])
                yield block.column, f"{_shown(block.names[code])} instead of {_shown(block.names[codes[0]])}", function
            place += block.width

    def _dense_changes(self, fitted: Fitted, place: int) -> Iterator[tuple[str, str, Floats]]:
        assert not isinstance(fitted, OneHot)
        name, unit = fitted.names[0], self._unit(place)
        spread = float(self.units.spreads[place - 1])
        if isinstance(fitted, Number) and fitted.type == "boolean" and not fitted.clip and not fitted.log:
            yield fitted.column, f"{name} true instead of false", unit * (1 / spread if spread else 0.0)
        else:
            deviation = self.deviations.get(fitted.dense[0], 1.0 if spread else 0.0)
            unit_of = f" of ln(1 + {name})" if isinstance(fitted, Number) and fitted.log else ""
            yield fitted.column, f"one standard deviation ({deviation * spread:.4g}{unit_of}) more of {name}", unit * deviation
        if isinstance(fitted, Number) and fitted.flag_missing:
            yield fitted.column, f"{name} missing instead of known", self._unit(place + 1)

    def _unit(self, place: int) -> Floats:
        return np.asarray(np.eye(1, len(self.coefficients), place)[0])


@dataclass(frozen=True)
class _Effect:
    value: float
    spread: float | None
    uncertainty: Uncertainty | None

    def told(self, value: float) -> Row:
        """Return what is said of the uncertainty of a value; nothing where nothing is known."""
        if self.uncertainty is None or self.spread is None:
            return {}
        quantile = self.uncertainty.quantile
        if quantile is None:
            return {"spread": self.spread}
        z = {"z": value / self.spread} if self.spread else {}
        low, high = value - quantile * self.spread, value + quantile * self.spread
        return {"standard_error": self.spread, **z, "low": low, "high": high}


def asked_deviations(preparation: Preparation, *, scaled_inside: bool) -> tuple[dict[str, float], list[str]]:
    """Return the deviations in the trainer's units that the state knows, and the dense columns whose must be asked."""
    known: dict[str, float] = {}
    asked: list[str] = []
    for each in preparation.fitted:
        if isinstance(each, OneHot):
            continue
        column = each.dense[0]
        if isinstance(each, LabelMean) or each.scale in ("min_max", "robust"):
            asked.append(column)
        elif each.scale is None and not scaled_inside:
            known[column] = each.spread
        else:
            known[column] = 1.0 if each.spread else 0.0
    return known, asked


def _units_of(preparation: Preparation) -> list[str]:
    """Return for each prepared column the unit that is not its own."""
    logged = {each.column for each in preparation.fitted if isinstance(each, Number) and each.log}
    return [f"ln(1 + {name})" if name in logged else "" for name in preparation.names]


def _odds(effect: float) -> float:
    # exp would overflow where classes are separated
    return exp(min(max(effect, -700.0), 700.0))


def _within(interval: Iterable[float]) -> str:
    numbers = [f"{number:.3g}" for number in interval]
    return f" (95 %: {' to '.join(numbers)})" if numbers else ""


def _shown(name: str) -> str:
    return name.replace("=", " = ", 1)
