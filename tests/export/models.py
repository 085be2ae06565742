"""Models with every way to prepare an input, in numbers written here."""

from __future__ import annotations

from typing import Any

import numpy as np

from crossover.learning.models.fitted import FittedModel, KMeans, LinearRegression, LogisticRegression, MultinomialRegression
from crossover.learning.models.state import Fitted, Frequency, LabelMean, Number, OneHot, Ordinal, Preparation

LABEL_MEAN = LabelMean(
    "route", "string", 2.0, ("id",), ("A-B", "B-C", "Ü 'x'"),
    ((1, 2, 0, 1, 1), (3, 1, 1, 0, 2), (0, 0, 1, 0, 0)), ((0, 1, 0, 1, 0), (2, 1, 0, 0, 1), (0, 0, 1, 0, 0)),
    (5, 5, 5, 5, 5), (2, 2, 1, 1, 1),
)  # fmt: skip

FITTED: tuple[Fitted, ...] = (
    OneHot("carrier", "string", ("AA", "all other values", "DL", "")),
    Number("distance", "double", 800.0, True, "standard", 6.5, 0.7, (50.0, 2500.0), True),
    Number("seats", "int", 149.0, False, "robust", 149.0, 30.0),
    Number("hot", "boolean", None, False, None, 0.4, 0.5),
    OneHot("hour", "int", (5, 6, 23)),
    LABEL_MEAN,
    Number("flat", "double", 3.0, False, "min_max", 3.0, 0.0),
    Ordinal("size", "string", ("L", "M", "S"), "standard", 0.9, 0.8),
    Ordinal("hour", "int", (5, 6, 23), None, 1.0, 1.0),
    Frequency("origin", "string", ("EWR", "JFK"), (0.6, 0.3), "min_max", 0.0, 0.6),
    Number("tiny", "double", None, False, "standard", 1e-9, 2e-9, None, True),
    OneHot("wet", "boolean", (0, 1)),
    OneHot("never", "string", ()),
    Frequency("never", "string", (), (), None, 0.0, 1.0),
    Number("raw", "double", None, False, None, 0.0, 1.0),
)
CLUSTERED: tuple[Fitted, ...] = tuple(each for each in FITTED if not isinstance(each, LabelMean))
FEW = (FITTED[0], FITTED[1], FITTED[-1])


def _preparation(fitted: tuple[Fitted, ...]) -> Preparation:
    return Preparation(fitted, 25, 7)


def logistic(fitted: tuple[Fitted, ...] = FITTED, threshold: float = 0.5, label_type: str = "boolean") -> FittedModel:
    preparation = _preparation(fitted)
    coefficients = np.random.default_rng(3).normal(size=len(preparation.names))
    return FittedModel("late", LogisticRegression(-0.3, coefficients, threshold), preparation, "is_late", label_type)


def multinomial(classes: tuple[str | int, ...]) -> FittedModel:
    preparation = _preparation(FEW)
    coefficients = np.random.default_rng(6).normal(size=(len(classes), len(preparation.names)))
    solution = MultinomialRegression(classes, np.linspace(-0.5, 0.5, len(classes)), coefficients)
    return FittedModel("kind", solution, preparation, "kind", "string" if isinstance(classes[0], str) else "int")


def linear() -> FittedModel:
    preparation = _preparation(FEW)
    coefficients = np.random.default_rng(7).normal(size=len(preparation.names)) * 100
    return FittedModel("delay", LinearRegression(12.5, coefficients), preparation, "delay", "double")


def k_means(fitted: tuple[Fitted, ...] = CLUSTERED, far: float = 0.0) -> FittedModel:
    """Clusters; `far` moves the centres of the unscaled input away from 0."""
    preparation = _preparation(fitted)
    centres = np.random.default_rng(5).normal(size=(4, len(preparation.names)))
    centres[:, preparation.names.index("raw")] += far
    return FittedModel("kinds", KMeans(centres), preparation)


def rows(count: int = 60, far: float = 0.0) -> dict[str, list[Any]]:
    """Rows with nulls where the models take them, and values that training never saw."""
    random = np.random.default_rng(8)

    def pick(*values: Any) -> list[Any]:
        return [values[place] for place in random.integers(0, len(values), count)]

    return {
        "carrier": pick("AA", "DL", "all other values", "ZZ", None, ""),
        "distance": [None if place % 7 == 0 else float(random.uniform(0, 4000)) for place in range(count)],
        "seats": pick(20, 149, 300, None),
        "hot": pick(True, False),
        "hour": pick(5, 6, 23, 7, None),
        "route": pick("A-B", "B-C", "Ü 'x'", "new", None),
        "flat": pick(3.0, 17.0, None),
        "size": pick("L", "M", "S", "XXL", None),
        "origin": pick("EWR", "JFK", "LGA", None),
        "tiny": random.uniform(-1e-9, 5e-9, count).tolist(),
        "wet": pick(True, False, None),
        "never": pick("x", None),
        "raw": (far + random.normal(size=count)).tolist(),
    }
