"""Inputs as doubles, and what stands in for a null."""

from __future__ import annotations

from collections.abc import Mapping

from crossover.language.tree import Column, Expression, call, literal
from crossover.relations.compute import Compute, batches
from crossover.relations.nodes import Aggregate, AggregateCall, Filter, Order, Project, Relation, TopN, Union


def as_double(column: str, type_name: str) -> Expression:
    """Return a boolean (0 and 1), int or double column as double."""
    match type_name:
        case "double":
            return Column(column)
        case "int":
            return call("int_to_double", Column(column))
        case _:
            return call("int_to_double", call("boolean_to_int", Column(column)))


def imputed(number: Expression, value: float | None) -> Expression:
    return number if value is None else call("coalesce", number, literal(float(value)))


def most_common(compute: Compute, training: Relation, numbers: Mapping[str, Expression]) -> dict[str, float]:
    """Return the most frequent value of each expression that has one, the smallest of equally frequent ones."""
    found: dict[str, float] = {}
    for batch in batches(tuple(numbers)):
        view = Project(training, tuple((f"x_{place}", numbers[name]) for place, name in enumerate(batch)))
        commonest = [_commonest(view, place) for place in range(len(batch))]
        rows = compute.collect(Union(tuple(commonest)) if len(commonest) > 1 else commonest[0]).to_pylist()
        found |= {batch[row["place"]]: float(row["value"]) for row in rows}
    return found


def _commonest(view: Relation, place: int) -> Relation:
    """Return (place, value) of the most frequent value of column `x_place`; no row if it has none."""
    name = f"x_{place}"
    known = Filter(view, call("not", call("is_null", Column(name))))
    counted = Aggregate(known, (name,), (("rows", AggregateCall("count_rows")),))
    first = TopN(counted, (Order("rows", descending=True), Order(name)), 1)
    return Project(first, (("place", literal(place)), ("value", Column(name))))
