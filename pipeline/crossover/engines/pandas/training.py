"""Blocks of a design matrix from the columns of a frame; fitting is what engines on one machine share.

scikit-learn is loaded when a model is fitted: loading takes a second.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from crossover.engines.pandas.frames import Frame
from crossover.engines.single_node import k_means, sums
from crossover.engines.single_node.blocks import Blocks, empty_dense
from crossover.learning.models.matrix import Floats, Labels, Loss, LossSums, Matrix
from crossover.learning.models.penalty import Penalty


def blocks_of(matrix: Matrix, frame: Frame) -> Blocks:
    dense = empty_dense(frame.rows, len(matrix.dense), len(matrix.codes))
    for place, name in enumerate(matrix.dense):
        dense[:, place] = frame[name].data
    codes = [(frame[block.column].spread(frame.rows).data, block.width) for block in matrix.codes]
    label = _numbers(frame, matrix.label) if matrix.label else np.empty(0)
    return Blocks(dense, codes, label, _numbers(frame, matrix.weight).astype(np.float64) if matrix.weight else None)


def _numbers(frame: Frame, column: str) -> Labels:
    return np.asarray(frame[column].spread(frame.rows).data)


def fit_logistic_regression(blocks: Blocks, penalty: Penalty, iterations: int, tolerance: float) -> Floats:
    from crossover.engines.single_node import training

    return training.fit_logistic_regression(blocks, penalty, iterations, tolerance)


def fit_linear_regression(blocks: Blocks, penalty: Penalty, iterations: int, tolerance: float) -> Floats:
    from crossover.engines.single_node import training

    return training.fit_linear_regression(blocks, penalty, iterations, tolerance)


def fit_multinomial(blocks: Blocks, classes: int, penalty: Penalty, iterations: int, tolerance: float) -> Floats:
    from crossover.engines.single_node import training

    return training.fit_multinomial(blocks, classes, penalty, iterations, tolerance)


def loss_sums(blocks: Blocks, coefficients: Floats, loss: Loss, *, meat: bool) -> LossSums:
    return sums.loss_sums(blocks, coefficients, loss, meat=meat)


def fit_k_means(blocks: Blocks, starts: Sequence[Floats], iterations: int) -> list[Floats]:
    return k_means.fit_k_means(blocks.dense, blocks.codes, starts, iterations)
