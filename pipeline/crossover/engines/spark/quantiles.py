"""The values around exact linear quantiles, without holding a column: each column is read twice.

Spark's own `percentile` keeps every distinct value: ten columns of two million rows end a JVM of 2 GB. Here the
approximate ranks of a sketch give a bracket around each quantile; then the rows below it are counted and the few values
strictly inside it are collected. Heavy ties are the ends of brackets, so they are counted, never collected.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from crossover.core.errors import InternalError
from crossover.relations.compute import Neighbours, batches

ACCURACY = 10_000
"""The sketch is off by at most 1/ACCURACY of the rows."""
MARGIN = 3 / ACCURACY
"""Half the width of a bracket in rank, as a share of the rows: the error of each end, and room."""
FEW = 20_000
"""A column with fewer values is its own bracket: in a narrower one there might be no whole rank."""
MOST_BRACKETS = 60
"""Brackets in one aggregation, about: a wide one takes longer than its parts."""


@dataclass(frozen=True)
class Bracket:
    """Values `low` <= `high` of a column with `count` values, between which a quantile lies."""

    column: str
    count: int
    low: float
    high: float


@dataclass(frozen=True)
class Held:
    """What a bracket holds: values below it, at its ends (`high` 0 if they are one), and those strictly inside, sorted."""

    below: int
    low: int
    inside: tuple[float, ...]
    high: int


def exact_neighbours(data: DataFrame, wanted: Mapping[str, Sequence[float]]) -> dict[str, tuple[Neighbours | None, ...]]:
    """Return the values around linear quantiles of double columns, nulls ignored; None for a column without values."""
    result: dict[str, tuple[Neighbours | None, ...]] = {}
    for names in batches(list(wanted)):
        result |= _batch(data.select(*names), {name: wanted[name] for name in names})
    return result


def _batch(data: DataFrame, wanted: Mapping[str, Sequence[float]]) -> dict[str, tuple[Neighbours | None, ...]]:
    brackets = dict(_brackets(data, wanted))
    held: dict[Bracket, Held] = {}
    for some in _portions(list(dict.fromkeys(brackets.values()))):
        held |= dict(zip(some, _held(data, some), strict=True))
    found = {(name, share): neighbours(each, held[each], share) for (name, share), each in brackets.items()}
    return {name: tuple(found.get((name, share)) for share in shares) for name, shares in wanted.items()}


def _portions(brackets: Sequence[Bracket]) -> list[list[Bracket]]:
    """Return the brackets in groups of about MOST_BRACKETS; those of one column stay together, so it is read once."""
    portions: list[list[Bracket]] = []
    for number, each in enumerate(brackets):
        follows = number and brackets[number - 1].column == each.column
        if not portions or (len(portions[-1]) >= MOST_BRACKETS and not follows):
            portions.append([])
        portions[-1].append(each)
    return portions


def _brackets(data: DataFrame, wanted: Mapping[str, Sequence[float]]) -> Iterator[tuple[tuple[str, float], Bracket]]:
    """First scan: a sketch of each column. The ends of a bracket at 0 and 1 are the least and the largest value."""
    columns = list(wanted)
    row = data.agg(*(part for place, name in enumerate(columns) for part in _sketch(place, name, wanted[name]))).first()
    assert row is not None
    for place, name in enumerate(columns):
        count, ranks = row[f"count_{place}"], row[f"ranks_{place}"]
        for number, share in enumerate(wanted[name]):
            if count:
                low = ranks[2 * number] if share - MARGIN > 0 and count >= FEW else row[f"min_{place}"]
                high = ranks[2 * number + 1] if share + MARGIN < 1 and count >= FEW else row[f"max_{place}"]
                yield (name, share), Bracket(name, count, low, high)


def _sketch(place: int, name: str, shares: Sequence[float]) -> list[Column]:
    ends = [min(max(end, 0.0), 1.0) for share in shares for end in (share - MARGIN, share + MARGIN)]
    return [
        F.count(name).alias(f"count_{place}"),
        F.min(name).alias(f"min_{place}"),
        F.max(name).alias(f"max_{place}"),
        F.percentile_approx(name, ends, ACCURACY).alias(f"ranks_{place}"),
    ]


def _held(data: DataFrame, brackets: Sequence[Bracket]) -> Iterator[Held]:
    """Second scan: counts what is below and at the ends of each bracket, and collects the few values strictly inside."""
    row = data.agg(*(part for place, each in enumerate(brackets) for part in _parts(place, each))).first()
    assert row is not None
    for place, bracket in enumerate(brackets):
        high = row[f"high_{place}"] if bracket.low < bracket.high else 0
        yield Held(row[f"below_{place}"], row[f"low_{place}"], tuple(sorted(row[f"inside_{place}"])), high)


def _parts(place: int, bracket: Bracket) -> list[Column]:
    column = F.col(bracket.column)
    tests = {"below": column < bracket.low, "low": column == bracket.low, "high": column == bracket.high}
    counts = [F.count(F.when(test, F.lit(1))).alias(f"{name}_{place}") for name, test in tests.items()]
    # collect_list leaves nulls out
    inside = F.collect_list(F.when((column > bracket.low) & (column < bracket.high), column))
    return [*counts, inside.alias(f"inside_{place}")]


def neighbours(bracket: Bracket, held: Held, share: float) -> Neighbours:
    """Return the values around a quantile. Raises InternalError if the ranks it lies between are not in the bracket."""
    position = (bracket.count - 1) * share
    first, second = math.floor(position), math.ceil(position)
    behind = held.below + held.low + len(held.inside) + held.high
    if not held.below <= first <= second < behind:
        raise InternalError(
            f"the quantile {share} of {bracket.column} lies outside its bracket: it needs the ranks {first} and {second} of "
            f"{bracket.count}, the bracket holds {held.below} to {behind - 1}"
        )

    def value(rank: int) -> float:
        place = rank - held.below - held.low
        if place < 0:
            return bracket.low
        return held.inside[place] if place < len(held.inside) else bracket.high

    return Neighbours(value(first), value(second), position - first)
