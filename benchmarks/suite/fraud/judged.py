"""What pandas and Polars share: which payments are test rows, scikit-learn's logistic regression, and its metrics."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
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
from crossover.core.hashing import hash_rows, share


def test_rows(transactions: np.ndarray) -> np.ndarray:
    """Return which payments are test rows: a fifth, by the hash that the document's split means."""
    return share(hash_rows(["split", pa.array(transactions)], len(transactions))) < 0.2


def learned(x: np.ndarray, fraud: np.ndarray, test: np.ndarray) -> tuple[np.ndarray, dict[str, Any]]:
    """Return the probability of each payment, and the metrics of the test rows."""
    with clock("train"):
        model = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-10, max_iter=100).fit(x[~test], fraud[~test])
    with clock("score"):
        probability = model.predict_proba(x)[:, 1]
    with clock("evaluate"):
        metrics = judge(fraud[test], probability[test])
    return probability, metrics


def judge(fraud: np.ndarray, probability: np.ndarray) -> dict[str, Any]:
    said = probability >= 0.5
    calibration_curve(fraud, probability, n_bins=10)
    roc_curve(fraud, probability)
    (true_negatives, false_positives), (false_negatives, true_positives) = confusion_matrix(fraud, said)
    return {
        "rows": len(fraud),
        "auc": float(roc_auc_score(fraud, probability)),
        "aupr": float(average_precision_score(fraud, probability)),
        "log_loss": float(log_loss(fraud, probability)),
        "brier": float(brier_score_loss(fraud, probability)),
        "precision": float(precision_score(fraud, said)),
        "recall": float(recall_score(fraud, said)),
        "f1": float(f1_score(fraud, said)),
        "accuracy": float((true_negatives + true_positives) / len(fraud)),
        "true_positives": int(true_positives),
        "false_positives": int(false_positives),
        "true_negatives": int(true_negatives),
        "false_negatives": int(false_negatives),
    }
