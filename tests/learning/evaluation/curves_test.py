"""Calibration, curves and lift against loops over the rows."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from sklearn import metrics as oracle
from sklearn.calibration import calibration_curve

from crossover.learning.evaluation.binary import evaluate
from crossover.learning.evaluation.buckets import Bucket
from crossover.learning.evaluation.curves import curve
from crossover.learning.evaluation.findings import Findings
from tests.tables import inline

Rows = list[tuple[int, float]]


def evaluated(learner: Any, rows: Rows) -> Findings:
    return evaluate(learner, inline("y int, p double", rows), "y", "p", 0.5)


def random_rows(kind: str, count: int = 607) -> Rows:
    random = np.random.default_rng(53)
    labels = random.random(count) < 0.3
    scores = 1 / (1 + np.exp(-(random.normal(size=count) + labels - 0.5)))
    if kind == "ties":
        scores = np.round(scores, 1)
    if kind == "one score":
        scores = np.full(count, 0.3)
    return [(int(label), float(score)) for label, score in zip(labels, scores, strict=True)]


@pytest.mark.parametrize("kind", ["distinct", "ties", "one score"])
def test_calibration_is_counted_in_tenths_of_the_scores(local_learner: Any, kind: str) -> None:
    rows = random_rows(kind)
    found = evaluated(local_learner, rows)
    apart = 0.0
    for place, line in enumerate(found.tables["calibration"]):
        # a score that is an edge but for rounding, as 0.3 is, belongs to the tenth that begins there
        within = [row for row in rows if min(int(row[1] * 10 + 1e-9), 9) == place]
        assert (line["from"], line["to"], line["rows"]) == (place / 10, (place + 1) / 10, len(within))
        mean = sum(score for _, score in within) / len(within) if within else None
        share = sum(label for label, _ in within) / len(within) if within else None
        assert line["mean_probability"] == (mean if mean is None else pytest.approx(mean, rel=1e-12))
        assert line["share_positive"] == share
        apart += len(within) * abs(mean - share) if mean is not None and share is not None else 0.0
    assert found.metrics["expected_calibration_error"] == pytest.approx(apart / len(rows), rel=1e-12)
    labels, scores = zip(*rows, strict=True)
    assert found.metrics["brier"] == pytest.approx(oracle.brier_score_loss(labels, scores), rel=1e-12)
    if kind == "distinct":
        shares, means = calibration_curve(labels, scores, n_bins=10)
        lines = [line for line in found.tables["calibration"] if line["rows"]]
        assert [line["share_positive"] for line in lines] == pytest.approx(list(shares), rel=1e-12)
        assert [line["mean_probability"] for line in lines] == pytest.approx(list(means), rel=1e-12)


def lift_by_hand(rows: Rows) -> list[Fraction]:
    """Return the positives of each tenth; rows of one score share, so each stands for a part of each place they take."""
    places = sorted(rows, key=lambda row: row[1], reverse=True)
    alike: dict[float, list[int]] = {}
    for label, score in rows:
        alike.setdefault(score, []).append(label)
    each = [Fraction(sum(alike[score]), len(alike[score])) for _, score in places]
    ends = [Fraction(len(rows) * tenth, 10) for tenth in range(11)]
    return [
        sum((max(Fraction(0), min(end, Fraction(place + 1)) - max(begin, Fraction(place))) * value for place, value in enumerate(each)), Fraction(0))
        for begin, end in pairwise(ends)
    ]


@pytest.mark.parametrize(("kind", "count"), [("distinct", 607), ("distinct", 600), ("ties", 607), ("one score", 83), ("distinct", 7)])
def test_lift_is_that_of_tenths_of_the_rows(local_learner: Any, kind: str, count: int) -> None:
    rows = random_rows(kind, count)
    table = evaluated(local_learner, rows).tables["lift"]
    expected = lift_by_hand(rows)
    positives = sum(label for label, _ in rows)
    assert [line["positives"] for line in table] == pytest.approx([float(each) for each in expected], rel=1e-12, abs=1e-9)
    assert [line["lift"] for line in table] == pytest.approx([float(each * 10 / positives) for each in expected], rel=1e-12, abs=1e-9)
    assert [line["rows"] for line in table] == [len(rows) / 10] * 10
    assert table[-1]["recall_so_far"] == 1.0
    if kind == "one score":
        assert [line["lift"] for line in table] == pytest.approx([1.0] * 10, rel=1e-12)


@pytest.mark.parametrize("kind", ["distinct", "ties", "one score"])
def test_points_of_the_curves_are_counted_at_their_thresholds(local_learner: Any, kind: str) -> None:
    rows = random_rows(kind)
    labels, scores = (np.array(column) for column in zip(*rows, strict=True))
    points = evaluated(local_learner, rows).tables["curve"]
    assert len(points) <= 200
    for point in points:
        predicted = scores >= point["threshold"] - 1e-12
        assert point["recall"] == pytest.approx(predicted[labels == 1].mean(), rel=1e-14)
        assert point["precision"] == pytest.approx(labels[predicted].mean(), rel=1e-14)
        assert point["false_positive_rate"] == pytest.approx(predicted[labels == 0].mean(), rel=1e-14)
    assert (points[-1]["recall"], points[-1]["false_positive_rate"]) == (1.0, 1.0)
    if kind == "distinct":
        rates = [[0.0, *(point[name] for point in points)] for name in ("false_positive_rate", "recall")]
        assert np.trapezoid(rates[1], rates[0]) == pytest.approx(oracle.roc_auc_score(labels, scores), abs=0.002)


def test_of_many_rows_200_points_are_told() -> None:
    buckets = [Bucket(number, 3, number % 2, 0, 0, 0.0, 0.0, 0.0) for number in reversed(range(4000))]
    points = curve(buckets)
    assert 190 <= len(points) <= 200
    assert max(np.diff([point["false_positive_rate"] for point in points])) < 0.006, "equally many rows apart"


@pytest.mark.parametrize("label", [0, 1])
def test_with_one_class_there_are_tables_and_no_rates_of_the_other(local_learner: Any, label: int) -> None:
    found = evaluated(local_learner, [(label, 0.25), (label, 0.75), (label, 1.0)])
    assert [line["rows"] for line in found.tables["calibration"]] == [0, 0, 1, 0, 0, 0, 0, 1, 0, 1]
    assert found.tables["lift"][0]["lift"] == (pytest.approx(1.0) if label else None)
    last = found.tables["curve"][-1]
    assert (last["recall"], last["false_positive_rate"]) == ((1.0, None) if label else (None, 1.0))
    assert found.metrics["brier"] == pytest.approx(np.mean([(label - p) ** 2 for p in (0.25, 0.75, 1.0)]), rel=1e-15)
