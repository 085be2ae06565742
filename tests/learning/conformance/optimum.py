"""The third opinion: optima in extended precision (np.longdouble), from the definition alone.

Objective: sum(w loss) / sum(w) + l1 |B|_1 + l2/2 |B|^2; the intercepts are not penalised. Without l1 by Newton's
method; with l1 by an interior point in (B, u), |B| <= u, as in Koh, Kim and Boyd (2007), whose barrier shrinks to
nothing. Slow and simple: designs are written out, linear systems are solved by elimination.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

Longs = Any
"""An array of np.longdouble."""

LONG = np.longdouble
EPSILON = LONG(2) ** -63
FLAT = LONG(1e-15)
"""Pivots below this part of the largest stand for directions without curvature."""


@dataclass(frozen=True)
class Problem:
    """What is to be learned. `classes` is 0 for a linear regression, 2 for one margin, more for one margin each.

    With `multinomial` two classes have a margin each, too.
    """

    design: Longs
    """(n, d), without the intercept."""
    label: Longs
    """(n,): numbers, or codes of classes."""
    weight: Longs
    classes: int
    l1: float
    l2: float
    multinomial: bool = False

    @property
    def margins(self) -> int:
        """Rows of the coefficients."""
        return self.classes if self.multinomial else 1

    @cached_property
    def written_out(self) -> Longs:
        """(n, d + 1)."""
        return np.column_stack([np.ones(len(self.design)), self.design]).astype(LONG)

    @cached_property
    def shares(self) -> Longs:
        """Weights whose sum is 1."""
        return (self.weight / self.weight.sum()).astype(LONG)

    @cached_property
    def penalised(self) -> Longs:
        """1 for a coefficient, 0 for an intercept; flat, class by class."""
        one = np.ones(self.design.shape[1] + 1, dtype=LONG)
        one[0] = 0
        return np.tile(one, self.margins)


def objective(problem: Problem, coefficients: Longs) -> LONG:
    """Return the objective at coefficients (margins, d + 1)."""
    flat = coefficients.astype(LONG).ravel()
    return smooth_value(problem, flat) + LONG(problem.l1) * (problem.penalised * abs(flat)).sum()


def probabilities(problem: Problem, coefficients: Longs) -> Longs:
    """Return (n, K); of one margin (n, 2); of a linear regression its predictions (n, 1)."""
    scores = problem.written_out @ coefficients.astype(LONG).reshape(problem.margins, -1).T
    if problem.classes == 0:
        return scores
    if not problem.multinomial:
        scores = np.column_stack([np.zeros(len(scores), dtype=LONG), scores[:, 0]])
    powers = np.exp(scores - scores.max(axis=1)[:, None])
    return powers / powers.sum(axis=1)[:, None]


def smooth_value(problem: Problem, flat: Longs) -> LONG:
    """Return the objective without its l1 term."""
    scores = problem.written_out @ flat.reshape(problem.margins, -1).T
    if problem.classes == 0:
        losses = (scores[:, 0] - problem.label) ** 2 / 2
    else:
        if not problem.multinomial:
            scores = np.column_stack([np.zeros(len(scores), dtype=LONG), scores[:, 0]])
        largest = scores.max(axis=1)
        own = scores[np.arange(len(scores)), problem.label.astype(int)]
        losses = np.log(np.exp(scores - largest[:, None]).sum(axis=1)) + largest - own
    return (problem.shares * losses).sum() + LONG(problem.l2) * (problem.penalised * flat**2).sum() / 2


def smooth(problem: Problem, flat: Longs) -> tuple[Any, Longs, Longs]:
    """Return value, gradient and Hessian of the objective without its l1 term."""
    x, w = problem.written_out, problem.shares
    ridge = LONG(problem.l2) * problem.penalised
    p = probabilities(problem, flat)
    if problem.classes == 0:
        residual, curvature = (p[:, 0] - problem.label)[:, None], np.ones((len(x), 1, 1), dtype=LONG)
    else:
        kept = range(p.shape[1]) if problem.multinomial else [1]
        residual = np.stack([p[:, k] - (problem.label == k) for k in kept], axis=1)
        curvature = np.stack([np.stack([p[:, k] * ((k == other) - p[:, other]) for other in kept], axis=1) for k in kept], axis=1)
    gradient = ((residual * w[:, None]).T @ x).ravel() + ridge * flat
    size = x.shape[1]
    hessian = np.zeros((len(flat), len(flat)), dtype=LONG)
    for k in range(problem.margins):
        for other in range(problem.margins):
            block = x.T @ (x * (w * curvature[:, k, other])[:, None])
            hessian[k * size : (k + 1) * size, other * size : (other + 1) * size] = block
    return smooth_value(problem, flat), gradient, hessian + np.diag(ridge)


def optimum(problem: Problem) -> Longs:
    """Return optimal coefficients (margins, d + 1); one of them where there are several."""
    start = np.zeros(problem.margins * (problem.design.shape[1] + 1), dtype=LONG)
    flat = _interior(problem, start) if problem.l1 else _newton(problem, start)
    return flat.reshape(problem.margins, -1)


def _newton(problem: Problem, flat: Longs) -> Longs:
    value, gradient, hessian = smooth(problem, flat)
    for _ in range(200):
        step = solve(hessian, -gradient)
        slope, length = gradient @ step, LONG(1)
        if not -slope > EPSILON * (abs(value) + EPSILON) * 16:
            # the last step of a quadratic convergence is taken without asking
            return flat + step
        while True:
            if smooth_value(problem, flat + length * step) <= value + LONG(1e-4) * length * slope or length < 1e-12:
                break
            length /= 2
        flat = flat + length * step
        value, gradient, hessian = smooth(problem, flat)
    return flat


def _interior(problem: Problem, flat: Longs) -> Longs:
    mask = problem.penalised > 0
    bounds = np.ones(len(flat), dtype=LONG)
    barrier = LONG(0.1)
    while barrier > 1e-17:
        barrier /= 20
        for _ in range(60):
            _, gradient, hessian = smooth(problem, flat)
            squares = bounds**2 - flat**2
            by_flat = gradient + np.where(mask, barrier * 2 * flat / squares, 0)
            by_bound = np.where(mask, LONG(problem.l1) - barrier * 2 * bounds / squares, 0)
            both = np.where(mask, barrier * 2 * (bounds**2 + flat**2) / squares**2, 0)
            mixed = np.where(mask, -barrier * 4 * flat * bounds / squares**2, 0)
            safe = np.where(mask, both, 1)
            step = solve(hessian + np.diag(both - mixed**2 / safe), -(by_flat - mixed * by_bound / safe))
            rise = np.where(mask, -(by_bound + mixed * step) / safe, 0)
            decrement = -(by_flat @ step + by_bound @ rise)
            if decrement < barrier * LONG(1e-3):
                break
            length = _inside(flat, bounds, step, rise, mask)
            now = _barrier_value(problem, flat, bounds, barrier, mask)
            while length > 1e-15:
                if _barrier_value(problem, flat + length * step, bounds + length * rise, barrier, mask) <= now - LONG(0.01) * length * decrement:
                    break
                length /= 2
            else:
                break
            flat, bounds = flat + length * step, bounds + length * rise
    return np.where(mask & (bounds < 1e-9), 0, flat)


def _inside(flat: Longs, bounds: Longs, step: Longs, rise: Longs, mask: Any) -> LONG:
    """Return the longest part of a step, at most 1, that keeps |flat| < bounds."""
    length = LONG(1)
    for sign in (1, -1):
        room, change = (bounds - sign * flat)[mask], (rise - sign * step)[mask]
        if (change < 0).any():
            length = min(length, LONG(0.99) * (room[change < 0] / -change[change < 0]).min())
    return length


def _barrier_value(problem: Problem, flat: Longs, bounds: Longs, barrier: LONG, mask: Any) -> LONG:
    value = smooth_value(problem, flat)
    with np.errstate(divide="ignore"):
        logs = np.log((bounds - flat)[mask]) + np.log((bounds + flat)[mask])
    return value + LONG(problem.l1) * bounds[mask].sum() - barrier * logs.sum()


def solve(matrix: Longs, right: Longs) -> Longs:
    """Solve a symmetric positive semidefinite system by elimination with diagonal pivots; flat directions get 0."""
    scale = np.sqrt(np.where(np.diag(matrix) > 0, np.diag(matrix), 1))
    left, values = matrix / scale[:, None] / scale, right / scale
    size = len(values)
    left, values, used = left.copy(), values.copy(), []
    remaining = list(range(size))
    while remaining:
        pivot = max(remaining, key=lambda place: left[place, place])
        if left[pivot, pivot] <= FLAT:
            break
        remaining.remove(pivot)
        used.append(pivot)
        if remaining:
            rest = np.array(remaining)
            factors = left[rest, pivot] / left[pivot, pivot]
            left[rest] -= factors[:, None] * left[pivot]
            values[rest] -= factors * values[pivot]
    found = np.zeros(size, dtype=LONG)
    for place, pivot in reversed([*enumerate(used)]):
        later = used[place + 1 :]
        found[pivot] = (values[pivot] - left[pivot, later] @ found[later]) / left[pivot, pivot]
    return found / scale
