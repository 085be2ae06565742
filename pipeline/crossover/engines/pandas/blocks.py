"""Blocks of a design matrix from the columns of a frame."""

from __future__ import annotations

import numpy as np

from crossover.engines.pandas.frames import Frame
from crossover.engines.single_node.blocks import Blocks, empty_dense
from crossover.learning.models.matrix import Labels, Matrix


def blocks_of(frame: Frame, matrix: Matrix) -> Blocks:
    dense = empty_dense(frame.rows, len(matrix.dense), len(matrix.codes))
    for place, name in enumerate(matrix.dense):
        dense[:, place] = frame[name].data
    codes = [(frame[block.column].spread(frame.rows).data, block.width) for block in matrix.codes]
    label = _numbers(frame, matrix.label) if matrix.label else np.empty(0)
    return Blocks(dense, codes, label, _numbers(frame, matrix.weight).astype(np.float64) if matrix.weight else None)


def _numbers(frame: Frame, column: str) -> Labels:
    return np.asarray(frame[column].spread(frame.rows).data)
