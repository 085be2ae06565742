"""Coefficients in original units and what drives a prediction, against the model's own scores of raw rows."""

from __future__ import annotations

from dataclasses import replace
from math import exp, log1p
from typing import Any

import numpy as np
import pytest

from crossover.learning.models.coefficient_table import Explained, asked_deviations
from crossover.learning.models.fitted import FittedModel, LinearRegression
from crossover.learning.models.original_units import Units
from crossover.learning.models.scorer import Scorer
from crossover.learning.models.state import Frequency, Number, OneHot, Ordinal, Preparation
from crossover.learning.models.uncertainty import SHRUNK, STANDARD_ERROR, Uncertainty

PREPARATION = Preparation(
    (
        Number("km", "double", 5.0, True, "standard", 40.0, 20.0),
        Number("seats", "int", None, False, "min_max", 10.0, 90.0),
        Number("fare", "double", None, False, "robust", 1.5, 0.5, None, True),
        Number("age", "double", None, False, None, 7.0, 3.0),
        Number("same", "double", None, False, "standard", 4.0, 0.0),
        Number("sunday", "boolean", None, False, "standard", 0.25, 0.4),
        Ordinal("grade", "string", ("a", "b"), "standard", 0.5, 0.6),
        Frequency("line", "string", ("x", "y"), (0.75, 0.25), None, 0.6, 0.2),
        OneHot("kind", "string", ("bus", "train", "tram")),
    ),
    100,
    None,
)
COEFFICIENTS = np.array([2.0, 1.5, -0.7, 3.0, 0.9, -0.4, 5.0, 0.8, 0.6, -1.1, 0.3, 1.3, -2.0, 0.1])
"""Of the prepared columns, the intercept first."""
RAW: dict[str, Any] = {
    "km": 12.0, "seats": 60, "fare": 3.0, "age": 9.0, "same": 4.0, "sunday": True, "grade": "a", "line": "y", "kind": "train",
}  # fmt: skip
SCORER = Scorer(FittedModel("m", LinearRegression(COEFFICIENTS[0], COEFFICIENTS[1:]), PREPARATION))


def predicted(**changes: Any) -> float:
    return float(SCORER.score_one({**RAW, **changes})["prediction"])


def explained(*, odds: bool = False, uncertainty: Uncertainty | None = None) -> Explained:
    known, asked = asked_deviations(PREPARATION, scaled_inside=False)
    assert asked == ["__value_seats", "__value_fare"]
    known |= {"__value_seats": 0.3, "__value_fare": 1.2}
    units = Units.of(PREPARATION, scaled_inside=False)
    return Explained(PREPARATION, units, COEFFICIENTS, uncertainty, "delay", odds, known)


def test_coefficients_times_the_values_of_the_table_are_the_prediction() -> None:
    table = {row["name"]: row for row in explained().coefficient_table()["rows"]}
    values = {
        "intercept": 1.0, "km": 12.0, "km is missing": 0.0, "seats": 60.0, "fare": log1p(3.0), "age": 9.0, "same": 4.0,
        "sunday": 1.0, "ordinal of grade": 0.0, "frequency of line": 0.25, "kind=train": 1.0,
    }  # fmt: skip
    total = sum(table[name]["coefficient"] * value for name, value in values.items())
    assert total == pytest.approx(predicted(), rel=1e-12)
    assert table["same"]["coefficient"] == 0.0, "a constant says what the intercept says"
    assert [name for name, row in table.items() if "per_unit_of" in row] == ["fare"]
    assert table["fare"]["per_unit_of"] == "ln(1 + fare)"


CHANGES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "one standard deviation (20) more of km": ({}, {"km": 32.0}),
    "km missing instead of known": ({"km": 5.0}, {"km": None}),
    "one standard deviation (27) more of seats": ({}, {"seats": 87}),
    "one standard deviation (0.6 of ln(1 + fare)) more of fare": ({}, {"fare": exp(log1p(3.0) + 0.6) - 1}),
    "one standard deviation (3) more of age": ({}, {"age": 12.0}),
    "sunday true instead of false": ({"sunday": False}, {"sunday": True}),
    "kind = train instead of kind = bus": ({"kind": "bus"}, {"kind": "train"}),
    "kind = other instead of kind = bus": ({"kind": "bus"}, {"kind": "ferry"}),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_driver_is_what_a_change_of_the_row_does(change: str) -> None:
    before, after = CHANGES[change]
    drivers = {row["change"]: row for row in explained().drivers()}
    assert drivers[change]["effect"] == pytest.approx(predicted(**after) - predicted(**before), rel=1e-9)


def test_the_strongest_driver_comes_first_and_what_does_nothing_is_left_out() -> None:
    rows = explained().drivers()
    sizes = [abs(row["effect"]) for row in rows]
    assert sizes == sorted(sizes, reverse=True)
    assert "same" not in {row["input"] for row in rows}


def test_a_value_without_a_row_drives_nothing_and_is_no_reference() -> None:
    names = ["intercept", *PREPARATION.names]
    told = replace(explained(), seen=[name not in ("kind=bus", "kind=other") for name in names]).drivers()
    assert [row["change"] for row in told if row["input"] == "kind"] == ["kind = tram instead of kind = train"]


def test_words_name_odds_or_the_label_and_an_interval_only_where_one_is_claimed() -> None:
    size = len(COEFFICIENTS)
    certain = Uncertainty(STANDARD_ERROR, np.diag(np.full(size, 0.01)), np.ones(size), np.empty((size, 0)), 2.0)
    shrunk = Uncertainty(SHRUNK, certain.covariance, certain.scale, certain.flat, None)
    name = "one standard deviation (3) more of age"

    def words(**settings: Any) -> str:
        return str(next(row["words"] for row in explained(**settings).drivers() if row["change"] == name))

    effect = -0.4 * 3
    assert words() == f"{name} takes 1.2 from delay"
    assert words(uncertainty=shrunk) == f"{name} takes 1.2 from delay"
    assert words(uncertainty=certain) == f"{name} takes 1.2 from delay (95 %: 0.6 to 1.8)"
    low, middle, high = (f"{exp(each):.3g}" for each in (effect - 0.6, effect, effect + 0.6))
    assert words(odds=True, uncertainty=certain) == f"{name} multiplies the odds of delay by {middle} (95 %: {low} to {high})"


def test_a_table_names_what_its_spreads_are() -> None:
    size = len(COEFFICIENTS)
    flat = np.zeros((size, 1))
    flat[-4:, 0] = 0.5
    certain = Uncertainty(STANDARD_ERROR, np.diag(np.full(size, 0.04)), np.ones(size), flat, 2.0)
    table = explained(uncertainty=certain).coefficient_table()
    rows = {row["name"]: row for row in table["rows"]}
    assert table["spread_is"] == "standard error"
    assert rows["age"] == {"name": "age", "coefficient": -0.4, "standard_error": 0.2, "z": -2.0, "low": -0.8, "high": 0.0}
    assert list(rows["kind=bus"]) == ["name", "coefficient"], "the rows do not determine it"
    shrunk = explained(uncertainty=Uncertainty(SHRUNK, certain.covariance, certain.scale, flat, None)).coefficient_table()
    assert shrunk["spread_is"] == "spread of the penalised estimate (shrunk towards 0)"
    assert {row["name"]: row for row in shrunk["rows"]}["age"] == {"name": "age", "coefficient": -0.4, "spread": 0.2}
    assert explained().coefficient_table()["spread_is"] is None
