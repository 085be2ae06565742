"""What Python workers compute over Arrow batches. Imports nothing of pyspark but the number of the partition."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from crossover.learning.models.design_sums import Codes, column_products, column_sums, scores_of
from crossover.learning.models.losses import row_losses
from crossover.learning.models.matrix import Floats, Loss, LossSums

BLOCK = 65_536
"""Rows at a time: enough to pay for one pass over the Hessian of the code columns."""

@dataclass(frozen=True)
class Layout:
    """Columns of a batch: dense, code columns with widths, label, weight; which loss, and whether the meat is wanted."""

    dense: tuple[str, ...]
    codes: tuple[tuple[str, int], ...]
    label: str
    weight: str | None = None
    loss: Loss = "logistic"
    meat: bool = False


def partial_sums(batches: Iterator[pa.RecordBatch], layout: Layout, coefficients: Floats) -> Iterator[pa.RecordBatch]:
    """Yield one row: the partition's number, and its sums as bytes."""
    total = nothing(len(coefficients), meat=layout.meat)
    for block in blocks_of(batches):
        total = total + block_sums(block, layout, coefficients)
    yield row_of(packed(total))


def row_of(sums: bytes) -> pa.RecordBatch:
    """Return the row (partition, sums) of the partition that is being computed."""
    from pyspark import TaskContext

    context = TaskContext.get()
    partition = context.partitionId() if context else 0
    return pa.RecordBatch.from_arrays([pa.array([partition], pa.int32()), pa.array([sums], pa.binary())], ["partition", "sums"])


def block_sums(block: pa.Table, layout: Layout, coefficients: Floats) -> LossSums:
    """Return the sums of a block of rows. Code columns are counted, never written out."""
    rows = block.num_rows
    dense = np.column_stack([np.ones(rows), *(block[name].to_numpy() for name in layout.dense)])
    codes = codes_of(block, layout.codes)
    label = block[layout.label].to_numpy().astype(np.float64)
    score = scores_of(dense, codes, coefficients[None, :])[:, 0]
    values, slope, curvature = row_losses(layout.loss, score, label)
    total = float(rows)
    if layout.weight is not None:
        weight = block[layout.weight].to_numpy()
        values, slope, curvature = weight * values, weight * slope, weight * curvature
        total = float(weight.sum())
    size = len(coefficients)
    meat = column_products(dense, codes, slope**2, size) if layout.meat else None
    gradient, hessian = column_sums(dense, codes, slope, size), column_products(dense, codes, curvature, size)
    return LossSums(rows, total, float(values.sum()), gradient, hessian, meat)


def codes_of(block: pa.Table, codes: Sequence[tuple[str, int]]) -> Codes:
    """Return the code columns of a block, each with its width."""
    return [(block[name].to_numpy().astype(np.int64), width) for name, width in codes]


def blocks_of(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.Table]:
    held: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        held.append(batch)
        rows += batch.num_rows
        if rows >= BLOCK:
            yield pa.Table.from_batches(held)
            held, rows = [], 0
    if rows:
        yield pa.Table.from_batches(held)


def nothing(size: int, *, meat: bool) -> LossSums:
    return LossSums(0, 0.0, 0.0, np.zeros(size), np.zeros((size, size)), np.zeros((size, size)) if meat else None)


def packed(sums: LossSums) -> bytes:
    """Return the sums as doubles, one behind the other; a number of rows below 2**53 is exact."""
    meat = [] if sums.meat is None else [sums.meat.ravel()]
    counts = np.array([sums.rows, sums.weight, sums.loss])
    return np.concatenate([counts, sums.gradient, sums.hessian.ravel(), *meat]).astype("<f8").tobytes()


def unpacked(data: bytes, size: int, *, meat: bool) -> LossSums:
    values = np.frombuffer(data, "<f8")
    rows, weight, loss = values[:3].tolist()
    gradient, *squares = np.split(values[3:], np.cumsum([size] + [size * size] * meat))
    return LossSums(int(rows), weight, loss, gradient, *(each.reshape(size, size) for each in squares))
