"""Optima of penalised losses in extended precision, written out: Newton's model, minimised coordinate by coordinate."""

from __future__ import annotations

from typing import Any

import numpy as np

Longs = Any
LONG = np.longdouble


def optimum(x: Any, y: Any, weight: Any, loss: str, l1: float = 0.0, l2: float = 0.0) -> Longs:
    """Return (d + 1,) coefficients, the intercept first, of the least sum(w loss) / sum(w) + l1 |b|_1 + l2/2 |b|^2."""
    design = np.column_stack([np.ones(len(x)), x]).astype(LONG)
    label, share = np.asarray(y).astype(LONG), np.asarray(weight).astype(LONG) / np.asarray(weight).astype(LONG).sum()
    cost = np.ones(design.shape[1], dtype=LONG)
    cost[0] = 0
    b = np.zeros(design.shape[1], dtype=LONG)
    for _ in range(60):
        gradient, hessian = slopes(design, label, share, loss, b)
        gradient, hessian = gradient + LONG(l2) * cost * b, hessian + np.diag(LONG(l2) * cost)
        moved = _least(b, gradient, hessian, LONG(l1) * cost)
        if abs(moved - b).max() <= 1e-17 * max(1, abs(b).max()):
            return moved
        b = moved
    raise AssertionError("no optimum in 60 steps")


def slopes(design: Longs, label: Longs, share: Longs, loss: str, b: Longs) -> tuple[Longs, Longs]:
    score = design @ b
    if loss == "squared":
        return design.T @ (share * (score - label)), design.T @ (design * share[:, None])
    p = 1 / (1 + np.exp(-score))
    return design.T @ (share * (p - label)), design.T @ (design * (share * p * (1 - p))[:, None])


def _least(start: Longs, gradient: Longs, hessian: Longs, l1: Longs) -> Longs:
    z = start.copy()
    slope = gradient.copy()
    for _ in range(20_000):
        largest = LONG(0)
        for j in range(len(z)):
            if hessian[j, j] == 0:
                continue
            target = hessian[j, j] * z[j] - slope[j]
            new = np.sign(target) * max(abs(target) - l1[j], LONG(0)) / hessian[j, j]
            step, z[j] = new - z[j], new
            slope += hessian[:, j] * step
            largest = max(largest, abs(step))
        if largest <= 1e-18:
            break
    return z
