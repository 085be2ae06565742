"""Blocks of a design matrix from the columns of a frame; fitting is what engines on one machine share.

scikit-learn is loaded when a model is fitted: loading takes a second.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crossover.engines.pandas.frames import Frame
from crossover.engines.single_node import sums
from crossover.engines.single_node.blocks import Codes, Labels, empty_dense
from crossover.learning.models.matrix import Floats, LogisticSums, Matrix


@dataclass(frozen=True)
class Blocks:
    """A dense block (n, p), code columns with their widths, and the label (empty if there is none)."""

    dense: Floats
    codes: list[Codes]
    label: Labels

    @staticmethod
    def of(matrix: Matrix, frame: Frame) -> Blocks:
        dense = empty_dense(frame.rows, len(matrix.dense), len(matrix.codes))
        for place, name in enumerate(matrix.dense):
            dense[:, place] = frame[name].data
        codes = [(frame[block.column].spread(frame.rows).data, block.width) for block in matrix.codes]
        label = frame[matrix.label].spread(frame.rows).data.astype(np.float64) if matrix.label else np.empty(0)
        return Blocks(dense, codes, label)


def fit_logistic_regression(blocks: Blocks, l2: float, iterations: int, tolerance: float) -> Floats:
    from crossover.engines.single_node import training

    return training.fit_logistic_regression(blocks.dense, blocks.codes, blocks.label, l2, iterations, tolerance)


def logistic_sums(blocks: Blocks, coefficients: Floats) -> LogisticSums:
    return sums.logistic_sums(blocks.dense, blocks.codes, blocks.label, coefficients)


def fit_k_means(blocks: Blocks, centres: Floats, iterations: int) -> Floats:
    from crossover.engines.single_node import training

    return training.fit_k_means(blocks.dense, blocks.codes, centres, iterations)
