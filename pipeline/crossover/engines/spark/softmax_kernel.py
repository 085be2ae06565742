"""What Python workers compute of the softmax over Arrow batches. Imports nothing of pyspark but the number of the partition."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from crossover.engines.spark.kernels import blocks_of, codes_of, row_of
from crossover.learning.models.matrix import Floats
from crossover.learning.models.softmax import SoftmaxSums, softmax_sums


@dataclass(frozen=True)
class Layout:
    """Columns of a batch: dense, code columns with widths, label (codes of classes), weight."""

    dense: tuple[str, ...]
    codes: tuple[tuple[str, int], ...]
    label: str
    weight: str | None


def partial_sums(batches: Iterator[pa.RecordBatch], layout: Layout, coefficients: Floats) -> Iterator[pa.RecordBatch]:
    """Yield one row: the partition's number, and its sums at coefficients (K, d + 1) as bytes."""
    total = SoftmaxSums.nothing(*coefficients.shape)
    for block in blocks_of(batches):
        total = total + _block_sums(block, layout, coefficients)
    yield row_of(total.packed())


def _block_sums(block: pa.Table, layout: Layout, coefficients: Floats) -> SoftmaxSums:
    dense = np.column_stack([block[name].to_numpy() for name in layout.dense]) if layout.dense else np.empty((block.num_rows, 0))
    codes = codes_of(block, layout.codes)
    weight = block[layout.weight].to_numpy() if layout.weight else None
    return softmax_sums(dense, codes, block[layout.label].to_numpy().astype(np.int64), weight, coefficients)
