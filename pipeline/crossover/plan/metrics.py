"""Names of the metrics that a model's gates may use."""

from __future__ import annotations

from crossover.learning.evaluation import binary_groups, regression
from crossover.learning.evaluation.baseline import PREFIX
from crossover.learning.evaluation.groups import names_of
from crossover.learning.evaluation.specification import Evaluate
from crossover.learning.models.specification import Train, TrainKMeans, TrainLinearRegression, TrainLogisticRegression

_JUDGED = ("auc", "aupr", "log_loss", "brier", "accuracy", "precision", "recall", "f1")
_MORE = ("auc_low", "auc_high", "expected_calibration_error", "threshold")
_COUNTED = ("rows", "positives", "true_positives", "false_positives", "true_negatives", "false_negatives")

_OF_NUMBERS = ("rmse", "mae", "r2", *(f"residual_{percent}" for percent in regression.QUANTILES))
OF_CLASSES = ("accuracy", "log_loss", "macro_precision", "macro_recall", "macro_f1", "macro_auc")


def metrics_of(train: Train, evaluate: Evaluate) -> tuple[str, ...]:
    """Return the names of the metrics of a kind of model, judged in a way."""
    if isinstance(train, TrainKMeans):
        found = ("rows", "inertia", "baseline_inertia", "silhouette", "davies_bouldin")
        known = ("adjusted_rand", "baseline_adjusted_rand", "rows_with_truth") if evaluate.truth else ()
        return (*found, *known, *(f"size_{cluster}" for cluster in range(train.clusters)))
    if isinstance(train, TrainLinearRegression):
        return (*_OF_NUMBERS, *_beside(_OF_NUMBERS), "rows", *_by_group(evaluate, regression.TOLD))
    if not is_binary(train):
        return (*OF_CLASSES, *_beside(OF_CLASSES), "rows")
    return (*_JUDGED, *_beside(_JUDGED), *_MORE, *_COUNTED, *_by_group(evaluate, binary_groups.TOLD))


def is_binary(train: Train) -> bool:
    """Whether a model tells two classes apart."""
    return isinstance(train, TrainLogisticRegression) and not train.multinomial


def _beside(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the metrics of the constant answer."""
    return tuple(PREFIX + name for name in names)


def _by_group(evaluate: Evaluate, told: tuple[str, ...]) -> tuple[str, ...]:
    """Return the least and the most of metrics over the groups of each column."""
    return tuple(name for column in evaluate.by for name in names_of(column, told))
