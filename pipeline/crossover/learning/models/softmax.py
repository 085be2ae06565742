"""Loss, gradient and Hessian of the softmax of several classes over a block of rows, without writing code columns out.

One formula for every engine: engines on one machine add blocks, Spark adds what its workers return.

P(k) = exp(s_k) / sum_l exp(s_l) with s = B x, x with a leading 1. Loss: -sum w ln P(label). Its gradient for class k is
sum w (P(k) - [label = k]) x, its Hessian between k and l sum w P(k) ([k = l] - P(l)) x x'.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from crossover.learning.models.design_sums import Codes, column_products, column_sums, scores_of
from crossover.learning.models.matrix import Floats

Integers = npt.NDArray[np.integer]


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
    scores = scores_of(block, codes, coefficients)
    scores -= scores.max(axis=1, keepdims=True)
    powers = np.exp(scores)
    total = powers.sum(axis=1)
    lost = np.log(total) - scores[rows, label]
    probability = powers / total[:, None]
    residual = probability.copy()
    residual[rows, label] -= 1
    if weight is not None:
        lost, residual = lost * weight, residual * weight[:, None]
    gradient = np.stack([column_sums(block, codes, residual[:, number], size) for number in range(classes)])
    hessian = np.empty((classes, size, classes, size))
    weighted = probability if weight is None else probability * weight[:, None]
    for left in range(classes):
        for right in range(left, classes):
            curvature = weighted[:, left] * ((left == right) - probability[:, right])
            hessian[left, :, right] = column_products(block, codes, curvature, size)
            hessian[right, :, left] = hessian[left, :, right]
    counted = float(len(label)) if weight is None else float(weight.sum())
    return SoftmaxSums(counted, float(lost.sum()), gradient, hessian.reshape(classes * size, classes * size))
