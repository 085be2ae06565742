"""Blocks of a design matrix from a query."""

from __future__ import annotations

import numpy as np

from crossover.engines.polars.frames import Frame, collect
from crossover.engines.single_node.blocks import Blocks, empty_dense
from crossover.learning.models.matrix import Matrix


def blocks_of(frame: Frame, matrix: Matrix) -> Blocks:
    rows = collect(frame.lazy.select(list(dict.fromkeys(matrix.columns))))
    dense = empty_dense(rows.height, len(matrix.dense), len(matrix.codes))
    for place, name in enumerate(matrix.dense):
        dense[:, place] = rows[name].to_numpy()
    codes = [(rows[block.column].to_numpy(), block.width) for block in matrix.codes]
    label = rows[matrix.label].to_numpy() if matrix.label else np.empty(0)
    return Blocks(dense, codes, label, rows[matrix.weight].to_numpy() if matrix.weight else None)
