"""The sums of Newton's steps for several classes, over the arrays of one machine."""

from __future__ import annotations

from functools import reduce

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from crossover.engines.single_node.blocks import Blocks
from crossover.learning.models.matrix import Floats
from crossover.learning.models.softmax import SoftmaxSums, softmax_sums

BLOCK = 65_536
"""Rows at a time: enough to pay for one pass over the Hessian of the code columns."""


def multinomial_sums(blocks: Blocks, coefficients: Floats) -> SoftmaxSums:
    """Return the sums over all rows at `coefficients` (K, d + 1)."""
    label = blocks.label.astype(np.int64)

    def part(start: int) -> SoftmaxSums:
        rows = slice(start, start + BLOCK)
        codes = [(column[rows], width) for column, width in blocks.codes]
        weight = None if blocks.weight is None else blocks.weight[rows]
        return softmax_sums(blocks.dense[rows], codes, label[rows], weight, coefficients)

    with threadpool_limits(1, user_api="blas"):
        parts = map(part, range(0, len(label), BLOCK))
        return reduce(SoftmaxSums.__add__, parts, SoftmaxSums.nothing(*coefficients.shape))
