"""Losses of rows: what each engine's sums are made of, so that it is written once."""

from __future__ import annotations

import numpy as np

from crossover.learning.models.matrix import Floats, Labels, Loss


def row_losses(loss: Loss, score: Floats, label: Labels) -> tuple[Floats, Floats, Floats]:
    """Return loss, its derivative by the score, and its second derivative, of each row (n,)."""
    if loss == "squared":
        residual: Floats = np.subtract(score, label)
        return residual**2 / 2, residual, np.ones_like(score)
    smaller = 1 / (1 + np.exp(-np.abs(score)))
    probability = np.where(score >= 0, smaller, 1 - smaller)
    return np.logaddexp(0, score) - label * score, np.subtract(probability, label), probability * (1 - probability)
