"""Names of the metrics that a model's gates may use."""

from __future__ import annotations

from crossover.learning.evaluation.specification import Evaluate
from crossover.learning.models.specification import Train, TrainKMeans

_JUDGED = ("auc", "aupr", "log_loss", "accuracy", "precision", "recall", "f1")
_COUNTED = ("rows", "positives", "true_positives", "false_positives", "true_negatives", "false_negatives")


def metrics_of(train: Train, evaluate: Evaluate) -> tuple[str, ...]:
    """Return the names of the metrics of a kind of model, judged in a way."""
    if isinstance(train, TrainKMeans):
        found = ("rows", "inertia", "baseline_inertia", "silhouette", "davies_bouldin")
        known = ("adjusted_rand", "baseline_adjusted_rand", "rows_with_truth") if evaluate.truth else ()
        return (*found, *known, *(f"size_{cluster}" for cluster in range(train.clusters)))
    return (*_JUDGED, *(f"baseline_{name}" for name in _JUDGED), *_COUNTED)
