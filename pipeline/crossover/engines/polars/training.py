"""Fitting by scikit-learn on blocks made from Polars columns.

scikit-learn is loaded when a regression is fitted: loading takes a second, and loads pandas where that is found. Clusters need none.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from crossover.engines.polars.frames import Frame, collect
from crossover.engines.single_node import k_means, softmax, sums
from crossover.engines.single_node.blocks import Blocks, empty_dense
from crossover.learning.models.matrix import Floats, Loss, LossSums, Matrix
from crossover.learning.models.penalty import Penalty
from crossover.learning.models.softmax import SoftmaxSums


def fit_logistic_regression(frame: Frame, matrix: Matrix, penalty: Penalty, iterations: int, tolerance: float) -> Floats:
    from crossover.engines.single_node import training

    return training.fit_logistic_regression(blocks(frame, matrix), penalty, iterations, tolerance)


def fit_linear_regression(frame: Frame, matrix: Matrix, penalty: Penalty, iterations: int, tolerance: float) -> Floats:
    from crossover.engines.single_node import training

    return training.fit_linear_regression(blocks(frame, matrix), penalty, iterations, tolerance)


def fit_multinomial(
    frame: Frame, matrix: Matrix, classes: int, penalty: Penalty, iterations: int, tolerance: float
) -> Floats:
    from crossover.engines.single_node import training

    return training.fit_multinomial(blocks(frame, matrix), classes, penalty, iterations, tolerance)


def multinomial_sums(frame: Frame, matrix: Matrix, coefficients: Floats) -> SoftmaxSums:
    return softmax.multinomial_sums(blocks(frame, matrix), coefficients)


def loss_sums(frame: Frame, matrix: Matrix, coefficients: Floats, loss: Loss, *, meat: bool) -> LossSums:
    return sums.loss_sums(blocks(frame, matrix), coefficients, loss, meat=meat)


def fit_k_means(frame: Frame, matrix: Matrix, starts: Sequence[Floats], iterations: int) -> list[Floats]:
    whole = blocks(frame, matrix)
    return k_means.fit_k_means(whole.dense, whole.codes, starts, iterations)


def blocks(frame: Frame, matrix: Matrix) -> Blocks:
    rows = collect(frame.lazy.select(list(dict.fromkeys(matrix.columns))))
    dense = empty_dense(rows.height, len(matrix.dense), len(matrix.codes))
    for place, name in enumerate(matrix.dense):
        dense[:, place] = rows[name].to_numpy()
    codes = [(rows[block.column].to_numpy(), block.width) for block in matrix.codes]
    label = rows[matrix.label].to_numpy() if matrix.label else np.empty(0)
    return Blocks(dense, codes, label, rows[matrix.weight].to_numpy() if matrix.weight else None)
