"""Fitting by scikit-learn on blocks made from Polars columns.

scikit-learn is loaded when a model is fitted: loading takes a second, and loads pandas where that is installed.
"""

from __future__ import annotations

import numpy as np

from crossover.engines.polars.frames import Frame, collect
from crossover.engines.single_node import sums
from crossover.engines.single_node.blocks import Codes, Labels, empty_dense
from crossover.learning.models.matrix import Floats, LogisticSums, Matrix


def fit_logistic_regression(frame: Frame, matrix: Matrix, l2: float, iterations: int, tolerance: float) -> Floats:
    from crossover.engines.single_node import training

    dense, codes, label = blocks(frame, matrix)
    return training.fit_logistic_regression(dense, codes, label, l2, iterations, tolerance)


def logistic_sums(frame: Frame, matrix: Matrix, coefficients: Floats) -> LogisticSums:
    dense, codes, label = blocks(frame, matrix)
    return sums.logistic_sums(dense, codes, label, coefficients)


def fit_k_means(frame: Frame, matrix: Matrix, centres: Floats, iterations: int) -> Floats:
    from crossover.engines.single_node import training

    dense, codes, _ = blocks(frame, matrix)
    return training.fit_k_means(dense, codes, centres, iterations)


def blocks(frame: Frame, matrix: Matrix) -> tuple[Floats, list[Codes], Labels]:
    """Return the dense block (n, p), the code columns with their widths, and the label (empty if there is none)."""
    rows = collect(frame.lazy.select(list(dict.fromkeys(matrix.columns))))
    dense = empty_dense(rows.height, len(matrix.dense), len(matrix.codes))
    for place, name in enumerate(matrix.dense):
        dense[:, place] = rows[name].to_numpy()
    codes = [(rows[block.column].to_numpy(), block.width) for block in matrix.codes]
    label = rows[matrix.label].to_numpy().astype(np.float64) if matrix.label else np.empty(0)
    return dense, codes, label
