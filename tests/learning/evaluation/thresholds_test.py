"""Thresholds chosen by rules against all thresholds tried one by one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from crossover.core.errors import DataError
from crossover.learning.evaluation.specification import Evaluate, ThresholdRule
from crossover.learning.evaluation.thresholds import Chosen, choose
from tests.tables import inline

Rows = list[tuple[int, float]]


def chosen(learner: Any, rows: Rows, **rule: Any) -> Chosen:
    return choose(learner, inline("y int, p double", rows), "y", "p", ThresholdRule(**rule))


def random_rows(kind: str) -> Rows:
    random = np.random.default_rng(61)
    labels = random.random(400) < 0.3
    scores = 1 / (1 + np.exp(-(random.normal(size=400) + 1.5 * labels - 1)))
    if kind == "ties":
        scores = np.round(scores, 1)
    return [(int(label), float(score)) for label, score in zip(labels, scores, strict=True)]


def best_by_hand(rows: Rows, worth: Callable[[Any, Any], float | None]) -> float:
    """Return the smallest of the distinct scores with the highest worth."""
    labels, scores = (np.array(column) for column in zip(*rows, strict=True))
    tried = [(worth(labels, scores >= score), -score) for score in sorted(set(scores))]
    return float(-max((value, score) for value, score in tried if value is not None)[1])


def counts(labels: Any, predicted: Any) -> tuple[int, int, int]:
    """Return true positives, false positives and false negatives."""
    return int(labels[predicted].sum()), int((1 - labels[predicted]).sum()), int(labels[~predicted].sum())


def f1(labels: Any, predicted: Any) -> float:
    hits, false_positives, false_negatives = counts(labels, predicted)
    return 2 * hits / (2 * hits + false_positives + false_negatives)


def costs(labels: Any, predicted: Any) -> float:
    _, false_positives, false_negatives = counts(labels, predicted)
    return -(3.0 * false_positives + 7.0 * false_negatives)


def with_precision(labels: Any, predicted: Any) -> float | None:
    hits, false_positives, false_negatives = counts(labels, predicted)
    return hits / (hits + false_negatives) if hits / (hits + false_positives) >= 0.6 else None


def with_recall(labels: Any, predicted: Any) -> float | None:
    hits, false_positives, false_negatives = counts(labels, predicted)
    return hits / (hits + false_positives) if hits / (hits + false_negatives) >= 0.8 else None


@pytest.mark.parametrize("kind", ["distinct", "ties"])
@pytest.mark.parametrize(
    ("rule", "worth"),
    [
        ({"best": "f1"}, f1),
        ({"precision": 0.6}, with_precision),
        ({"recall": 0.8}, with_recall),
        ({"costs": {"false_positive": 3.0, "false_negative": 7.0}}, costs),
    ],
    ids=["f1", "precision", "recall", "costs"],
)
def test_the_threshold_is_the_best_of_all_scores(local_learner: Any, kind: str, rule: Any, worth: Any) -> None:
    rows = random_rows(kind)
    found = chosen(local_learner, rows, **rule)
    best = best_by_hand(rows, worth)
    assert found.threshold == pytest.approx(best, rel=2e-9)
    assert found.warnings == ()
    # what it predicts on these rows is what the score itself would
    assert [score >= found.threshold for _, score in rows] == [score >= best for _, score in rows]


def test_of_equally_good_thresholds_the_smallest_is_taken(local_learner: Any) -> None:
    # at 0.8: 1 hit of 1, 2 wanted, F1 2/3; at 0.4: 2 hits of 4, F1 4/6
    rows = [(1, 0.8), (0, 0.6), (0, 0.5), (1, 0.4)]
    assert chosen(local_learner, rows, best="f1").threshold == pytest.approx(0.4, rel=2e-9)
    # nothing but negatives below 0.8 adds to the recall, and the precision of 0.5 is still enough
    assert chosen(local_learner, [(1, 0.8), (0, 0.6)], precision=0.5).threshold == pytest.approx(0.6, rel=2e-9)


def test_the_threshold_stays_above_the_next_score(local_learner: Any) -> None:
    lower = 0.5 * (1 - 4e-16)
    found = chosen(local_learner, [(1, 0.5), (0, lower), (0, 0.25)], best="f1")
    assert lower < found.threshold <= 0.5


def test_a_precision_that_nothing_reaches_is_told(local_learner: Any) -> None:
    rows = [(0, 0.9), (1, 0.5), (0, 0.5), (1, 0.25)]
    with pytest.raises(DataError, match=r"no threshold has precision 0\.75 on the training rows: the highest is 0\.5, at 0\.25"):
        chosen(local_learner, rows, precision=0.75)


def test_costs_for_which_never_predicting_is_best_are_told(local_learner: Any) -> None:
    found = chosen(local_learner, [(0, 0.9), (1, 0.5), (0, 0.1)], costs={"false_positive": 10.0, "false_negative": 1.0})
    # at 0.9: one false positive and one false negative; at 0.5: one false positive
    assert found.threshold == pytest.approx(0.5, rel=2e-9)
    assert found.warnings == ("on the training rows predictions cost 10 at the best threshold, and never predicting positive 1",)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"threshold": 1.5}, "`threshold` is a probability, from 0 to 1, not 1.5"),
        ({"threshold": {}}, "here are none"),
        ({"threshold": {"precision": 0.5, "best": "f1"}}, "here are precision and best"),
        ({"threshold": {"costs": {"false_positive": 0.0, "false_negative": 0.0}}}, "both 0"),
    ],
)
def test_a_rule_that_says_nothing_is_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Evaluate.model_validate(settings)
