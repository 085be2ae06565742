"""Multinomial logistic regression: coefficients (K, d + 1) of K classes.

Adding the same numbers to each class changes no probability, so the Hessian is singular. Without l1 Newton goes in the
subspace of coefficients whose sum over the classes is zero, where an optimum lies and where the penalty is the same
sum of squares: B = Q T with Q (K, K - 1) of orthonormal columns orthogonal to ones. With l1 it goes in B itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from crossover.learning.models.matrix import Floats, LossSums, Matrix
from crossover.learning.models.optimum import LIBRARY_ITERATIONS, LIBRARY_TOLERANCE, Answer, Objective, Point, polish
from crossover.learning.models.penalty import Penalty
from crossover.learning.models.trainer import Trainer

WIDEST = 1_000
"""Columns times classes up to which the Hessian is solved; wider answers stay as the library left them."""


def fit(trainer: Trainer, matrix: Matrix, classes: int, penalty: Penalty) -> Answer:
    """Return the polished answer (K, d + 1), the intercepts first; they sum to zero, and so does each column without l1.

    Labels of the matrix are 0 .. K - 1, each there with weight.
    """
    wide = matrix.width * classes > WIDEST
    iterations = 10 * LIBRARY_ITERATIONS if wide else LIBRARY_ITERATIONS
    found = trainer.fit_multinomial(matrix, classes, penalty, iterations, LIBRARY_TOLERANCE)
    if wide:
        warning = f"{matrix.width} columns of {classes} classes are more than {WIDEST} numbers: the answer is as exact as the library left it"
        return Answer(centred(found, penalty), None, 0, (warning,))
    basis = np.eye(classes) if penalty.l1 else zero_sum_basis(classes)
    answer = polish(SoftmaxObjective(trainer, matrix, "logistic", penalty, basis), (basis.T @ centred(found, penalty)).ravel())
    return replace(answer, coefficients=basis @ answer.coefficients.reshape(basis.shape[1], -1))


def centred(coefficients: Floats, penalty: Penalty) -> Floats:
    """Return coefficients whose intercepts sum to zero over the classes; without l1 each column does.

    With l1 the sum of a column is part of the optimum: taking it off would fill the zeros.
    """
    means = coefficients.mean(axis=0)
    if penalty.l1:
        means[1:] = 0.0
    return np.asarray(coefficients - means)


def zero_sum_basis(classes: int) -> Floats:
    """Return Q (K, K - 1), orthonormal columns orthogonal to ones: those of Helmert."""
    columns = []
    for number in range(1, classes):
        column = np.zeros(classes)
        column[:number] = 1.0
        column[number] = -float(number)
        columns.append(column / np.sqrt(number * (number + 1.0)))
    return np.stack(columns, axis=1)


@dataclass(frozen=True)
class SoftmaxObjective(Objective):
    """The objective over T (m, d + 1), flat, with B = basis T."""

    basis: Floats
    """Shape (K, m), orthonormal columns."""

    @property
    def margins(self) -> int:
        return int(self.basis.shape[1])

    def at(self, coefficients: Floats) -> Point:
        classes, margins = self.basis.shape
        sums = self.trainer.multinomial_sums(self.matrix, self.basis @ coefficients.reshape(margins, -1))
        size = sums.gradient.shape[1]
        blocks = sums.hessian.reshape(classes, size, classes, size)
        hessian = np.einsum("ka,kilj,lb->aibj", self.basis, blocks, self.basis, optimize=True)
        gradient, cells = self.basis.T @ sums.gradient, margins * size
        flat = LossSums(self.matrix.rows, sums.weight, sums.loss, gradient.ravel(), hessian.reshape(cells, cells))
        return _with_centre(self.penalised(coefficients, flat), margins) if margins == classes else self.penalised(coefficients, flat)


def _with_centre(point: Point, classes: int) -> Point:
    """Return the point of the objective + (sum of the intercepts)^2 / 2, which is least where they sum to zero."""
    intercepts = np.zeros(len(point.coefficients))
    intercepts[:: len(intercepts) // classes] = 1.0
    total = float(intercepts @ point.coefficients)
    gradient, hessian = point.gradient + total * intercepts, point.hessian + np.outer(intercepts, intercepts)
    return replace(point, value=point.value + total**2 / 2, gradient=gradient, hessian=hessian)
