"""The threshold of the prediction by a rule, over the distinct scores of the training rows.

Each distinct score t stands for "predicted positive if the score is at least t". Of equally good ones the smallest is
taken.
"""

from __future__ import annotations

from dataclasses import dataclass

from crossover.core.errors import DataError
from crossover.language.tree import Column, Expression, call
from crossover.learning.evaluation.arithmetic import minus, over, plus, times, value
from crossover.learning.evaluation.buckets import Bucket, buckets_of, by_bucket, is_one, ranked_rows, total
from crossover.learning.evaluation.ranking import ALL_POSITIVES, POSITIVES_ABOVE, POSITIVES_TIED, ROWS_ABOVE, ROWS_TIED, cells
from crossover.learning.evaluation.specification import ThresholdRule
from crossover.relations.compute import Compute, one_row
from crossover.relations.nodes import Aggregate, AggregateCall, Filter, Order, Project, Relation, TopN

MARGIN = 1e-9
"""The stored threshold lies this part below the chosen score, so that a row of that very score is not lost to a rounding."""

_PREDICTED, _HITS = plus(ROWS_ABOVE, ROWS_TIED), plus(POSITIVES_ABOVE, POSITIVES_TIED)
_PRECISION, _RECALL = over(_HITS, _PREDICTED), over(_HITS, ALL_POSITIVES)


@dataclass(frozen=True)
class Chosen:
    """A threshold, and what its user should know."""

    threshold: float
    warnings: tuple[str, ...] = ()


def choose(compute: Compute, scored: Relation, label: str, probability: str, rule: ThresholdRule) -> Chosen:
    """Return the best threshold on the rows of a relation, which have both classes and are read several times.

    Raises DataError where no score reaches the precision that the rule asks for.
    """
    rows = ranked_rows(scored, is_one(label), probability, 0.5)
    buckets = buckets_of(compute.collect(by_bucket(rows)).to_pylist())
    by_score = cells(rows, buckets)
    columns = {"score": Column("score"), "precision": _PRECISION, "recall": _RECALL, "worth": _worth(rule)}
    judged = Project(by_score, tuple(columns.items()))
    enough = _enough(rule)
    allowed = judged if enough is None else Filter(judged, enough)
    best = compute.collect(TopN(allowed, (Order("worth", descending=True), Order("score")), 1)).to_pylist()
    if not best:
        raise _unreachable(compute, judged, rule)
    score = float(best[0]["score"])
    below = Filter(by_score, call("less", Column("score"), value(score)))
    highest = one_row(compute.collect(Aggregate(below, (), (("score", AggregateCall("max", "score")),))))["score"]
    slack = score * (1.0 - MARGIN)
    threshold = slack if highest is None else max(slack, (score + float(highest)) / 2)
    return Chosen(threshold, _warnings(rule, total(buckets[()]), -float(best[0]["worth"])))


def _worth(rule: ThresholdRule) -> Expression:
    """Return what is to be as large as possible."""
    if rule.precision is not None:
        return _RECALL
    if rule.recall is not None:
        return _PRECISION
    if rule.costs is not None:
        false_positives, false_negatives = minus(_PREDICTED, _HITS), minus(ALL_POSITIVES, _HITS)
        cost = plus(times(value(rule.costs.false_positive), false_positives), times(value(rule.costs.false_negative), false_negatives))
        return times(value(-1.0), cost)
    return over(times(value(2.0), _HITS), plus(_PREDICTED, ALL_POSITIVES))


def _enough(rule: ThresholdRule) -> Expression | None:
    """Return what a threshold must reach."""
    if rule.precision is not None:
        return call("less_equal", value(rule.precision), Column("precision"))
    if rule.recall is not None:
        return call("less_equal", value(rule.recall), Column("recall"))
    return None


def _unreachable(compute: Compute, judged: Relation, rule: ThresholdRule) -> DataError:
    (best,) = compute.collect(TopN(judged, (Order("precision", descending=True), Order("score")), 1)).to_pylist()
    return DataError(
        f"no threshold has precision {rule.precision:g} on the training rows:"
        f" the highest is {best['precision']:.6g}, at {best['score']:.6g}"
    )


def _warnings(rule: ThresholdRule, whole: Bucket, cost: float) -> tuple[str, ...]:
    """Warn where the costs say that nothing should ever be predicted positive, which no score does."""
    if rule.costs is None:
        return ()
    never = rule.costs.false_negative * whole.positives
    if never >= cost:
        return ()
    return (f"on the training rows predictions cost {cost:,.6g} at the best threshold, and never predicting positive {never:,.6g}",)
