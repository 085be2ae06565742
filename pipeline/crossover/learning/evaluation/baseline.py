"""What the constant answer scores: the training share as probability, the majority as prediction."""

from __future__ import annotations

from math import log

from crossover.learning.evaluation.binary import decisions
from crossover.learning.evaluation.buckets import EPSILON
from crossover.learning.evaluation.findings import Metrics

PREFIX = "baseline_"


def baseline(rows: int, positives: int, training_share: float) -> Metrics:
    """Return the metrics of the constant answer on rows of which so many are positive, each with PREFIX."""
    share = min(max(training_share, EPSILON), 1.0 - EPSILON)
    loss = -(positives * log(share) + (rows - positives) * log(1.0 - share))
    majority = training_share >= 0.5
    metrics: Metrics = {
        "auc": 0.5 if 0 < positives < rows else None,
        "aupr": positives / rows if positives else None,
        "log_loss": loss / rows if rows else None,
        "brier": (positives * (1.0 - training_share) ** 2 + (rows - positives) * training_share**2) / rows if rows else None,
        **decisions(rows, positives, rows if majority else 0, positives if majority else 0),
    }
    return {PREFIX + name: value for name, value in metrics.items()}
