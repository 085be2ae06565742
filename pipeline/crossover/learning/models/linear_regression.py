"""Linear regression of a label that was centred and scaled: its penalty l1 is divided by the label's spread.

With y = m + s u and b = s v the objective, mean (y - x b)^2 / 2 + l1 |b|_1 + l2/2 |b|^2, is s^2 times
mean (u - x v)^2 / 2 + l1/s |v|_1 + l2/2 |v|^2. So the residual that is shown does not depend on the label's unit, and a
label far from 0 loses no digits.
"""

from __future__ import annotations

from crossover.learning.models.matrix import Floats, Matrix
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


def fit(trainer: Trainer, matrix: Matrix, penalty: Penalty, spread: float) -> Answer:
    """Return the polished answer for the scaled label of the matrix.

    Parameters
    ----------
    spread : standard deviation of the label in its own unit, not 0; see `in_units_of_label`.
    penalty : of the label in its own unit.
    """
    own = scaled(penalty, spread)
    found = trainer.fit_linear_regression(matrix, own, library_iterations(matrix), LIBRARY_TOLERANCE)
    if matrix.width > WIDEST:
        return unpolished(found)
    return polish(Objective(trainer, matrix, "squared", own), found)


def scaled(penalty: Penalty, spread: float) -> Penalty:
    """Return the penalty for the scaled label."""
    return Penalty(penalty.l1 / spread, penalty.l2)


def in_units_of_label(coefficients: Floats, mean: float, spread: float) -> Floats:
    """Return coefficients (d + 1,) for the label in its own unit."""
    own = coefficients * spread
    own[0] += mean
    return own
