"""Metrics of a classifier of several classes: confusion, and how each class ranks against all others."""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from typing import Any

from crossover.language.tree import Case, Column, Expression, call, literal
from crossover.learning.evaluation.arithmetic import times, value
from crossover.learning.evaluation.baseline import PREFIX
from crossover.learning.evaluation.buckets import EPSILON, buckets_of, by_bucket, ranked_rows
from crossover.learning.evaluation.findings import Findings, Metrics, ratio
from crossover.learning.evaluation.ranking import Ranking, rankings
from crossover.learning.models.fitted import AS_LIKELY
from crossover.relations.compute import Compute
from crossover.relations.nodes import Aggregate, AggregateCall, Project, Relation, Union

BUCKETS = 1_000
"""Of the scores of each class: windows of the ranking stay inside one."""

Counts = list[list[int]]
"""Rows by the place of their class, then by that of the predicted one."""


def evaluate(
    compute: Compute,
    scored: Relation,
    label: str,
    probabilities: Sequence[str],
    classes: Sequence[Any],
    training_shares: Sequence[float],
) -> Findings:
    """Return metrics and tables over all rows of a relation; metrics that are not defined are None.

    Parameters
    ----------
    scored : is read several times; without nulls in the columns named here.
    label : int column, the place of the row's class in `classes`.
    probabilities : a double column within 0 and 1 for each of `classes`; the largest is predicted, the first of those as likely.
    classes : JSON values, for the tables.
    training_shares : of each class, which the constant answer gives as probabilities.
    """
    counts, loss = _confusion(compute, scored, label, probabilities)
    ranked = _rankings(compute, scored, label, probabilities)
    per_class = [_of_class(place, counts, ranked) for place in range(len(classes))]
    rows = sum(map(sum, counts))
    metrics: Metrics = {
        "rows": rows,
        **_judged(counts),
        "log_loss": ratio(loss, rows),
        "macro_auc": _mean([line["auc"] for line in per_class]),
        **_baseline(counts, training_shares),
    }
    tables = {
        "classes": [{"class": name, **line} for name, line in zip(classes, per_class, strict=True)],
        "confusion": {"classes": list(classes), "rows of a class, by prediction": counts},
    }
    return Findings(metrics, tables)


def predicted_place(probabilities: Sequence[str]) -> Expression:
    """Return the place of the largest column, the first of those as likely."""
    columns = [Column(name) for name in probabilities]
    largest = times(call("greatest", *columns), value(AS_LIKELY))
    branches = tuple((call("less_equal", largest, column), literal(place)) for place, column in enumerate(columns[:-1]))
    return Case(branches, literal(len(columns) - 1))


def _confusion(compute: Compute, scored: Relation, label: str, probabilities: Sequence[str]) -> tuple[Counts, float]:
    """Return the confusion table and the sum of the log loss."""
    branches = tuple((call("equal", Column(label), literal(place)), Column(name)) for place, name in enumerate(probabilities[:-1]))
    own = Case(branches, Column(probabilities[-1]))
    clipped = call("least", call("greatest", own, value(EPSILON)), value(1.0 - EPSILON))
    columns = {"label": Column(label), "predicted": predicted_place(probabilities), "loss": times(value(-1.0), call("ln", clipped))}
    calls = (("rows", AggregateCall("count_rows")), ("loss", AggregateCall("sum", "loss")))
    found = compute.collect(Aggregate(Project(scored, tuple(columns.items())), ("label", "predicted"), calls)).to_pylist()
    counts = [[0] * len(probabilities) for _ in probabilities]
    for row in found:
        counts[row["label"]][row["predicted"]] = row["rows"]
    return counts, sum(row["loss"] for row in sorted(found, key=lambda row: (row["label"], row["predicted"])))


def _rankings(compute: Compute, scored: Relation, label: str, probabilities: Sequence[str]) -> list[Ranking]:
    """Return how each class ranks against all others, for all of them in two queries."""
    each = tuple(
        Project(scored, (("of", literal(place)), ("label", Column(label)), ("score", Column(name))))
        for place, name in enumerate(probabilities)
    )
    rows = ranked_rows(Union(each), call("equal", Column("label"), Column("of")), "score", 0.5, ("of",), BUCKETS)
    buckets = buckets_of(compute.collect(by_bucket(rows, ("of",))).to_pylist(), ("of",))
    found = rankings(compute, rows, buckets, ("of",))
    return [found.get((place,), Ranking(None, None)) for place in range(len(probabilities))]


def _of_class(place: int, counts: Counts, ranked: Sequence[Ranking]) -> dict[str, Any]:
    rows, predicted, hits = sum(counts[place]), sum(line[place] for line in counts), counts[place][place]
    return {
        "rows": rows,
        "predicted": predicted,
        "hits": hits,
        "precision": ratio(hits, predicted),
        "recall": ratio(hits, rows),
        "f1": ratio(2 * hits, rows + predicted),
        "auc": ranked[place].auc,
        "aupr": ranked[place].aupr,
    }


def _judged(counts: Counts) -> Metrics:
    """Return accuracy and macro means over the classes that have rows or predictions; a ratio without rows counts 0."""
    sums = [(sum(line), sum(other[place] for other in counts), line[place]) for place, line in enumerate(counts)]
    there = [each for each in sums if each[0] or each[1]]
    return {
        "accuracy": ratio(sum(hits for _, _, hits in sums), sum(rows for rows, _, _ in sums)),
        "macro_precision": _mean([ratio(hits, predicted) or 0.0 for _, predicted, hits in there]),
        "macro_recall": _mean([ratio(hits, rows) or 0.0 for rows, _, hits in there]),
        "macro_f1": _mean([ratio(2 * hits, rows + predicted) or 0.0 for rows, predicted, hits in there]),
    }


def _baseline(counts: Counts, training_shares: Sequence[float]) -> Metrics:
    """Return the metrics of the constant answer: the training shares as probabilities, the most common class as prediction."""
    common = max(range(len(training_shares)), key=lambda place: (training_shares[place], -place))
    constant = [[sum(line) if place == common else 0 for place in range(len(line))] for line in counts]
    rows = sum(map(sum, counts))
    losses = [-log(min(max(share, EPSILON), 1.0 - EPSILON)) for share in training_shares]
    loss = sum(sum(line) * each for line, each in zip(counts, losses, strict=True))
    both_sides = any(0 < sum(line) < rows for line in counts)
    metrics: Metrics = {**_judged(constant), "log_loss": ratio(loss, rows), "macro_auc": 0.5 if both_sides else None}
    return {PREFIX + name: metric for name, metric in metrics.items()}


def _mean(values: Sequence[float | None]) -> float | None:
    known = [each for each in values if each is not None]
    return ratio(sum(known), len(known))
