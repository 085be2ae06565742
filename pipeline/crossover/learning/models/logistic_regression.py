"""Binary logistic regression: the engine's library finds the answer, Newton steps take it to rounding.

Objective: mean log loss + l2/2 |b|^2, the intercept not penalised. Its gradient norm at the answer is the proof
that needs no second engine.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crossover.core.errors import DataError
from crossover.learning.models.matrix import Floats, LogisticSums, Matrix
from crossover.learning.models.trainer import Trainer

TOLERANCE = 1e-9
"""Largest gradient norm of a polished answer."""
LIBRARY_ITERATIONS = 100
"""The default of both libraries. Well-scaled data take 20 to 60; where more are needed Newton steps are cheaper."""
LIBRARY_TOLERANCE = 1e-8
MOST_STEPS = 30
MOST_HALVINGS = 12
WIDEST = 2_000
"""Columns up to which the Hessian is solved, 32 MB a partial sum; wider answers stay as the library gave them."""
NO_CURVATURE = 1e-12
"""Eigenvalues of the scaled Hessian below this part of the largest are directions that change no probability."""


@dataclass(frozen=True)
class LogisticAnswer:
    """Coefficients (d + 1,) with the intercept first, and how good they are."""

    coefficients: Floats
    gradient_norm: float | None
    """Of the objective; None if the answer was too wide to polish."""
    loss: float | None
    """Mean log loss of the training rows, without the penalty."""
    steps: int
    warnings: tuple[str, ...]


def fit(trainer: Trainer, matrix: Matrix, l2: float, positives: int) -> LogisticAnswer:
    """Return the polished answer. Raises DataError if the training rows have one class."""
    if positives in (0, matrix.rows):
        only = "false (0)" if positives == 0 else "true (1)"
        raise DataError(f"the label is {only} in all {matrix.rows} training rows, so there is nothing to tell apart")
    found = trainer.fit_logistic_regression(matrix, l2, LIBRARY_ITERATIONS, LIBRARY_TOLERANCE)
    if matrix.width > WIDEST:
        warning = f"{matrix.width} columns are more than {WIDEST}: the answer is as exact as the library left it"
        return LogisticAnswer(found, None, None, 0, (warning,))
    return polish(trainer, matrix, found, l2)


def polish(trainer: Trainer, matrix: Matrix, start: Floats, l2: float) -> LogisticAnswer:
    """Return the answer after Newton steps, until the gradient norm is at most TOLERANCE.

    Where l2 = 0 and columns repeat each other, it is the shortest of the equally good ones.
    """
    point = _Point.at(trainer, matrix, start, l2)
    steps = 0
    while point.gradient_norm > TOLERANCE and steps < MOST_STEPS:
        better = _step(trainer, matrix, point, l2)
        if better is None:
            break
        point, steps = better, steps + 1
    warnings = []
    if l2 == 0:
        point, repeated = _shortest(trainer, matrix, point)
        if repeated:
            warnings.append(
                f"with l2 = 0 the columns repeat each other in {repeated} directions: of all coefficients that give"
                " these probabilities the shortest were taken"
            )
        if _separated(point):
            warnings.append("the inputs separate the classes, so with l2 = 0 coefficients grow without end: set l2 > 0")
    if point.gradient_norm > TOLERANCE:
        warnings.append(f"gradient norm {point.gradient_norm:.1e} after {steps} Newton steps; at most {TOLERANCE:.0e} was wanted")
    loss = point.sums.loss / point.sums.rows
    return LogisticAnswer(point.coefficients, point.gradient_norm, loss, steps, tuple(warnings))


@dataclass(frozen=True)
class _Point:
    """Coefficients with the value, gradient and Hessian of the objective there."""

    coefficients: Floats
    sums: LogisticSums
    value: float
    gradient: Floats
    hessian: Floats

    @staticmethod
    def at(trainer: Trainer, matrix: Matrix, coefficients: Floats, l2: float) -> _Point:
        sums = trainer.logistic_sums(matrix, coefficients)
        penalty = np.full(len(coefficients), l2)
        penalty[0] = 0.0
        value = sums.loss / sums.rows + float(penalty @ coefficients**2) / 2
        gradient = sums.gradient / sums.rows + penalty * coefficients
        return _Point(coefficients, sums, value, gradient, sums.hessian / sums.rows + np.diag(penalty))

    @property
    def gradient_norm(self) -> float:
        return float(np.linalg.norm(self.gradient))


def _step(trainer: Trainer, matrix: Matrix, point: _Point, l2: float) -> _Point | None:
    """Return the point after one Newton step, halved until it is better; None if none is."""
    values, vectors, scale = _eigen(point.hessian)
    curved = values > NO_CURVATURE * values[-1]
    directions = vectors[:, curved]
    step = -scale * (directions @ ((directions.T @ (scale * point.gradient)) / values[curved]))
    for _ in range(MOST_HALVINGS):
        candidate = _Point.at(trainer, matrix, point.coefficients + step, l2)
        # close to the answer the value no longer changes in its last bit, but the gradient still does
        if candidate.value < point.value or candidate.gradient_norm < point.gradient_norm:
            return candidate
        step = step / 2
    return None


def _eigen(hessian: Floats) -> tuple[Floats, Floats, Floats]:
    """Return eigenvalues (ascending) and vectors of D H D, and D, which gives it a diagonal of ones.

    So columns of very different size do not look like columns without curvature.
    """
    diagonal = np.diag(hessian)
    scale = np.where(diagonal > 0, 1.0 / np.sqrt(np.where(diagonal > 0, diagonal, 1.0)), 1.0)
    values, vectors = np.linalg.eigh(scale[:, None] * hessian * scale)
    return values, vectors, scale


def _shortest(trainer: Trainer, matrix: Matrix, point: _Point) -> tuple[_Point, int]:
    """Return the point without its part in directions that change no probability, and their number."""
    values, vectors, scale = _eigen(point.hessian)
    flat = values <= NO_CURVATURE * values[-1]
    if not flat.any() or _separated(point):
        return point, 0
    basis, _ = np.linalg.qr(scale[:, None] * vectors[:, flat])
    shorter = point.coefficients - basis @ (basis.T @ point.coefficients)
    candidate = _Point.at(trainer, matrix, shorter, 0.0)
    return (candidate, int(flat.sum())) if candidate.gradient_norm <= max(TOLERANCE, point.gradient_norm) else (point, 0)


def _separated(point: _Point) -> bool:
    return point.sums.loss / point.sums.rows < 1e-6 or float(np.abs(point.coefficients).max()) > 30.0
