"""What programs in pandas and Polars share: scikit-learn's logistic regression on a design matrix, and its metrics."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from scipy.sparse import csr_array
from sklearn.calibration import calibration_curve
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    average_precision_score,
    brier_score_loss,
    confusion_matrix,
    f1_score,
    log_loss,
    precision_score,
    recall_score,
    roc_auc_score,
    roc_curve,
)

from benchmarks.suite.clocks import clock

Design: TypeAlias = np.ndarray | csr_array


def learned(
    to_learn: tuple[Design, np.ndarray], x: Design, label: np.ndarray, test: np.ndarray, l2: float = 0.0
) -> tuple[np.ndarray, dict[str, Any]]:
    """Return the probability of each row of x, and the metrics of the test rows.

    `to_learn` are matrix and label of the training rows, `l2` is per row, as in a document.
    """
    with clock("train"):
        rows, known = to_learn
        strength = 1 / (l2 * len(known)) if l2 else np.inf
        model = LogisticRegression(C=strength, solver="newton-cholesky", tol=1e-10, max_iter=100).fit(rows, known)
    with clock("score"):
        probability = model.predict_proba(x)[:, 1]
    with clock("evaluate"):
        metrics = judge(label[test], probability[test])
    return probability, metrics


def judge(label: np.ndarray, probability: np.ndarray) -> dict[str, Any]:
    said = probability >= 0.5
    calibration_curve(label, probability, n_bins=10)
    roc_curve(label, probability)
    (true_negatives, false_positives), (false_negatives, true_positives) = confusion_matrix(label, said)
    return {
        "rows": len(label),
        "auc": float(roc_auc_score(label, probability)),
        "aupr": float(average_precision_score(label, probability)),
        "log_loss": float(log_loss(label, probability)),
        "brier": float(brier_score_loss(label, probability)),
        "precision": float(precision_score(label, said)),
        "recall": float(recall_score(label, said)),
        "f1": float(f1_score(label, said)),
        "accuracy": float((true_negatives + true_positives) / len(label)),
        "true_positives": int(true_positives),
        "false_positives": int(false_positives),
        "true_negatives": int(true_negatives),
        "false_negatives": int(false_negatives),
    }
