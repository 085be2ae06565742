"""The optimum of a penalised loss: the engine's library finds the answer, Newton steps take it to rounding.

Objective: weighted mean loss + l1 |b|_1 + l2/2 |b|^2, the intercept not penalised. The norm of its smallest
subgradient at the answer (of the gradient, without l1) is the proof that needs no second engine.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crossover.learning.models.matrix import Floats, Loss, LossSums, Matrix
from crossover.learning.models.penalty import Penalty
from crossover.learning.models.sparse_step import least_of_model
from crossover.learning.models.spectrum import NO_CURVATURE, spectrum
from crossover.learning.models.trainer import Trainer

TOLERANCE = 1e-9
"""Largest gradient norm of a polished answer."""
KKT_TOLERANCE = 1e-6
"""Largest norm of the smallest subgradient with l1. Polishing goes on to TOLERANCE; this is what is promised."""
SMALL = 1e-3
"""A residual up to which nobody doubts that an answer is near the optimum."""
LIBRARY_ITERATIONS = 100
"""The default of the libraries. Well-scaled data take 20 to 60; where more are needed Newton steps are cheaper."""
LIBRARY_TOLERANCE = 1e-8
MOST_STEPS = 30
MOST_HALVINGS = 30
WIDEST = 2_000
"""Columns up to which the Hessian is solved; wider answers stay as the library gave them."""
ROUNDING = 1e-12
"""Part of the objective that the order of a sum over many rows may change."""
LARGE, GONE = 5.0, 1e-4
"""A coefficient that may have grown without end, and what is then left of the curvature in some direction."""
AT_THE_BOUND = 1e-7
"""Part of l1 by which the gradient of a coefficient of 0 may miss it and still count as at the bound."""


@dataclass(frozen=True)
class Point:
    """Coefficients (m,) with the value, gradient and Hessian of the objective there; l1 is in the value alone."""

    coefficients: Floats
    sums: LossSums
    value: float
    gradient: Floats
    hessian: Floats
    l1: Floats
    """Of each coefficient: 0 for intercepts."""

    @property
    def subgradient(self) -> Floats:
        """The smallest subgradient: the gradient if l1 = 0."""
        there, gradient = self.coefficients, self.gradient
        at_zero = np.sign(gradient) * np.maximum(np.abs(gradient) - self.l1, 0.0)
        return np.where(there != 0, gradient + self.l1 * np.sign(there), at_zero)

    @property
    def residual(self) -> float:
        return float(np.linalg.norm(self.subgradient))

    @property
    def mean_loss(self) -> float:
        return self.sums.loss / self.sums.weight


@dataclass(frozen=True)
class Objective:
    """What is minimised over the rows of a matrix."""

    trainer: Trainer
    matrix: Matrix
    loss: Loss
    penalty: Penalty

    def at(self, coefficients: Floats) -> Point:
        return self.penalised(coefficients, self.trainer.loss_sums(self.matrix, coefficients, self.loss))

    @property
    def margins(self) -> int:
        """How many intercepts the coefficients have; the first of each d + 1 is one."""
        return 1

    def penalised(self, coefficients: Floats, sums: LossSums) -> Point:
        """Return the point that has these sums."""
        costs = np.ones((self.margins, len(coefficients) // self.margins))
        costs[:, 0] = 0.0
        l1, l2 = self.penalty.l1 * costs.ravel(), self.penalty.l2 * costs.ravel()
        value = sums.loss / sums.weight + float(l2 @ coefficients**2) / 2 + float(l1 @ np.abs(coefficients))
        gradient = sums.gradient / sums.weight + l2 * coefficients
        return Point(coefficients, sums, value, gradient, sums.hessian / sums.weight + np.diag(l2), l1)


@dataclass(frozen=True)
class Answer:
    """Coefficients (d + 1,) with the intercept first, of several classes (K, d + 1), and how good they are."""

    coefficients: Floats
    point: Point | None
    """None if the answer was too wide to polish."""
    steps: int
    warnings: tuple[str, ...]

    @property
    def residual(self) -> float | None:
        """Norm of the gradient of the objective; of its smallest subgradient with l1."""
        return None if self.point is None else self.point.residual

    @property
    def loss(self) -> float | None:
        """Weighted mean loss of the training rows, without the penalty."""
        return None if self.point is None else self.point.mean_loss

    @property
    def objective(self) -> float | None:
        return None if self.point is None else self.point.value


def library_iterations(matrix: Matrix) -> int:
    """Return how long the library may search: ten times as long where nothing is polished."""
    return LIBRARY_ITERATIONS if matrix.width <= WIDEST else 10 * LIBRARY_ITERATIONS


def unpolished(coefficients: Floats) -> Answer:
    """Return the library's answer as it is."""
    width = len(coefficients) - 1
    warning = f"{width} columns are more than {WIDEST}: the answer is as exact as the library left it"
    return Answer(coefficients, None, 0, (warning,))


def polish(objective: Objective, start: Floats) -> Answer:
    """Return the answer after Newton steps, until the residual is at most TOLERANCE.

    Without a penalty and where columns repeat each other, it is the shortest of the equally good ones.
    """
    point, steps = _start(objective, start), 0
    # libraries leave tiny numbers for zeros: with l1 one step at least says which are
    while (point.residual > TOLERANCE or (objective.penalty.l1 and not steps)) and steps < MOST_STEPS:
        better = _step(objective, point)
        if better is None:
            break
        point, steps = better, steps + 1
    warnings = []
    if not objective.penalty.total:
        point, repeated = _shortest(objective, point)
        if repeated:
            warnings.append(_repeated(objective.loss, repeated // objective.margins))
        if separated(objective, point):
            warnings.append("the inputs separate the classes, so with l2 = 0 coefficients grow without end: set l2 > 0")
    if objective.penalty.l1 and not objective.penalty.l2 and _several(point):
        warnings.append(
            "with l1 and no l2 columns that repeat each other share their effect in more than one equally good way:"
            f" {_unique(objective.loss)} are the only ones, coefficients are not; set l2 > 0 to make them so"
        )
    name, allowed = ("KKT residual", KKT_TOLERANCE) if objective.penalty.l1 else ("gradient norm", TOLERANCE)
    if point.residual > allowed:
        warnings.append(f"{name} {point.residual:.1e} after {steps} Newton steps; at most {allowed:.0e} was wanted")
    return Answer(point.coefficients, point, steps, tuple(warnings))


def _start(objective: Objective, found: Floats) -> Point:
    """Return the library's answer, or the coefficients 0 where it is worse than these."""
    point = objective.at(found)
    if point.residual <= SMALL:
        return point
    zeros = objective.at(np.zeros_like(found))
    return point if point.value <= zeros.value else zeros


def _repeated(loss: Loss, directions: int) -> str:
    return (
        f"with l2 = 0 the columns repeat each other in {directions} directions: of all coefficients that give"
        f" these {_unique(loss)} the shortest were taken"
    )


def _unique(loss: Loss) -> str:
    return "probabilities" if loss == "logistic" else "predictions"


def _step(objective: Objective, point: Point) -> Point | None:
    """Return the point after one Newton step, halved until it is better; None if none is."""
    if point.l1.any():
        step = least_of_model(point.coefficients, point.gradient, point.hessian, point.l1) - point.coefficients
    else:
        step = _newton(point)
    for _ in range(MOST_HALVINGS):
        candidate = objective.at(point.coefficients + step)
        # close to the answer the value no longer changes but in its last bits, and the gradient still does
        same = candidate.value <= point.value + ROUNDING * abs(point.value)
        if candidate.value < point.value or (same and candidate.residual < max(point.residual, TOLERANCE)):
            return candidate
        step = step / 2
    return None


def _newton(point: Point) -> Floats:
    values, vectors, scale = spectrum(point.hessian)
    curved = values > NO_CURVATURE * values[-1]
    directions = vectors[:, curved]
    return np.asarray(-scale * (directions @ ((directions.T @ (scale * point.gradient)) / values[curved])))


def _shortest(objective: Objective, point: Point) -> tuple[Point, int]:
    """Return the point without its part in directions that change no score, and their number."""
    values, vectors, scale = spectrum(point.hessian)
    flat = values <= NO_CURVATURE * values[-1]
    if not flat.any() or separated(objective, point):
        return point, 0
    basis, _ = np.linalg.qr(scale[:, None] * vectors[:, flat])
    shorter = point.coefficients - basis @ (basis.T @ point.coefficients)
    candidate = objective.at(shorter)
    return (candidate, int(flat.sum())) if candidate.residual <= max(TOLERANCE, point.residual) else (point, 0)


def _several(point: Point) -> bool:
    """Whether the columns whose gradient is at the bound repeat each other (Tibshirani 2013, lemma 2)."""
    at_bound = np.abs(point.gradient) >= point.l1 * (1 - AT_THE_BOUND)
    values, _, _ = spectrum(point.hessian[np.ix_(at_bound, at_bound)])
    return bool(values[0] <= NO_CURVATURE * values[-1])


def separated(objective: Objective, point: Point) -> bool:
    """Return whether classes are told apart so well that coefficients grow without end.

    Large coefficients alone do not say so: columns that are nearly alike have them too. But where scores have grown,
    the curvature that the loss has at 0 is gone.
    """
    if objective.loss != "logistic" or point.mean_loss < 1e-6:
        return objective.loss == "logistic"
    if float(np.abs(point.coefficients).max()) <= LARGE:
        return False
    values, vectors, scale = spectrum(objective.at(np.zeros_like(point.coefficients)).hessian)
    curved = values > NO_CURVATURE * values[-1]
    unit = scale[:, None] * vectors[:, curved] / np.sqrt(values[curved])
    return bool(np.linalg.eigvalsh(unit.T @ point.hessian @ unit)[0] < GONE)
