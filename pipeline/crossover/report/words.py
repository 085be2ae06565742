"""What was fitted, in words."""

from __future__ import annotations

from typing import Any

from crossover.learning.models.fitted import (
    FittedModel,
    KMeans,
    LinearRegression,
    LogisticRegression,
    MultinomialRegression,
)
from crossover.learning.models.state import EVERY_FOLD, Fitted, Frequency, LabelMean, Number, OneHot, Ordinal

SHOWN = 6
"""Values of a category that are named."""
SCALES = {"standard": "mean, standard deviation", "min_max": "smallest, range", "robust": "median, quartile range"}


def number(value: Any) -> str:
    """Return a number as people read it: four digits, thousands of whole numbers grouped."""
    if value is None:
        return "not defined"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}"


def listed(values: list[str], shown: int = SHOWN) -> str:
    """Return the first values and how many more there are."""
    rest = f" and {len(values) - shown:,} more" if len(values) > shown else ""
    return ", ".join(values[:shown]) + rest


def preparation_of(fitted: Fitted) -> str:
    """Return what happens to an input before the model sees it."""
    match fitted:
        case Number():
            return _number(fitted)
        case OneHot():
            return f"a column for each of {_values(fitted)}, and one for all others and null"
        case LabelMean():
            prior = number(fitted.prior(EVERY_FOLD))
            return f"the mean label of each of {_values(fitted)}, drawn towards {prior} by {fitted.smooth:g} rows; {prior} for others and null"
        case Ordinal():
            return f"the place among {_values(fitted)}, -1 for others and null{_scale(fitted)}"
        case Frequency():
            return f"the share of training rows of each of {_values(fitted)}, 0 for others and null{_scale(fitted)}"


def _number(fitted: Number) -> str:
    parts = []
    if fitted.clip:
        parts.append(f"kept within {number(fitted.clip[0])} to {number(fitted.clip[1])}")
    if fitted.impute is not None:
        parts.append(f"null becomes {number(fitted.impute)}")
    if fitted.flag_missing:
        parts.append("a column says where it was null")
    if fitted.log:
        parts.append("ln(1 + x)")
    told = "; ".join(parts) or "as it is"
    return told.removesuffix("as it is") + _scale(fitted).removeprefix("; ") if fitted.scale and not parts else told + _scale(fitted)


def _scale(fitted: Number | Ordinal | Frequency) -> str:
    if fitted.scale is None:
        return ""
    if not fitted.spread:
        return "; 0, because all training rows were alike"
    moved = f"x + {number(-fitted.centre)}" if fitted.centre < 0 else f"x - {number(fitted.centre)}"
    return f"; ({moved}) / {number(fitted.spread)} ({SCALES[fitted.scale]})"


def _values(fitted: OneHot | LabelMean | Ordinal | Frequency) -> str:
    values = [("false", "true")[int(value)] if fitted.type == "boolean" else str(value) or "''" for value in fitted.values]
    return f"{len(values):,} value{'s' * (len(values) != 1)} ({listed(values)})" if values else "no value"


def what(model: FittedModel) -> str:
    """Return what a model says of a row."""
    match model.solution:
        case LogisticRegression(threshold=threshold):
            positive = "true" if model.label_type == "boolean" else "1"
            return (
                f"Logistic regression: `probability` that `{model.label}` is {positive}; `prediction` is {positive} "
                f"from a probability of {number(threshold)} on."
            )
        case MultinomialRegression(classes=classes):
            names = listed([str(each) for each in classes], 12)
            return f"Logistic regression of {len(classes)} classes: `prediction` is the likeliest `{model.label}` of {names}, `probability` its own."
        case LinearRegression():
            return f"Linear regression: `prediction` is the expected `{model.label}`."
        case KMeans(centres=centres):
            return f"k-means: `cluster` is the nearest of {len(centres)} centres, `distance` how far it is, in the prepared space."
