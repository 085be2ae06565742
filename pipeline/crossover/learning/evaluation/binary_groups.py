"""Metrics of a classifier of two classes by group: all groups of all columns in two queries."""

from __future__ import annotations

from collections.abc import Sequence

from crossover.language.tree import Column
from crossover.learning.evaluation.binary import judged
from crossover.learning.evaluation.buckets import buckets_of, by_bucket, is_one, ranked_rows, total
from crossover.learning.evaluation.findings import Findings
from crossover.learning.evaluation.groups import KEYS, MOST_GROUPS, Group, check_few, findings, in_groups
from crossover.learning.evaluation.ranking import rankings
from crossover.relations.compute import Compute
from crossover.relations.nodes import Order, Relation, TopN

BUCKETS = 200
"""Of the scores of each group: windows of the ranking stay inside one."""
TOLD = ("rows", "positives", "auc", "aupr", "log_loss", "brier", "accuracy", "precision", "recall", "f1")
"""Metrics of each group, of which the least and the most over the groups are metrics of the model."""


def evaluate(
    compute: Compute, scored: Relation, label: str, probability: str, threshold: float, groups: Sequence[Group]
) -> Findings:
    """Return the metrics of each group, and the least and the most of each of TOLD.

    `scored` has the carried columns of the groups. Raises DataError for a column of too many values.
    """
    if not groups:
        return Findings({})
    every = in_groups(scored, {"label": Column(label), "score": Column(probability)}, groups)
    rows = ranked_rows(every, is_one("label"), "score", threshold, KEYS, BUCKETS)
    # more rows than these are of more than MOST_GROUPS values of some column, and then no more need come here
    most = len(groups) * MOST_GROUPS * (BUCKETS + 1) + 1
    order = tuple(Order(name) for name in (*KEYS, "number"))
    buckets = buckets_of(compute.collect(TopN(by_bucket(rows, KEYS), order, most)).to_pylist(), KEYS)
    check_few(buckets, groups)
    ranked = rankings(compute, rows, buckets, KEYS)
    found = {}
    for key, each in buckets.items():
        sums = total(each)
        ranking = {"auc": ranked[key].auc, "aupr": ranked[key].aupr}
        found[key] = {"rows": sums.rows, "positives": sums.positives, **ranking, **judged(sums)}
    return findings(groups, found, TOLD)
