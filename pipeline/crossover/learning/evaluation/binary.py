"""Metrics of a binary classifier as formulas over relations: the same numbers whatever the engine.

Two queries over the scores: sums by bucket of scores, then the exact ranking, from which also come the interval of AUC
and the lift.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crossover.language.tree import Column
from crossover.learning.evaluation import curves, interval
from crossover.learning.evaluation.buckets import Bucket, Buckets, Key, buckets_of, by_bucket, is_one, ranked_rows, total
from crossover.learning.evaluation.findings import Findings, Metrics, ratio
from crossover.learning.evaluation.ranking import NEGATIVES, POSITIVES, cells, precisions, ranking_of, won_pairs
from crossover.relations.compute import Compute, one_row
from crossover.relations.nodes import Aggregate, AggregateCall, Project, Relation


def evaluate(
    compute: Compute, scored: Relation, label: str, probability: str, threshold: float, clusters: Sequence[str] = ()
) -> Findings:
    """Return metrics and tables over all rows of a relation; metrics that are not defined are None.

    Parameters
    ----------
    scored : is read twice; without nulls in label and probability.
    label : int column of 0 and 1.
    probability : double column within 0 and 1.
    threshold : a row is predicted positive if its probability is at least this.
    clusters : columns whose equal values mark rows that are alike, for the interval of AUC; none: each row stands alone.
    """
    rows = ranked_rows(scored, is_one(label), probability, threshold, clusters)
    buckets = buckets_of(compute.collect(by_bucket(rows)).to_pylist()).get((), [])
    whole = total(buckets)
    table = curves.calibration(buckets)
    sums = _sums(compute, rows, buckets, whole, clusters) if buckets else {}
    ranking = ranking_of(sums.get("pairs", 0.0), sums.get("precision", 0.0), buckets)
    low, high = _interval(sums, ranking.auc, buckets, whole, clusters)
    metrics: Metrics = {
        "rows": whole.rows,
        "positives": whole.positives,
        "auc": ranking.auc,
        "auc_low": low,
        "auc_high": high,
        "aupr": ranking.aupr,
        **judged(whole),
        "expected_calibration_error": curves.expected_calibration_error(table),
        "threshold": threshold,
    }
    gains = [sums[name] for name in curves.gained(whole.rows)] if sums else []
    tables = {
        "calibration": table,
        "curve": curves.curve(buckets),
        "lift": curves.lift(whole.rows, whole.positives, gains) if gains else [],
    }
    return Findings(metrics, tables)


def judged(sums: Bucket) -> Metrics:
    """Return the metrics that are sums over rows."""
    return {
        "log_loss": ratio(sums.loss, sums.rows),
        "brier": ratio(sums.square, sums.rows),
        **decisions(sums.rows, sums.positives, sums.predicted, sums.hits),
    }


def decisions(rows: int, positives: int, predicted: int, hits: int) -> Metrics:
    """Return the confusion matrix and its ratios; `hits` are rows predicted positive that are."""
    return {
        "accuracy": ratio(hits + (rows - positives - predicted + hits), rows),
        "precision": ratio(hits, predicted),
        "recall": ratio(hits, positives),
        "f1": ratio(2 * hits, predicted + positives),
        "true_positives": hits,
        "false_positives": predicted - hits,
        "false_negatives": positives - hits,
        "true_negatives": rows - positives - predicted + hits,
    }


def _sums(compute: Compute, rows: Relation, buckets: Buckets, whole: Bucket, clusters: Sequence[str]) -> Mapping[str, float]:
    """Return sums over all cells: won pairs, precisions, positives of the first tenths, and those of the interval."""
    parts = {"pairs": won_pairs(), "precision": precisions(), **curves.gained(whole.rows)}
    columns = {**{name: Column(name) for name in clusters}, "positives": POSITIVES, "negatives": NEGATIVES, **parts}
    by_score: Mapping[Key, Buckets] = {(): buckets}
    every = cells(rows, by_score, (), clusters)
    if not 0 < whole.positives < whole.rows:
        calls = tuple((name, AggregateCall("sum", name)) for name in parts)
        query = Aggregate(Project(every, tuple(parts.items())), (), calls)
    else:
        columns |= interval.deviations(interval.auc_of_buckets(buckets))
        weighed = Project(every, tuple(columns.items()))
        query = interval.of_clusters(weighed, clusters, tuple(parts)) if clusters else interval.of_cells(weighed, tuple(parts))
    return {name: float(number or 0.0) for name, number in one_row(compute.collect(query)).items()}


def _interval(
    sums: Mapping[str, float], auc: float | None, buckets: Buckets, whole: Bucket, clusters: Sequence[str]
) -> tuple[float | None, float | None]:
    if auc is None:
        return None, None
    variance = interval.variance_of_clusters if clusters else interval.variance_of_cells
    near = interval.auc_of_buckets(buckets)
    return interval.interval(auc, variance(sums, near, auc, whole.positives, whole.rows - whole.positives))
