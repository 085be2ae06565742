"""Metrics of several classes against scikit-learn and against counts by hand."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from sklearn import metrics as oracle

from crossover.learning.evaluation.findings import Findings
from crossover.learning.evaluation.multinomial import evaluate
from tests.tables import inline

CLASSES = ["a", "b", "c"]
SHARES = (0.5, 0.3, 0.2)


def evaluated(learner: Any, labels: Any, probabilities: Any) -> Findings:
    rows = [(int(label), *map(float, line)) for label, line in zip(labels, probabilities, strict=True)]
    return evaluate(learner, inline("y int, p0 double, p1 double, p2 double", rows), "y", ["p0", "p1", "p2"], CLASSES, SHARES)


def random_rows(kind: str) -> tuple[Any, Any]:
    random = np.random.default_rng(17)
    labels = random.integers(0, 2 if kind == "a class is missing" else 3, size=240)
    margins = random.normal(size=(240, 3)) + 1.2 * np.eye(3)[labels]
    if kind == "a class is never predicted":
        margins[:, 2] -= 30
    scores = np.exp(margins - margins.max(axis=1, keepdims=True))
    scores /= scores.sum(axis=1, keepdims=True)
    if kind == "ties":
        scores = np.round(scores * 4) + 1
        scores /= scores.sum(axis=1, keepdims=True)
    return labels, scores


@pytest.mark.parametrize("kind", ["distinct", "ties", "a class is missing", "a class is never predicted"])
def test_all_metrics_are_those_of_scikit_learn(local_learner: Any, kind: str) -> None:
    labels, scores = random_rows(kind)
    found = evaluated(local_learner, labels, scores)
    predicted = scores.argmax(axis=1)
    aucs = [oracle.roc_auc_score(labels == place, scores[:, place]) for place in range(3) if (labels == place).any()]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a precision without predictions counts 0
        expected = {
            "accuracy": oracle.accuracy_score(labels, predicted),
            "macro_precision": oracle.precision_score(labels, predicted, average="macro", zero_division=0),
            "macro_recall": oracle.recall_score(labels, predicted, average="macro", zero_division=0),
            "macro_f1": oracle.f1_score(labels, predicted, average="macro", zero_division=0),
            "log_loss": oracle.log_loss(labels, scores, labels=[0, 1, 2]),
            "macro_auc": np.mean(aucs),
        }
    assert {name: found.metrics[name] for name in expected} == pytest.approx(expected, rel=1e-12)
    if kind == "distinct":
        assert found.metrics["macro_auc"] == pytest.approx(oracle.roc_auc_score(labels, scores, multi_class="ovr"), rel=1e-12)
    assert found.tables["confusion"]["rows of a class, by prediction"] == oracle.confusion_matrix(labels, predicted, labels=[0, 1, 2]).tolist()
    assert [line["class"] for line in found.tables["classes"]] == CLASSES
    precision = oracle.average_precision_score(labels == 0, scores[:, 0])
    assert found.tables["classes"][0]["aupr"] == pytest.approx(precision, rel=1e-12)


def test_the_constant_answer_gives_the_training_shares(local_learner: Any) -> None:
    labels, scores = random_rows("distinct")
    found = evaluated(local_learner, labels, scores).metrics
    assert found["baseline_log_loss"] == pytest.approx(oracle.log_loss(labels, [SHARES] * len(labels)), rel=1e-12)
    assert found["baseline_accuracy"] == pytest.approx((labels == 0).mean(), rel=1e-14)
    assert found["baseline_macro_auc"] == 0.5
    assert found["baseline_macro_recall"] == pytest.approx(1 / 3, rel=1e-14)


def test_by_hand(local_learner: Any) -> None:
    # predicted: 0, 0 (the first of equal ones), 2
    found = evaluated(local_learner, [0, 1, 2], [(0.6, 0.3, 0.1), (0.4, 0.4, 0.2), (0.1, 0.2, 0.7)])
    assert found.tables["confusion"]["rows of a class, by prediction"] == [[1, 0, 0], [1, 0, 0], [0, 0, 1]]
    assert found.metrics["macro_precision"] == pytest.approx((1 / 2 + 0 + 1) / 3, rel=1e-15)
    # against the rest: a wins both pairs, b wins both, c wins both
    assert [line["auc"] for line in found.tables["classes"]] == [1.0, 1.0, 1.0]
