"""Exact linear quantiles without holding a column: brackets first, then what lies inside them.

Spark's own `percentile` keeps every distinct value: ten columns of two million rows end a JVM of 2 GB. Here the
approximate ranks of a sketch give a bracket around each quantile; the rows below it are counted and the few values
strictly inside it are collected. Heavy ties are the ends of brackets, so they are counted, never collected.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from pyspark.sql import Column, DataFrame, Row, functions as F

from crossover.core.errors import InternalError
from crossover.relations.compute import batches

ACCURACY = 10_000
"""The sketch is off by at most 1/ACCURACY of the rows."""
MARGIN = 3 / ACCURACY
"""Half the width of a bracket in rank, as a share of the rows: the error of each end, and room."""


@dataclass(frozen=True)
class Bracket:
    """Values `low` <= `high` between which the quantile `share` of a column with `count` values lies."""

    column: str
    share: float
    count: int
    low: float
    high: float

    @property
    def position(self) -> float:
        """Place of the quantile among the sorted values, from 0; between two of them it is a mixture."""
        return (self.count - 1) * self.share


def exact_quantiles(data: DataFrame, wanted: Mapping[str, Sequence[float]]) -> dict[str, tuple[float | None, ...]]:
    """Return linear quantiles of double columns, nulls ignored; None for a column without values."""
    result: dict[str, tuple[float | None, ...]] = {}
    for names in batches(list(wanted)):
        result |= _batch(data.select(*names), {name: wanted[name] for name in names})
    return result


def _batch(data: DataFrame, wanted: Mapping[str, Sequence[float]]) -> dict[str, tuple[float | None, ...]]:
    brackets = {(each.column, each.share): each for each in _brackets(data, wanted)}
    values = dict(zip(brackets, _values(data, list(brackets.values())), strict=True)) if brackets else {}
    return {name: tuple(values.get((name, share)) for share in shares) for name, shares in wanted.items()}


def _brackets(data: DataFrame, wanted: Mapping[str, Sequence[float]]) -> Iterator[Bracket]:
    """First scan: a sketch of each column. The ends of a bracket at 0 and 1 are the least and the largest value."""
    columns = list(wanted)
    row = data.agg(*(part for place, name in enumerate(columns) for part in _sketch(place, name, wanted[name]))).first()
    assert row is not None
    for place, name in enumerate(columns):
        count, ranks = row[f"count_{place}"], row[f"ranks_{place}"]
        for number, share in enumerate(dict.fromkeys(wanted[name])):
            if count:
                low = ranks[2 * number] if share - MARGIN > 0 else row[f"min_{place}"]
                high = ranks[2 * number + 1] if share + MARGIN < 1 else row[f"max_{place}"]
                yield Bracket(name, share, count, low, high)


def _sketch(place: int, name: str, shares: Sequence[float]) -> list[Column]:
    ends = [min(max(end, 0.0), 1.0) for share in dict.fromkeys(shares) for end in (share - MARGIN, share + MARGIN)]
    return [
        F.count(name).alias(f"count_{place}"),
        F.min(name).alias(f"min_{place}"),
        F.max(name).alias(f"max_{place}"),
        F.percentile_approx(name, ends, ACCURACY).alias(f"ranks_{place}"),
    ]


def _values(data: DataFrame, brackets: Sequence[Bracket]) -> Iterator[float]:
    """Second scan counts what is below and at the ends of each bracket, third collects what is strictly inside."""
    counts = data.agg(*(part for place, each in enumerate(brackets) for part in _counts(place, each))).first()
    assert counts is not None
    inside: dict[int, list[float]] = {place: [] for place in range(len(brackets))}
    for place, value in _inside(data, brackets):
        inside[place].append(value)
    for place, bracket in enumerate(brackets):
        yield _quantile(bracket, place, counts, sorted(inside[place]))


def _counts(place: int, bracket: Bracket) -> list[Column]:
    column = F.col(bracket.column)
    tests = {"below": column < bracket.low, "low": column == bracket.low, "high": column == bracket.high}
    return [F.count(F.when(test, F.lit(1))).alias(f"{name}_{place}") for name, test in tests.items()]


def _inside(data: DataFrame, brackets: Sequence[Bracket]) -> Iterator[tuple[int, float]]:
    """Few rows have a value inside a bracket; only of these are pairs made."""
    tests = [(F.col(each.column) > each.low) & (F.col(each.column) < each.high) for each in brackets]
    open_ones = [place for place, each in enumerate(brackets) if each.low < each.high]
    if not open_ones:
        return
    held = F.lit(False)
    for place in open_ones:
        held = held | F.coalesce(tests[place], F.lit(False))
    pairs = F.array(*(F.when(tests[place], F.struct(F.lit(place).alias("place"), F.col(brackets[place].column).alias("value"))) for place in open_ones))
    rows = data.filter(held).select(F.explode(pairs).alias("pair")).filter(F.col("pair").isNotNull())
    for row in rows.select("pair.place", "pair.value").toLocalIterator():
        yield row["place"], row["value"]


def _quantile(bracket: Bracket, place: int, counts: Row, inside: Sequence[float]) -> float:
    below, at_low, at_high = (counts[f"{name}_{place}"] for name in ("below", "low", "high"))
    at_high = 0 if bracket.low == bracket.high else at_high
    first, second = math.floor(bracket.position), math.ceil(bracket.position)
    if not (below <= first and second < below + at_low + len(inside) + at_high):
        raise InternalError(
            f"the quantile {bracket.share} of {bracket.column} lies outside its bracket: ranks {first} and {second} of "
            f"{bracket.count}, {below} below, {at_low + len(inside) + at_high} inside"
        )

    def value(rank: int) -> float:
        place_inside = rank - below - at_low
        if place_inside < 0:
            return bracket.low
        return inside[place_inside] if place_inside < len(inside) else bracket.high

    pair = np.array([value(first), value(second)])
    # numpy's own mixture, so that every engine rounds alike
    return float(np.quantile(pair, bracket.position - first))
