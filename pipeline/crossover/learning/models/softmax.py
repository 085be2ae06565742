"""Loss, gradient and Hessian of the softmax of several classes over a block of rows, without writing code columns out.

One formula for every engine: engines on one machine add blocks, Spark adds what its workers return.

P(k) = exp(s_k) / sum_l exp(s_l) with s = B x, x with a leading 1. Loss: -sum w ln P(label). Its gradient for class k is
sum w (P(k) - [label = k]) x, its Hessian between k and l sum w P(k) ([k = l] - P(l)) x x'.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from crossover.learning.models.matrix import Floats

Integers = npt.NDArray[np.integer]
Codes = Sequence[tuple[Integers, int]]
"""Codes (n,) of 0 .. width - 1 that stand for `width` columns of zeros and ones, and the width."""


@dataclass(frozen=True)
class SoftmaxSums:
    """Sums over rows at given coefficients (K, d + 1), the intercept first; the penalty is not in them."""

    weight: float
    """Sum of the weights: the number of rows without weights."""
    loss: float
    gradient: Floats
    """Shape (K, d + 1)."""
    hessian: Floats
    """Shape (K (d + 1), K (d + 1)): class by class, as `gradient.ravel()`."""

    def __add__(self, other: SoftmaxSums) -> SoftmaxSums:
        return SoftmaxSums(
            self.weight + other.weight, self.loss + other.loss, self.gradient + other.gradient, self.hessian + other.hessian
        )

    @staticmethod
    def nothing(classes: int, size: int) -> SoftmaxSums:
        return SoftmaxSums(0.0, 0.0, np.zeros((classes, size)), np.zeros((classes * size, classes * size)))

    def packed(self) -> bytes:
        """Return the sums as doubles, one behind the other."""
        return np.concatenate(([self.weight, self.loss], self.gradient.ravel(), self.hessian.ravel())).astype("<f8").tobytes()

    @staticmethod
    def unpacked(data: bytes, classes: int, size: int) -> SoftmaxSums:
        values, cells = np.frombuffer(data, "<f8"), classes * size
        gradient, hessian = values[2 : 2 + cells], values[2 + cells :]
        return SoftmaxSums(float(values[0]), float(values[1]), gradient.reshape(classes, size), hessian.reshape(cells, cells))


def softmax_sums(dense: Floats, codes: Codes, label: Integers, weight: Floats | None, coefficients: Floats) -> SoftmaxSums:
    """Return the sums at `coefficients` (K, d + 1).

    `dense` is (n, p), `label` (n,) of 0 .. K - 1, `weight` (n,); None: every row counts once.
    """
    classes, size = coefficients.shape
    rows = np.arange(len(label))
    block = np.column_stack((np.ones(len(label)), dense))
    scores = _scores(block, codes, coefficients)
    scores -= scores.max(axis=1, keepdims=True)
    powers = np.exp(scores)
    total = powers.sum(axis=1)
    lost = np.log(total) - scores[rows, label]
    probability = powers / total[:, None]
    residual = probability.copy()
    residual[rows, label] -= 1
    if weight is not None:
        lost, residual = lost * weight, residual * weight[:, None]
    gradient = np.stack([_sums(block, codes, residual[:, number], size) for number in range(classes)])
    hessian = np.empty((classes, size, classes, size))
    weighted = probability if weight is None else probability * weight[:, None]
    for left in range(classes):
        for right in range(left, classes):
            curvature = weighted[:, left] * ((left == right) - probability[:, right])
            hessian[left, :, right] = _products(block, codes, curvature, size)
            hessian[right, :, left] = hessian[left, :, right]
    counted = float(len(label)) if weight is None else float(weight.sum())
    return SoftmaxSums(counted, float(lost.sum()), gradient, hessian.reshape(classes * size, classes * size))


def _scores(block: Floats, codes: Codes, coefficients: Floats) -> Floats:
    start = block.shape[1]
    scores: Floats = block @ coefficients[:, :start].T
    for column, width in codes:
        scores += coefficients[:, start : start + width].T[column]
        start += width
    return scores


def _sums(block: Floats, codes: Codes, weights: Floats, size: int) -> Floats:
    """Return the weighted sum of each column, shape (d + 1,)."""
    sums = np.empty(size)
    start = block.shape[1]
    sums[:start] = block.T @ weights
    for column, width in codes:
        sums[start : start + width] = np.bincount(column, weights, width)
        start += width
    return sums


def _products(block: Floats, codes: Codes, weights: Floats, size: int) -> Floats:
    """Return the weighted sums of the products of columns, shape (d + 1, d + 1)."""
    count = block.shape[1]
    upper = np.zeros((size, size))
    weighted = block * weights[:, None]
    upper[:count, :count] = block.T @ weighted
    starts = np.cumsum([count, *(width for _, width in codes)])
    placed = [(column, int(start), width) for (column, width), start in zip(codes, starts, strict=False)]
    for column, start, width in placed:
        for place in range(count):
            upper[place, start : start + width] = np.bincount(column, weighted[:, place], width)
        diagonal = np.arange(start, start + width)
        upper[diagonal, diagonal] = np.bincount(column, weights, width)
    for (left, top, height), (right, start, width) in combinations(placed, 2):
        pairs = np.bincount(left * width + right, weights, height * width)
        upper[top : top + height, start : start + width] = pairs.reshape(height, width)
    mirrored: Floats = np.triu(upper) + np.triu(upper, 1).T
    return mirrored
