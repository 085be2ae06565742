"""Loss, gradient and Hessian over all rows, without writing code columns out.

The dense block is multiplied, code columns are counted: a one-hot column's products are sums over the rows of
its code.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate, combinations

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from crossover.engines.single_node.blocks import Blocks, Codes
from crossover.learning.models.losses import row_losses
from crossover.learning.models.matrix import Floats, Loss, LossSums

BLOCK = 16_384
"""Rows at a time: a block of a few dozen columns stays in the cache."""


def loss_sums(blocks: Blocks, coefficients: Floats, loss: Loss, *, meat: bool = False) -> LossSums:
    """Return the sums at `coefficients` (d + 1,), the intercept first; the penalty is not in them."""
    starts = list(accumulate((width for _, width in blocks.codes), initial=blocks.dense.shape[1] + 1))
    rows, size = len(blocks.label), starts[-1]
    total, gradient = 0.0, np.zeros(size)
    hessian = _Products(size, rows)
    squares = _Products(size, rows) if meat else None
    with threadpool_limits(1, user_api="blas"):
        for some in _blocks(rows):
            part = [(column[some], start, width) for (column, width), start in zip(blocks.codes, starts, strict=False)]
            block = np.column_stack((np.ones(some.stop - some.start), blocks.dense[some]))
            score = block @ coefficients[: block.shape[1]]
            for column, start, _ in part:
                score += coefficients[start + column]
            values, slope, curvature = row_losses(loss, score, blocks.label[some])
            if blocks.weight is not None:
                weight = blocks.weight[some]
                values, slope, curvature = weight * values, weight * slope, weight * curvature
            total += float(values.sum())
            gradient[: block.shape[1]] += block.T @ slope
            for column, start, width in part:
                gradient[start : start + width] += np.bincount(column, slope, width)
            hessian.add(some, block, part, curvature)
            if squares is not None:
                squares.add(some, block, part, slope**2)
    weight_of_all = float(rows) if blocks.weight is None else float(blocks.weight.sum())
    second = hessian.finished(blocks.codes, starts)
    return LossSums(rows, weight_of_all, total, gradient, second, None if squares is None else squares.finished(blocks.codes, starts))


class _Products:
    """The sum of c x x^T over rows x with a factor c each; upper triangle until it is finished."""

    def __init__(self, size: int, rows: int) -> None:
        self.sums = np.zeros((size, size))
        self.factors = np.empty(rows)

    def add(self, rows: slice, block: Floats, codes: list[tuple[Floats, int, int]], factors: Floats) -> None:
        """Add what the dense columns have among themselves and with the code columns."""
        self.factors[rows] = factors
        size = block.shape[1]
        weighted = block * factors[:, None]
        self.sums[:size, :size] += block.T @ weighted
        for column, start, width in codes:
            cells = column[:, None] * size + np.arange(size)
            sums = np.bincount(cells.ravel(), weighted.ravel(), width * size).reshape(width, size)
            self.sums[:size, start : start + width] += sums.T

    def finished(self, codes: Sequence[Codes], starts: Sequence[int]) -> Floats:
        """Add the factors of the rows of each code, and of each pair of codes of two columns; return the whole matrix."""
        for (column, width), start in zip(codes, starts, strict=False):
            diagonal = np.arange(start, start + width)
            self.sums[diagonal, diagonal] += np.bincount(column, self.factors, width)
        for ((left, height), top), ((right, width), start) in combinations(zip(codes, starts, strict=False), 2):
            pairs = np.bincount(left * width + right, self.factors, height * width).reshape(height, width)
            self.sums[top : top + height, start : start + width] += pairs
        return np.asarray(np.triu(self.sums) + np.triu(self.sums, 1).T)


def _blocks(rows: int) -> Iterator[slice]:
    return (slice(start, min(start + BLOCK, rows)) for start in range(0, rows, BLOCK))
