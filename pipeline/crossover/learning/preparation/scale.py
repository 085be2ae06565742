"""Scaling by mean and sample standard deviation of the imputed training rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crossover.language.tree import Expression, call, literal
from crossover.relations.compute import Compute, batches, one_row
from crossover.relations.nodes import Aggregate, AggregateCall, Project, Relation


@dataclass(frozen=True)
class Moments:
    """Mean and sample standard deviation; the deviation is 0 exactly if all values are equal."""

    mean: float
    deviation: float


def scaled(number: Expression, moments: Moments) -> Expression:
    """Return (x - mean) / deviation; 0 for a column without spread."""
    if moments.deviation == 0:
        return literal(0.0)
    return call("divide", call("subtract", number, literal(moments.mean)), literal(moments.deviation))


def moments_of(compute: Compute, training: Relation, numbers: Mapping[str, Expression]) -> dict[str, Moments]:
    """Return the moments of each expression (without nulls) over the training rows, one query for each batch."""
    found: dict[str, Moments] = {}
    for batch in batches(tuple(numbers)):
        row = one_row(compute.collect(_moments_query(training, {name: numbers[name] for name in batch})))
        for place, name in enumerate(batch):
            mean, deviation, low, high = (row[f"{what}_{place}"] or 0.0 for what in ("avg", "stddev", "min", "max"))
            # The deviation of equal values can come out as 1e-17; their minimum and maximum are equal for sure.
            found[name] = Moments(float(mean), float(deviation)) if low < high else Moments(float(low), 0.0)
    return found


def _moments_query(training: Relation, numbers: Mapping[str, Expression]) -> Relation:
    columns = {f"x_{place}": number for place, number in enumerate(numbers.values())}
    calls = tuple(
        (f"{what}_{place}", AggregateCall(what, f"x_{place}"))
        for place in range(len(columns))
        for what in ("avg", "stddev", "min", "max")
    )
    return Aggregate(Project(training, tuple(columns.items())), (), calls)
