"""Nulls of inputs: the column that tells them, and the refusal of those that nothing replaces."""

from __future__ import annotations

from collections.abc import Sequence

from crossover.core.errors import DataError
from crossover.language.tree import Column, Expression, call
from crossover.language.types import Schema
from crossover.learning.preparation.specification import Input
from crossover.relations.compute import Compute, batches, one_row
from crossover.relations.nodes import Aggregate, AggregateCall, Relation


def missing_flag(column: str) -> Expression:
    """Return 1.0 where a column is null, else 0.0."""
    return call("int_to_double", call("boolean_to_int", call("is_null", Column(column))))


def refuse_nulls(compute: Compute, relation: Relation, schema: Schema, inputs: Sequence[Input]) -> None:
    """Raise DataError if a numeric input that nothing imputes has a null in any row of the relation."""
    names = [
        name
        for each in inputs
        if each.encode is None and each.impute is None
        for name in each.columns
        if schema[name].nullable
    ]
    for batch in batches(names):
        calls = tuple((f"count_{place}", AggregateCall("count", name)) for place, name in enumerate(batch))
        row = one_row(compute.collect(Aggregate(relation, (), (("rows", AggregateCall("count_rows")), *calls))))
        rows = int(row["rows"] or 0)
        missing = {name: rows - int(row[f"count_{place}"] or 0) for place, name in enumerate(batch)}
        with_nulls = {name: count for name, count in missing.items() if count}
        if with_nulls:
            name, count = next(iter(with_nulls.items()))
            raise DataError(
                f"input `{name}` is null in {count} of {rows} rows, and a model cannot see null",
                notes=[
                    "say what stands in for it: impute: median, or impute: 0 with flag_missing: true",
                    *(f"so has `{other}`: {nulls} rows" for other, nulls in list(with_nulls.items())[1:5]),
                ],
            )
