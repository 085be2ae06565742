"""Centres and spreads of training rows, and numbers scaled by them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crossover.language.tree import Expression, call, literal
from crossover.relations.compute import Compute, Neighbours, batches, one_row
from crossover.relations.nodes import Aggregate, AggregateCall, Project, Relation


@dataclass(frozen=True)
class Moments:
    """Rows, mean, sample standard deviation, least and largest value; the deviation is 0 exactly if all are equal."""

    rows: int
    mean: float
    deviation: float
    low: float
    high: float

    def with_constant(self, value: float, rows: int) -> Moments:
        """Return the moments with so many more rows of one value."""
        if rows == 0:
            return self
        if self.rows == 0:
            return Moments(rows, value, 0.0, value, value)
        both = self.rows + rows
        mean = (self.rows * self.mean + rows * value) / both
        squares = (self.rows - 1) * self.deviation**2 + self.rows * rows / both * (self.mean - value) ** 2
        return moments(both, mean, math.sqrt(squares / (both - 1)), min(self.low, value), max(self.high, value))


def moments(rows: int, mean: float, deviation: float, low: float, high: float) -> Moments:
    # The deviation of equal values can come out as 1e-17; their minimum and maximum are equal for sure.
    return Moments(rows, mean, deviation, low, high) if low < high else Moments(rows, low, 0.0, low, high)


def scaled(number: Expression, centre: float, spread: float) -> Expression:
    """Return (x - centre) / spread; 0 for a column without spread."""
    if spread == 0:
        return literal(0.0)
    return call("divide", call("subtract", number, literal(centre)), literal(spread))


def centre_and_spread(scale: str | None, found: Moments | None, quartiles: Sequence[float]) -> tuple[float, float]:
    """Return what a scale subtracts and divides by: mean and deviation unless it is min_max or robust.

    `found` may be None for robust, `quartiles` (25 %, 50 %, 75 %) empty for all others.
    """
    if scale == "robust":
        low, middle, high = quartiles
        return middle, high - low
    assert found is not None
    return (found.low, found.high - found.low) if scale == "min_max" else (found.mean, found.deviation)


def moments_of(
    compute: Compute, training: Relation, numbers: Mapping[str, Expression], beside: Mapping[str, Expression]
) -> dict[str, Moments]:
    """Return the moments of each expression over the training rows, nulls ignored; one query for each batch.

    Those of `beside` are called `mean NAME` and stand in the batch of NAME, so that its column is read once.
    """
    found: dict[str, Moments] = {}
    for batch in batches(tuple(numbers)):
        asked = {name: numbers[name] for name in batch}
        asked |= {f"mean {name}": beside[f"mean {name}"] for name in batch if f"mean {name}" in beside}
        row = one_row(compute.collect(_moments_query(training, asked)))
        for place, name in enumerate(asked):
            mean, deviation, low, high = (float(row[f"{what}_{place}"] or 0.0) for what in ("avg", "stddev", "min", "max"))
            found[name] = moments(int(row[f"count_{place}"] or 0), mean, deviation, low, high)
    return found


def _moments_query(training: Relation, numbers: Mapping[str, Expression]) -> Relation:
    columns = {f"x_{place}": number for place, number in enumerate(numbers.values())}
    calls = tuple(
        (f"{what}_{place}", AggregateCall(what, f"x_{place}"))
        for place in range(len(columns))
        for what in ("count", "avg", "stddev", "min", "max")
    )
    return Aggregate(Project(training, tuple(columns.items())), (), calls)


def moments_of_counts(values: Sequence[float], rows: Sequence[int]) -> Moments:
    """Return the moments of rows of which so many have each value."""
    count = sum(rows)
    mean = math.fsum(value * number for value, number in zip(values, rows, strict=True)) / count
    squares = math.fsum((value - mean) ** 2 * number for value, number in zip(values, rows, strict=True))
    there = [value for value, number in zip(values, rows, strict=True) if number]
    return moments(count, mean, math.sqrt(squares / max(count - 1, 1)), min(there), max(there))


def quantile_of_counts(values: Sequence[float], rows: Sequence[int], share: float) -> float:
    """Return the linear quantile of rows of which so many have each value."""
    position = (sum(rows) - 1) * share
    rank = math.floor(position)
    ordered = sorted(zip(values, rows, strict=True))
    return Neighbours(_value_at(ordered, rank), _value_at(ordered, math.ceil(position)), position - rank).quantile


def _value_at(ordered: Sequence[tuple[float, int]], rank: int) -> float:
    behind = 0
    for value, number in ordered:
        behind += number
        if rank < behind:
            return value
    raise AssertionError("a rank is below the number of rows")
