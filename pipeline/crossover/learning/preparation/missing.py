"""Nulls of inputs: the column that tells them, and the refusal of those that nothing replaces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crossover.core.errors import DataError
from crossover.language.tree import Column, Expression, call
from crossover.language.types import Schema
from crossover.learning.preparation.specification import Input
from crossover.relations.compute import Compute, batches, one_row
from crossover.relations.nodes import Aggregate, AggregateCall, Relation


def missing_flag(column: str) -> Expression:
    """Return 1.0 where a column is null, else 0.0."""
    return call("int_to_double", call("boolean_to_int", call("is_null", Column(column))))


def nulls_of(schema: Schema, inputs: Sequence[Input]) -> tuple[str, ...]:
    """Return the numeric inputs that may be null and that nothing imputes."""
    return tuple(
        name
        for each in inputs
        if each.encode is None and each.impute is None
        for name in each.columns
        if schema[name].nullable
    )


def null_counts(relation: Relation, names: Sequence[str]) -> Relation:
    """Return one row: `rows`, and for each column in order `count_0`, `count_1` ... of its values."""
    calls = tuple((f"count_{place}", AggregateCall("count", name)) for place, name in enumerate(names))
    return Aggregate(relation, (), (("rows", AggregateCall("count_rows")), *calls))


def refuse_nulls(compute: Compute, relation: Relation, schema: Schema, inputs: Sequence[Input]) -> None:
    """Raise DataError if a numeric input that nothing imputes has a null in any row of the relation."""
    for batch in batches(nulls_of(schema, inputs)):
        row = one_row(compute.collect(null_counts(relation, batch)))
        refuse_counted({name: int(value or 0) for name, value in row.items()}, batch)


def refuse_counted(counted: Mapping[str, int], names: Sequence[str]) -> None:
    """Raise DataError if the sums of `null_counts` tell of a null."""
    rows = counted["rows"]
    missing = {name: rows - counted[f"count_{place}"] for place, name in enumerate(names)}
    with_nulls = {name: count for name, count in missing.items() if count}
    if not with_nulls:
        return
    name, count = next(iter(with_nulls.items()))
    raise DataError(
        f"input `{name}` is null in {count} of {rows} rows, and a model cannot see null",
        notes=[
            "say what stands in for it: impute: median, or impute: 0 with flag_missing: true",
            *(f"so has `{other}`: {nulls} rows" for other, nulls in list(with_nulls.items())[1:5]),
        ],
    )
