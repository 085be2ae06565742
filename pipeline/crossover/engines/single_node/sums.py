"""Loss, gradient and Hessian of logistic regression over all rows, without writing code columns out.

The dense block is multiplied, code columns are counted: a one-hot column's products are sums over the rows of
its code.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate, combinations

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from crossover.engines.single_node.blocks import Codes, Labels
from crossover.learning.models.matrix import Floats, LogisticSums

BLOCK = 16_384
"""Rows at a time: a block of a few dozen columns stays in the cache."""


def logistic_sums(dense: Floats, codes: Sequence[Codes], label: Labels, coefficients: Floats) -> LogisticSums:
    """Return the sums at `coefficients` (d + 1,), the intercept first; the penalty is not in them.

    `dense` is (n, p), `label` (n,) of 0 and 1.
    """
    starts = list(accumulate((width for _, width in codes), initial=dense.shape[1] + 1))
    size = starts[-1]
    loss, gradient, hessian = 0.0, np.zeros(size), np.zeros((size, size))
    weights = np.empty(len(label))
    with threadpool_limits(1, user_api="blas"):
        for rows in _blocks(len(label)):
            part = [(column[rows], start, width) for (column, width), start in zip(codes, starts, strict=False)]
            block = np.column_stack((np.ones(rows.stop - rows.start), dense[rows]))
            score = block @ coefficients[: block.shape[1]]
            for column, start, _ in part:
                score += coefficients[start + column]
            loss += float((np.logaddexp(0, score) - label[rows] * score).sum())
            probability = 1 / (1 + np.exp(-np.abs(score)))
            probability = np.where(score >= 0, probability, 1 - probability)
            residual = probability - label[rows]
            weights[rows] = probability * (1 - probability)
            _add_block(gradient, hessian, block, part, residual, weights[rows])
    _add_code_pairs(hessian, codes, starts, weights)
    return LogisticSums(len(label), loss, gradient, np.triu(hessian) + np.triu(hessian, 1).T)


def _add_block(
    gradient: Floats, hessian: Floats, block: Floats, codes: list[tuple[Floats, int, int]], residual: Floats, weights: Floats
) -> None:
    """Add what the dense columns have among themselves and with the code columns; upper triangle alone."""
    size = block.shape[1]
    weighted = block * weights[:, None]
    gradient[:size] += block.T @ residual
    hessian[:size, :size] += block.T @ weighted
    for column, start, width in codes:
        gradient[start : start + width] += np.bincount(column, residual, width)
        cells = column[:, None] * size + np.arange(size)
        sums = np.bincount(cells.ravel(), weighted.ravel(), width * size).reshape(width, size)
        hessian[:size, start : start + width] += sums.T


def _add_code_pairs(hessian: Floats, codes: Sequence[Codes], starts: Sequence[int], weights: Floats) -> None:
    """Add the weight of the rows of each code, and of each pair of codes of two columns."""
    for (column, width), start in zip(codes, starts, strict=False):
        diagonal = np.arange(start, start + width)
        hessian[diagonal, diagonal] += np.bincount(column, weights, width)
    for ((left, height), top), ((right, width), start) in combinations(zip(codes, starts, strict=False), 2):
        pairs = np.bincount(left * width + right, weights, height * width).reshape(height, width)
        hessian[top : top + height, start : start + width] += pairs


def _blocks(rows: int) -> Iterator[slice]:
    return (slice(start, min(start + BLOCK, rows)) for start in range(0, rows, BLOCK))
