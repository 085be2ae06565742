"""What a preparation learns, from training rows alone.

Counts of categories, and three rounds for numbers (see `numbers`). No column is read in more than three queries.
"""

from __future__ import annotations

from collections.abc import Sequence

from crossover.core.errors import ConfigError, DataError
from crossover.language.tree import Expression
from crossover.language.types import DOUBLE, Schema
from crossover.learning.models.state import Fitted, LabelMean, OneHot, Preparation
from crossover.learning.preparation import numbers
from crossover.learning.preparation.encode import (
    Count,
    Wanted,
    count_categories,
    count_folds,
    fit_frequency,
    fit_label_mean,
    fit_one_hot,
    fit_ordinal,
)
from crossover.learning.preparation.specification import Input
from crossover.relations.compute import Compute
from crossover.relations.nodes import Filter, Relation
from crossover.relations.schema import schema_of

CATEGORIES = ("string", "int", "boolean")
NUMBERS = ("double", "int", "boolean")
WITHOUT_SPREAD = {
    "robust": "has the same value in the middle half of the training rows",
    "standard": "has the same value in all training rows",
    "min_max": "has the same value in all training rows",
}
Key = tuple[str, str]
"""Column and kind of an input: what is fitted is known by both."""


def fit(
    compute: Compute,
    relation: Relation,
    schema: Schema,
    inputs: Sequence[Input],
    label: str | None,
    key: tuple[str, ...],
    training: Expression,
    counted: tuple[int, int | None],
) -> Preparation:
    """Return the fitted state.

    Parameters
    ----------
    relation : rows that learn, without nulls in `label` and in the inputs that nothing imputes.
    schema : facts of the input columns.
    label : an int column of 0 and 1, or a double column, for label_mean; None without one.
    key : columns that identify a row, for the folds of label_mean.
    training : condition of a training row.
    counted : how many training rows there are, and how many of them have the label 1; None without a label of two values.
    """
    _check(schema, inputs, label, key)
    rows = Filter(relation, training)
    numeric_label = label is not None and schema_of(relation)[label].type == DOUBLE
    count, positives = counted
    if count == 0:
        raise DataError("no row is left to learn from: the training rows are empty")
    found = _fit_categories(compute, rows, schema, inputs, label, key, count, numeric_label=numeric_label)
    found |= _fit_numbers(compute, rows, schema, inputs, count)
    fitted = tuple(found[name, each.kind] for each in inputs for name in each.columns)
    warnings = [
        f"input `{each.column}` {WITHOUT_SPREAD[each.scale]}: it is 0 after scaling"
        for each in fitted
        if not isinstance(each, OneHot | LabelMean) and each.scale and each.spread == 0
    ]
    return Preparation(fitted, count, positives, tuple(warnings))


def _check(schema: Schema, inputs: Sequence[Input], label: str | None, key: tuple[str, ...]) -> None:
    seen: set[Key] = set()
    for each in inputs:
        allowed = CATEGORIES if each.encode else NUMBERS
        for name in each.columns:
            if (name, each.kind) in seen:
                raise ConfigError(f"input `{name}` is there twice as {each.kind}")
            seen.add((name, each.kind))
            if schema[name].type.name not in allowed:
                remedy = "cast it to int or string" if each.encode else "encode it: one_hot, or cast it to a number"
                raise ConfigError(f"input `{name}` is a {schema[name].type}; {each.kind} takes {', '.join(allowed)}: {remedy}")
        if each.encode == "label_mean" and (label is None or not key):
            what = "a label" if label is None else "a table with a key (its folds are by the hash of the key)"
            raise ConfigError(f"encode: label_mean of `{each.columns[0]}` needs {what}")


def _fit_categories(
    compute: Compute,
    training: Relation,
    schema: Schema,
    inputs: Sequence[Input],
    label: str | None,
    key: tuple[str, ...],
    rows: int,
    *,
    numeric_label: bool,
) -> dict[Key, Fitted]:
    wanted = [
        Wanted(name, schema[name].type.name, each.encode, each.min_rows, each.smooth, each.scale, numeric_label)
        for each in inputs
        if each.encode
        for name in each.columns
    ]
    counts = count_categories(compute, training, wanted, key, label)
    has_means = any(each.encode == "label_mean" for each in wanted)
    totals = count_folds(compute, training, key, label) if has_means and label else {}

    def state(each: Wanted, counted: Sequence[Count]) -> Fitted:
        match each.encode:
            case "one_hot":
                return fit_one_hot(each, counted)
            case "ordinal":
                return fit_ordinal(each, counted, rows)
            case "frequency":
                return fit_frequency(each, counted, rows)
            case _:
                return fit_label_mean(each, counted, key, totals)

    return {(each.column, each.encode): state(each, counted) for each, counted in zip(wanted, counts, strict=True)}


def _fit_numbers(
    compute: Compute, training: Relation, schema: Schema, inputs: Sequence[Input], rows: int
) -> dict[Key, Fitted]:
    wanted = [
        numbers.Wanted(name, schema[name].type.name, each, schema[name].nullable)
        for each in inputs
        if each.kind == "number"
        for name in each.columns
    ]
    return {(name, "number"): state for name, state in numbers.fit_numbers(compute, training, rows, wanted).items()}
