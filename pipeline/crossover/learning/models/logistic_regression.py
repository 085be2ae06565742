"""Binary logistic regression."""

from __future__ import annotations

from crossover.core.errors import DataError
from crossover.learning.models.matrix import Matrix
from crossover.learning.models.optimum import (
    LIBRARY_TOLERANCE,
    WIDEST,
    Answer,
    Objective,
    library_iterations,
    polish,
    unpolished,
)
from crossover.learning.models.penalty import Penalty
from crossover.learning.models.trainer import Trainer


def fit(trainer: Trainer, matrix: Matrix, penalty: Penalty, positives: int) -> Answer:
    """Return the polished answer. Raises DataError if the training rows have one class."""
    if positives in (0, matrix.rows):
        only = "false (0)" if positives == 0 else "true (1)"
        raise DataError(f"the label is {only} in all {matrix.rows} training rows, so there is nothing to tell apart")
    found = trainer.fit_logistic_regression(matrix, penalty, library_iterations(matrix), LIBRARY_TOLERANCE)
    if matrix.width > WIDEST:
        return unpolished(found)
    return polish(Objective(trainer, matrix, "logistic", penalty), found)
