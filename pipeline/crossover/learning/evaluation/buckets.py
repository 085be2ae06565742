"""Scores in buckets of equal width: one pass that gives counts and sums of every bucket.

The offsets of the exact ranking, the calibration table and the points of the curves come from these.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crossover.language.tree import Column, Expression, call, case, literal
from crossover.learning.evaluation.arithmetic import minus, plus, square, times, value
from crossover.relations.nodes import Aggregate, AggregateCall, Project, Relation

BUCKETS = 4_000
"""Of the whole; tenths and two-hundredths of the scores begin at the edge of one."""
EPSILON = 2.220446049250313e-16
"""Probabilities are at least this far from 0 and 1 in the log loss, as in scikit-learn."""
SLACK = 1e-9
"""Part of a bucket by which its lower edge lies lower: a score that is the edge but for rounding is in it on every engine."""

Key = tuple[Any, ...]
Buckets = Sequence["Bucket"]
_SUMS = {"positives": "positive", "predicted": "predicted", "hits": "hit", "score": "score", "square": "square", "loss": "loss"}


@dataclass(frozen=True)
class Bucket:
    """Counts and sums over rows whose scores lie in one bucket."""

    number: int
    rows: int
    positives: int
    predicted: int
    hits: int
    """Rows predicted positive that are."""
    score: float
    square: float
    """Sum of squared differences between score and label."""
    loss: float


def total(buckets: Iterable[Bucket]) -> Bucket:
    """Return the sums over buckets, of number 0."""
    found = list(buckets)
    parts = ("rows", "positives", "predicted", "hits", "score", "square", "loss")
    return Bucket(0, **{part: sum(getattr(each, part) for each in found) for part in parts})


def ranked_rows(
    scored: Relation, positive: Expression, score: str, threshold: float, keep: Sequence[str] = (), count: int = BUCKETS
) -> Relation:
    """Return `keep` and (bucket, score, positive, predicted, hit, square, loss) of each row.

    Parameters
    ----------
    positive : boolean, never null.
    score : double column within 0 and 1, never null.
    count : buckets from 0 to 1; a score of 1 is in bucket `count`.
    """
    probability = Column(score)
    clipped = call("least", call("greatest", probability, value(EPSILON)), value(1.0 - EPSILON))
    of_label = case(positive, clipped, minus(value(1.0), clipped))
    predicted = call("less_equal", value(threshold), probability)
    columns: dict[str, Expression] = {
        **{name: Column(name) for name in keep},
        "bucket": call("double_to_int", call("floor", plus(times(probability, value(count)), value(SLACK)))),
        "score": probability,
        "positive": call("boolean_to_int", positive),
        "predicted": call("boolean_to_int", predicted),
        "hit": call("boolean_to_int", call("and", positive, predicted)),
        "square": square(minus(probability, case(positive, value(1.0), value(0.0)))),
        "loss": times(value(-1.0), call("ln", of_label)),
    }
    return Project(scored, tuple(columns.items()))


def is_one(label: str) -> Expression:
    """Return whether an int label is 1."""
    return call("equal", Column(label), literal(1))


def by_bucket(rows: Relation, keys: Sequence[str] = ()) -> Relation:
    """Return `keys`, `number` and the sums of each bucket of each key."""
    calls = (("rows", AggregateCall("count_rows")), *((name, AggregateCall("sum", column)) for name, column in _SUMS.items()))
    counted = Aggregate(rows, (*keys, "bucket"), calls)
    columns = {**{name: Column(name) for name in keys}, "number": Column("bucket")}
    return Project(counted, (*columns.items(), *((name, Column(name)) for name in ("rows", *_SUMS))))


def buckets_of(found: Iterable[Mapping[str, Any]], keys: Sequence[str] = ()) -> dict[Key, list[Bucket]]:
    """Return the rows of `by_bucket` by key, those with the highest scores first."""
    parts: dict[Key, list[Bucket]] = {}
    for row in found:
        bucket = Bucket(**{name: value for name, value in row.items() if name not in keys})
        parts.setdefault(tuple(row[name] for name in keys), []).append(bucket)
    for each in parts.values():
        each.sort(key=lambda bucket: -bucket.number)
    return parts
