"""The interval of AUC against DeLong's and Obuchowski's formulas written out pair by pair."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest

from crossover.learning.evaluation.binary import evaluate
from crossover.learning.evaluation.buckets import Bucket
from crossover.learning.evaluation.interval import NORMAL_975, auc_of_buckets, interval, variance_of_cells, variance_of_clusters
from tests.tables import inline

Rows = list[tuple[int, float, int]]
"""Label, score, cluster."""


def won(positive: float, negative: float) -> float:
    return 1.0 if positive > negative else 0.5 if positive == negative else 0.0


def components(rows: Rows) -> tuple[list[float], list[float], float]:
    """Return the component of each positive, of each negative, and AUC."""
    positives = [score for label, score, _ in rows if label == 1]
    negatives = [score for label, score, _ in rows if label == 0]
    ups = [sum(won(score, other) for other in negatives) / len(negatives) for score in positives]
    downs = [sum(won(other, score) for other in positives) / len(positives) for score in negatives]
    return ups, downs, sum(ups) / len(ups)


def delong(rows: Rows) -> float:
    ups, downs, _ = components(rows)
    return float(np.var(ups, ddof=1) / len(ups) + np.var(downs, ddof=1) / len(downs))


def obuchowski(rows: Rows) -> float:
    ups, downs, auc = components(rows)
    up_by_row, down_by_row = iter(ups), iter(downs)
    clusters: dict[int, list[float]] = {}
    for label, _, cluster in rows:
        own = clusters.setdefault(cluster, [0.0, 0, 0.0, 0])
        own[0 if label else 2] += next(up_by_row) if label else next(down_by_row)
        own[1 if label else 3] += 1
    m, n = len(ups), len(downs)
    i = len(clusters)
    i10 = sum(own[1] > 0 for own in clusters.values())
    i01 = sum(own[3] > 0 for own in clusters.values())
    s10 = i10 / ((i10 - 1) * m) * sum((up - mi * auc) ** 2 for up, mi, _, _ in clusters.values())
    s01 = i01 / ((i01 - 1) * n) * sum((down - ni * auc) ** 2 for _, _, down, ni in clusters.values())
    s11 = i / (i - 1) * sum((up - mi * auc) * (down - ni * auc) for up, mi, down, ni in clusters.values())
    return s10 / m + s01 / n + 2 * s11 / (m * n)


def random_rows(kind: str, clusters: int = 9) -> Rows:
    random = np.random.default_rng(31)
    rows: Rows = []
    for _ in range(160):
        cluster = int(random.integers(clusters))
        label = int(random.random() < 0.2 + 0.05 * cluster)
        score = float(1 / (1 + np.exp(-(random.normal() + 0.9 * label + 0.1 * cluster))))
        match kind:
            case "ties":
                score = round(score, 1)
            case "one bucket":
                score = score / 5000
            case "one score":
                score = 0.25
        rows.append((label, score, cluster))
    return rows


def evaluated(learner: Any, rows: Rows, *clusters: str) -> dict[str, Any]:
    return evaluate(learner, inline("y int, p double, c int", rows), "y", "p", 0.5, clusters).metrics


@pytest.mark.parametrize("kind", ["distinct", "ties", "one bucket", "one score"])
def test_the_interval_is_delongs_or_with_clusters_obuchowskis(local_learner: Any, kind: str) -> None:
    rows = random_rows(kind)
    _, _, auc = components(rows)
    for clusters, variance in (((), delong(rows)), (("c",), obuchowski(rows))):
        found = evaluated(local_learner, rows, *clusters)
        reach = 1.959963984540054 * sqrt(max(variance, 0.0))
        assert found["auc"] == pytest.approx(auc, rel=1e-13)
        assert found["auc_low"] == pytest.approx(auc - reach, rel=1e-12)
        assert found["auc_high"] == pytest.approx(min(auc + reach, 1.0), rel=1e-12)


def test_clusters_of_one_row_are_rows_that_stand_alone() -> None:
    rows = [(label, score, number) for number, (label, score, _) in enumerate(random_rows("ties"))]
    assert obuchowski(rows) == pytest.approx(delong(rows), rel=1e-14), "the two formulas of this test agree"


def test_rows_that_are_alike_make_the_interval_wider(reference: Any) -> None:
    rows = [row for row in random_rows("distinct", clusters=160) for _ in range(5)]
    alone, alike = evaluated(reference, rows), evaluated(reference, rows, "c")
    width = alike["auc_high"] - alike["auc_low"]
    # five copies of each row: as many rows as if they told five times as much
    assert width / (alone["auc_high"] - alone["auc_low"]) > 2


def test_without_spread_there_is_no_interval(local_learner: Any) -> None:
    one_positive = [(1, 0.9, 1), (0, 0.4, 1), (0, 0.3, 2)]
    found = evaluated(local_learner, one_positive)
    assert (found["auc"], found["auc_low"], found["auc_high"]) == (1.0, None, None)
    in_one_cluster = [(1, 0.9, 1), (1, 0.2, 1), (0, 0.4, 1), (0, 0.3, 2)]
    assert evaluated(local_learner, in_one_cluster, "c")["auc_low"] is None
    assert evaluated(local_learner, [(1, 0.9, 1), (1, 0.8, 2)], "c")["auc_low"] is None


def test_a_perfect_ranking_has_an_interval_without_width(reference: Any) -> None:
    rows = [(1, 0.9, 1), (1, 0.8, 2), (0, 0.4, 3), (0, 0.3, 4)]
    assert [evaluated(reference, rows, "c")[name] for name in ("auc_low", "auc_high")] == [1.0, 1.0]
    low, high = interval(0.99, 0.02**2)
    assert low == pytest.approx(0.99 - NORMAL_975 * 0.02, rel=1e-15)
    assert high == 1.0


def test_deviations_may_be_taken_from_any_number_near_auc() -> None:
    rows = random_rows("ties")
    ups, downs, auc = components(rows)
    for near in (0.0, 0.5, auc, 1.0):
        sums = {"up_square": sum((up - near) ** 2 for up in ups), "down_square": sum((down - near) ** 2 for down in downs)}
        assert variance_of_cells(sums, near, auc, len(ups), len(downs)) == pytest.approx(delong(rows), rel=1e-12)
    assert variance_of_clusters({"with_positives": 1, "with_negatives": 3, "clusters": 3}, 0.5, 0.7, 4, 4) is None


def test_the_auc_of_buckets_ties_the_rows_of_a_bucket() -> None:
    buckets = [Bucket(9, 3, 2, 0, 0, 0.0, 0.0, 0.0), Bucket(4, 2, 1, 0, 0, 0.0, 0.0, 0.0)]
    # positives (negatives): 2 (1) above 1 (1)
    assert auc_of_buckets(buckets) == (2 * (0.5 * 1 + 1) + 1 * 0.5) / (3 * 2)


# coverage


def _drawn(random: np.random.Generator, effect: float, *, labels_alike: bool) -> tuple[Any, Any, Any]:
    """Return labels, scores and clusters of 100 clusters of 8 rows that share half of what their scores are made of."""
    cluster = np.repeat(np.arange(100), 8)
    share = random.beta(0.7, 1.3, size=100) if labels_alike else np.full(100, 0.35)
    labels = random.random(800) < share[cluster]
    shared = random.normal(size=100)[cluster]
    return labels, labels * effect + sqrt(0.5) * shared + sqrt(0.5) * random.normal(size=800), cluster


def _intervals_by_formula(labels: Any, scores: Any, cluster: Any) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return what the engines compute with and without clusters, from the same sums by NumPy: thousands of queries would take hours."""
    order = np.sort(scores[~labels]), np.sort(scores[labels])
    m, n = int(labels.sum()), int((~labels).sum())
    ups = np.searchsorted(order[0], scores[labels]) / n
    downs = 1 - np.searchsorted(order[1], scores[~labels]) / m
    auc = float(ups.mean())
    up, down = np.bincount(cluster[labels], ups - auc, 100), np.bincount(cluster[~labels], downs - auc, 100)
    mi, ni = np.bincount(cluster[labels], minlength=100), np.bincount(cluster[~labels], minlength=100)
    sums: dict[str, Any] = {
        "up_square": up @ up, "down_square": down @ down, "up_down": up @ down, "up_positives": up @ mi, "down_negatives": down @ ni,
        "crossed": up @ ni + down @ mi, "positives_square": mi @ mi, "negatives_square": ni @ ni, "positives_negatives": mi @ ni,
        "clusters": 100.0, "with_positives": float((mi > 0).sum()), "with_negatives": float((ni > 0).sum()),
    }  # fmt: skip
    alike = interval(auc, variance_of_clusters({name: float(each) for name, each in sums.items()}, auc, auc, m, n))
    squares = {"up_square": float(np.square(ups - auc).sum()), "down_square": float(np.square(downs - auc).sum())}
    alone = interval(auc, variance_of_cells(squares, auc, auc, m, n))
    return alike, alone  # type: ignore[return-value]


@pytest.mark.slow
@pytest.mark.once
@pytest.mark.parametrize(("effect", "labels_alike"), [(0.3, False), (1.2, False), (0.3, True)])
def test_95_percent_of_the_intervals_cover_the_true_auc(reference: Any, effect: float, labels_alike: bool) -> None:
    # two scores of independent rows differ by a normal of variance 2
    truth = NormalDist().cdf(effect / sqrt(2))
    random = np.random.default_rng(41)
    draws = [_intervals_by_formula(*_drawn(random, effect, labels_alike=labels_alike)) for _ in range(2000)]
    covered, alone = (sum(low <= truth <= high for low, high in ends) / len(draws) for ends in zip(*draws, strict=True))
    assert 0.93 <= covered <= 0.97
    if labels_alike:
        assert alone < 0.85, "which is why rows of one cluster are not counted as if they were independent"
    labels, scores, cluster = _drawn(random, effect, labels_alike=labels_alike)
    rows = [
        (int(label), float(score), int(of))
        for label, score, of in zip(labels, 1 / (1 + np.exp(-scores)), cluster, strict=True)
    ]
    for clusters, expected in zip((("c",), ()), _intervals_by_formula(labels, scores, cluster), strict=True):
        found = evaluated(reference, rows, *clusters)
        assert (found["auc_low"], found["auc_high"]) == pytest.approx(expected, rel=1e-12)
