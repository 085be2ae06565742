"""The same by scikit-learn's functions: python -m benchmarks.evaluation.by_scikit_learn FOLDER."""

from __future__ import annotations

import json
import sys
import time

import numpy as np
import pyarrow.dataset as ds
from sklearn import metrics
from sklearn.calibration import calibration_curve


def main(folder: str) -> None:
    table = ds.dataset(folder).to_table(columns=["label", "probability"])
    label, probability = (table[name].to_numpy() for name in ("label", "probability"))
    began = time.perf_counter()
    auc, aupr = metrics.roc_auc_score(label, probability), metrics.average_precision_score(label, probability)
    ranked = time.perf_counter()
    metrics.log_loss(label, probability)
    metrics.brier_score_loss(label, probability)
    metrics.confusion_matrix(label, probability >= 0.5)
    calibration_curve(label, probability, n_bins=10)
    first = label[np.argsort(-probability, kind="stable")[: len(label) // 10]]
    done = time.perf_counter()
    told = {
        "auc_and_aupr_s": round(ranked - began, 2),
        "all_metrics_s": round(done - began, 2),
        "auc": auc,
        "aupr": aupr,
        "lift_of_first_tenth": float(first.mean() / label.mean()),
    }
    print(json.dumps(told))  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
