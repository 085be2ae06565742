"""What a preparation learns, from training rows alone, in three rounds of queries.

1. counts, vocabularies, label sums; 2. exact medians; 3. mean, deviation and range of the imputed columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crossover.core.errors import ConfigError, DataError
from crossover.language.tree import Expression
from crossover.language.types import Schema
from crossover.learning.models.state import Fitted, Number, Preparation
from crossover.learning.preparation.encode import (
    Wanted,
    count_categories,
    count_folds,
    fit_label_mean,
    fit_one_hot,
)
from crossover.learning.preparation.impute import imputed, medians
from crossover.learning.preparation.scale import moments_of
from crossover.learning.preparation.specification import Input
from crossover.relations.compute import Compute, one_row
from crossover.relations.nodes import Aggregate, AggregateCall, Filter, Relation

CATEGORIES = ("string", "int", "boolean")
NUMBERS = ("double", "int", "boolean")


def fit(
    compute: Compute,
    relation: Relation,
    schema: Schema,
    inputs: Sequence[Input],
    label: str | None,
    key: tuple[str, ...],
    training: Expression,
) -> Preparation:
    """Return the fitted state.

    Parameters
    ----------
    relation : rows that learn, without nulls in `label` and in the inputs that nothing imputes.
    schema : facts of the input columns.
    label : an int column of 0 and 1, for label_mean; None without one.
    key : columns that identify a row, for the folds of label_mean.
    training : condition of a training row.
    """
    _check(schema, inputs, label, key)
    rows = Filter(relation, training)
    count, positives = _count(compute, rows, label)
    categories = _fit_categories(compute, rows, schema, inputs, label, key)
    numbers = _fit_numbers(compute, rows, schema, inputs)
    fitted = tuple((categories if each.encode else numbers)[name] for each in inputs for name in each.columns)
    warnings = [
        f"input `{each.column}` has the same value in all training rows: it is 0 after scaling"
        for each in fitted
        if isinstance(each, Number) and each.scaled and each.deviation == 0
    ]
    return Preparation(fitted, count, positives, tuple(warnings))


def _check(schema: Schema, inputs: Sequence[Input], label: str | None, key: tuple[str, ...]) -> None:
    seen: set[tuple[str, str]] = set()
    for each in inputs:
        allowed = CATEGORIES if each.encode else NUMBERS
        for name in each.columns:
            kind = each.encode or "number"
            if (name, kind) in seen:
                raise ConfigError(f"input `{name}` is there twice as {kind}")
            seen.add((name, kind))
            if schema[name].type.name not in allowed:
                remedy = "cast it to int or string" if each.encode else "encode it: one_hot, or cast it to a number"
                raise ConfigError(f"input `{name}` is a {schema[name].type}; {kind} takes {', '.join(allowed)}: {remedy}")
        if each.encode == "label_mean" and (label is None or not key):
            what = "a label" if label is None else "a table with a key (its folds are by the hash of the key)"
            raise ConfigError(f"encode: label_mean of `{each.columns[0]}` needs {what}")


def _count(compute: Compute, training: Relation, label: str | None) -> tuple[int, int | None]:
    positives = (("positives", AggregateCall("sum", label)),) if label else ()
    row = one_row(compute.collect(Aggregate(training, (), (("rows", AggregateCall("count_rows")), *positives))))
    rows = int(row["rows"] or 0)
    if rows == 0:
        raise DataError("no row is left to learn from: the training rows are empty")
    return rows, int(row["positives"] or 0) if label else None


def _fit_categories(
    compute: Compute, training: Relation, schema: Schema, inputs: Sequence[Input], label: str | None, key: tuple[str, ...]
) -> Mapping[str, Fitted]:
    found: dict[str, Fitted] = {}
    one_hot = [
        Wanted(name, schema[name].type.name, each.min_rows, None)
        for each in inputs
        if each.encode == "one_hot"
        for name in each.columns
    ]
    means = [
        Wanted(name, schema[name].type.name, 1, each.smooth)
        for each in inputs
        if each.encode == "label_mean"
        for name in each.columns
    ]
    counts = count_categories(compute, training, [*one_hot, *means], key, label)
    totals = count_folds(compute, training, key, label) if means and label else {}
    found |= {each.column: fit_one_hot(each, counts[each.column]) for each in one_hot}
    found |= {each.column: fit_label_mean(each, counts[each.column], key, totals) for each in means}
    return found


def _fit_numbers(compute: Compute, training: Relation, schema: Schema, inputs: Sequence[Input]) -> Mapping[str, Number]:
    wanted = {name: each for each in inputs if each.encode is None for name in each.columns}
    types = {name: schema[name].type.name for name in wanted}
    found = medians(compute, training, {name: types[name] for name, each in wanted.items() if each.impute == "median"})
    stands_in = {
        name: float(each.impute) if isinstance(each.impute, int | float) else found.get(name) for name, each in wanted.items()
    }
    moments = moments_of(compute, training, {name: imputed(name, types[name], stands_in[name]) for name in wanted})
    return {
        name: Number(
            name,
            types[name],
            stands_in[name],
            each.flag_missing,
            each.scale is not None,
            moments[name].mean,
            moments[name].deviation,
        )
        for name, each in wanted.items()
    }
