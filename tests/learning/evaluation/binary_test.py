"""Metrics against scikit-learn and against numbers counted by hand."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from sklearn import metrics as oracle

from crossover.learning.evaluation.baseline import baseline
from crossover.learning.evaluation.binary import evaluate
from tests.tables import inline


def evaluated(learner: Any, labels: Any, scores: Any, threshold: float = 0.5) -> dict[str, Any]:
    table = inline("y int, p double", [(int(label), float(score)) for label, score in zip(labels, scores, strict=True)])
    return evaluate(learner, table, "y", "p", threshold).metrics


def random_scores(kind: str) -> tuple[Any, Any]:
    random = np.random.default_rng(11)
    labels = random.random(600) < 0.3
    scores = 1 / (1 + np.exp(-(random.normal(size=600) + labels)))
    match kind:
        case "many ties":
            scores = np.round(scores, 1)
        case "all in one bucket":
            scores = scores / 5000
        case "ends":
            scores = np.where(random.random(600) < 0.2, labels, scores)
        case "certain and wrong":
            scores = np.where(random.random(600) < 0.2, ~labels, scores)
        case "one score":
            scores = np.full(600, 0.3)
    return labels.astype(int), scores.astype(float)


@pytest.mark.parametrize("kind", ["distinct", "many ties", "all in one bucket", "ends", "certain and wrong", "one score"])
def test_all_metrics_are_those_of_scikit_learn(local_learner: Any, kind: str) -> None:
    labels, scores = random_scores(kind)
    found = evaluated(local_learner, labels, scores, 0.4)
    predicted = scores >= 0.4
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # precision of no prediction: here only the oracle's number counts
        expected = {
            "auc": oracle.roc_auc_score(labels, scores),
            "aupr": oracle.average_precision_score(labels, scores),
            "log_loss": oracle.log_loss(labels, scores),
            "brier": oracle.brier_score_loss(labels, scores),
            "accuracy": oracle.accuracy_score(labels, predicted),
            "recall": oracle.recall_score(labels, predicted),
            "f1": oracle.f1_score(labels, predicted),
        }
    assert {name: found[name] for name in expected} == pytest.approx(expected, rel=1e-12)
    ((tn, fp), (fn, tp)) = oracle.confusion_matrix(labels, predicted)
    names = ("true_negatives", "false_positives", "false_negatives", "true_positives")
    assert tuple(found[name] for name in names) == (tn, fp, fn, tp)
    assert found["precision"] == (pytest.approx(tp / (tp + fp)) if tp + fp else None)
    assert (found["rows"], found["positives"]) == (600, int(labels.sum()))


def test_a_tie_counts_half_in_auc(local_learner: Any) -> None:
    # pairs (positive, negative): 0.9 wins 2; 0.5 ties 1, wins 1
    assert evaluated(local_learner, [1, 1, 0, 0], [0.9, 0.5, 0.5, 0.1])["auc"] == pytest.approx((2 + 0.5 + 1) / 4, rel=1e-15)
    assert evaluated(local_learner, [1, 0, 1, 0], [0.3, 0.3, 0.3, 0.3])["auc"] == 0.5


def test_average_precision_by_hand(local_learner: Any) -> None:
    # downwards: 1 -> 1/1; 0; 1 -> 2/3; tie of 1 and 0 -> 3/5
    found = evaluated(local_learner, [1, 0, 1, 1, 0], [0.9, 0.8, 0.7, 0.2, 0.2])
    assert found["aupr"] == pytest.approx((1 + 2 / 3 + 3 / 5) / 3, rel=1e-15)


def test_scores_in_neighbouring_buckets_are_ranked_across_them(local_learner: Any) -> None:
    edge = 1 / 4000
    assert evaluated(local_learner, [1, 0, 0], [edge, edge * (1 - 1e-6), 0.0])["auc"] == 1.0
    assert evaluated(local_learner, [1, 0, 0], [edge, np.nextafter(edge, 0), 0.0])["auc"] == 1.0, "in one bucket"
    assert evaluated(local_learner, [0, 1, 1], [1.0, np.nextafter(1.0, 0), 0.0])["auc"] == 0.0


def test_where_a_class_is_missing_ranking_is_not_defined(local_learner: Any) -> None:
    none = evaluated(local_learner, [0, 0], [0.2, 0.6])
    assert (none["auc"], none["aupr"], none["recall"], none["precision"]) == (None, None, None, 0.0)
    every = evaluated(local_learner, [1, 1], [0.2, 0.4])
    assert (every["auc"], every["aupr"], every["recall"], every["precision"]) == (None, 1.0, 0.0, None)
    assert every["log_loss"] == pytest.approx(-(np.log(0.2) + np.log(0.4)) / 2, rel=1e-15)


def test_a_row_is_predicted_positive_at_the_threshold_itself(local_learner: Any) -> None:
    found = evaluated(local_learner, [1, 0], [0.25, np.nextafter(0.25, 0)], 0.25)
    assert (found["true_positives"], found["true_negatives"], found["f1"]) == (1, 1, 1.0)


def test_the_constant_answer_is_measured_as_any_other() -> None:
    labels = [1, 0, 0, 0, 1, 0, 0, 0, 0, 0]
    share = 0.3
    found = baseline(10, 2, share)
    scores = [share] * 10
    assert found["baseline_log_loss"] == pytest.approx(oracle.log_loss(labels, scores), rel=1e-14)
    assert found["baseline_brier"] == pytest.approx(oracle.brier_score_loss(labels, scores), rel=1e-14)
    assert found["baseline_auc"] == 0.5
    assert found["baseline_aupr"] == pytest.approx(oracle.average_precision_score(labels, scores))
    assert found["baseline_accuracy"] == 0.8
    assert (found["baseline_precision"], found["baseline_recall"]) == (None, 0.0)
    assert baseline(10, 2, 0.6)["baseline_accuracy"] == 0.2, "the majority of the training rows, not of the test rows"


def test_all_metrics_and_tables_take_two_queries(reference: Any) -> None:
    evaluated(reference, [1, 0, 1, 0], [0.9, 0.5, 0.4, 0.1])
    assert reference.queries == 2
