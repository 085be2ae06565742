"""The 95 % interval of AUC: DeLong's variance from structural components, clustered by Obuchowski's.

A positive's component is the share of negatives below it (ties by half), a negative's the share of positives above it.
E. R. DeLong and others, Biometrics 44 (1988) 837-845; N. A. Obuchowski, Biometrics 53 (1997) 567-578.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt

from crossover.language.tree import Column, Expression, call, case
from crossover.learning.evaluation.arithmetic import minus, over, plus, square, times, value
from crossover.learning.evaluation.buckets import Buckets, total
from crossover.learning.evaluation.ranking import (
    ALL_NEGATIVES,
    ALL_POSITIVES,
    NEGATIVES,
    POSITIVES,
    POSITIVES_ABOVE,
    POSITIVES_TIED,
    ROWS_TIED,
    negatives_below,
)
from crossover.relations.nodes import Aggregate, AggregateCall, Project, Relation

NORMAL_975 = 1.959963984540054
"""The quantile of the normal distribution at 0.975."""


def auc_of_buckets(buckets: Buckets) -> float:
    """Return the AUC with the rows of a bucket tied: near the exact one, so components are summed as deviations from it."""
    whole = total(buckets)
    above, pairs = 0, 0
    for bucket in buckets:
        negatives = bucket.rows - bucket.positives
        pairs += negatives * (2 * above + bucket.positives)
        above += bucket.positives
    return pairs / (2.0 * whole.positives * (whole.rows - whole.positives))


def deviations(near: float) -> dict[str, Expression]:
    """Return what one row of each class of a cell contributes: its component less `near`. Both classes must exist."""
    half = value(0.5)
    below = over(plus(negatives_below(), times(half, minus(ROWS_TIED, POSITIVES_TIED))), ALL_NEGATIVES)
    above = over(plus(POSITIVES_ABOVE, times(half, POSITIVES_TIED)), ALL_POSITIVES)
    return {"up": minus(below, value(near)), "down": minus(above, value(near))}


def of_cells(parts: Relation, others: Sequence[str]) -> Aggregate:
    """Return one row: sums over cells with `up` and `down`, where each row is a cluster of its own; and sums of `others`."""
    up, down = Column("up"), Column("down")
    columns = {"up_square": times(POSITIVES, square(up)), "down_square": times(NEGATIVES, square(down))}
    rest = tuple((name, Column(name)) for name in others)
    return _summed(Project(parts, (*columns.items(), *rest)), (), (*columns, *others))


def of_clusters(parts: Relation, clusters: Sequence[str], others: Sequence[str]) -> Aggregate:
    """Return one row: sums over clusters of rows, from cells with `up` and `down`; and sums of `others`."""
    weighted = {
        "up": times(POSITIVES, Column("up")),
        "down": times(NEGATIVES, Column("down")),
        "positives": POSITIVES,
        "negatives": NEGATIVES,
    }
    kept = tuple((name, Column(name)) for name in (*clusters, *others))
    each = _summed(Project(parts, (*kept, *weighted.items())), tuple(clusters), (*weighted, *others))
    up, down = Column("up"), Column("down")
    columns: dict[str, Expression] = {
        "up_square": square(up),
        "down_square": square(down),
        "up_down": times(up, down),
        "up_positives": times(up, POSITIVES),
        "down_negatives": times(down, NEGATIVES),
        "crossed": plus(times(up, NEGATIVES), times(down, POSITIVES)),
        "positives_square": square(POSITIVES),
        "negatives_square": square(NEGATIVES),
        "positives_negatives": times(POSITIVES, NEGATIVES),
        "clusters": value(1.0),
        "with_positives": _any(POSITIVES),
        "with_negatives": _any(NEGATIVES),
    }
    rest = tuple((name, Column(name)) for name in others)
    return _summed(Project(each, (*columns.items(), *rest)), (), (*columns, *others))


def _summed(relation: Relation, by: tuple[str, ...], names: Sequence[str]) -> Aggregate:
    return Aggregate(relation, by, tuple((name, AggregateCall("sum", name)) for name in names))


def _any(of: Expression) -> Expression:
    return case(call("less", value(0.0), of), value(1.0), value(0.0))


def variance_of_cells(sums: Mapping[str, float], near: float, auc: float, positives: int, negatives: int) -> float | None:
    """Return DeLong's variance; None with one row of a class, which has no spread."""
    if positives < 2 or negatives < 2:
        return None
    apart = (auc - near) ** 2
    up = max(sums["up_square"] - positives * apart, 0.0) / (positives - 1)
    down = max(sums["down_square"] - negatives * apart, 0.0) / (negatives - 1)
    return up / positives + down / negatives


def variance_of_clusters(sums: Mapping[str, float], near: float, auc: float, positives: int, negatives: int) -> float | None:
    """Return Obuchowski's variance; None with one cluster that has rows of a class."""
    with_positives, with_negatives, clusters = sums["with_positives"], sums["with_negatives"], sums["clusters"]
    if with_positives < 2 or with_negatives < 2:
        return None
    apart = auc - near
    up = sums["up_square"] - 2 * apart * sums["up_positives"] + apart**2 * sums["positives_square"]
    down = sums["down_square"] - 2 * apart * sums["down_negatives"] + apart**2 * sums["negatives_square"]
    both = sums["up_down"] - apart * sums["crossed"] + apart**2 * sums["positives_negatives"]
    s10 = with_positives / ((with_positives - 1) * positives) * max(up, 0.0)
    s01 = with_negatives / ((with_negatives - 1) * negatives) * max(down, 0.0)
    s11 = clusters / (clusters - 1) * both
    return max(s10 / positives + s01 / negatives + 2 * s11 / (positives * negatives), 0.0)


def interval(auc: float, variance: float | None) -> tuple[float | None, float | None]:
    """Return the ends of the 95 % interval, within 0 and 1."""
    if variance is None:
        return None, None
    reach = NORMAL_975 * sqrt(variance)
    return max(auc - reach, 0.0), min(auc + reach, 1.0)
