"""Fitting by scikit-learn on blocks made from Polars columns; pandas is not involved."""

from __future__ import annotations

import numpy as np

from crossover.engines.polars.frames import Frame, collect
from crossover.engines.single_node import sums, training
from crossover.engines.single_node.training import Codes
from crossover.learning.models.matrix import Floats, LogisticSums, Matrix


def fit_logistic_regression(frame: Frame, matrix: Matrix, l2: float, iterations: int, tolerance: float) -> Floats:
    dense, codes, label = _blocks(frame, matrix)
    return training.fit_logistic_regression(dense, codes, label, l2, iterations, tolerance)


def logistic_sums(frame: Frame, matrix: Matrix, coefficients: Floats) -> LogisticSums:
    dense, codes, label = _blocks(frame, matrix)
    return sums.logistic_sums(dense, codes, label, coefficients)


def fit_k_means(frame: Frame, matrix: Matrix, centres: Floats, iterations: int) -> Floats:
    dense, codes, _ = _blocks(frame, matrix)
    return training.fit_k_means(dense, codes, centres, iterations)


def _blocks(frame: Frame, matrix: Matrix) -> tuple[Floats, list[Codes], Floats]:
    """Return the dense block (n, p), the code columns with their widths, and the label (empty if there is none)."""
    names = list(dict.fromkeys(matrix.columns))
    rows = collect(frame.lazy.select(names)) if names else None
    if rows is None:
        raise AssertionError("a matrix has columns")
    dense = np.empty((rows.height, len(matrix.dense)))
    for place, name in enumerate(matrix.dense):
        dense[:, place] = rows[name].to_numpy()
    codes = [(rows[block.column].to_numpy(), block.width) for block in matrix.codes]
    label = rows[matrix.label].to_numpy().astype(np.float64) if matrix.label else np.empty(0)
    return dense, codes, label
