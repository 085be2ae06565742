"""Inputs as doubles, and what stands in for a null."""

from __future__ import annotations

from collections.abc import Mapping

from crossover.core.errors import DataError
from crossover.language.tree import Column, Expression, call, literal
from crossover.relations.compute import Compute, batches
from crossover.relations.nodes import Project, Relation


def as_double(column: str, type_name: str) -> Expression:
    """Return a boolean (0 and 1), int or double column as double."""
    match type_name:
        case "double":
            return Column(column)
        case "int":
            return call("int_to_double", Column(column))
        case _:
            return call("int_to_double", call("boolean_to_int", Column(column)))


def imputed(column: str, type_name: str, value: float | None) -> Expression:
    number = as_double(column, type_name)
    return number if value is None else call("coalesce", number, literal(float(value)))


def medians(compute: Compute, training: Relation, columns: Mapping[str, str]) -> dict[str, float]:
    """Return the exact median of each column (name -> type) over the training rows, nulls ignored.

    Raises DataError for a column without any value.
    """
    found: dict[str, float] = {}
    for batch in batches(tuple(columns)):
        numbers = Project(training, tuple((name, as_double(name, columns[name])) for name in batch))
        for name, (median,) in compute.quantiles(numbers, dict.fromkeys(batch, (0.5,))).items():
            if median is None:
                raise DataError(
                    f"input `{name}` has no value in the training rows, so it has no median",
                    notes=["impute a number, or leave the input out"],
                )
            found[name] = median
    return found
