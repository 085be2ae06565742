"""Names of the metrics that a model's gates may use."""

from __future__ import annotations

from crossover.learning.models.specification import Train, TrainKMeans

_JUDGED = ("auc", "aupr", "log_loss", "accuracy", "precision", "recall", "f1")
_COUNTED = ("rows", "positives", "true_positives", "false_positives", "true_negatives", "false_negatives")


def metrics_of(train: Train) -> tuple[str, ...]:
    """Return the names of the metrics of a kind of model."""
    if isinstance(train, TrainKMeans):
        return ("rows", "inertia", "silhouette", *(f"size_{cluster}" for cluster in range(train.k)))
    return (*_JUDGED, *(f"baseline_{name}" for name in _JUDGED), *_COUNTED)
