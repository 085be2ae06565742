"""What Python workers compute over Arrow batches. Imports nothing of pyspark but the number of the partition."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from crossover.learning.models.matrix import Floats, LogisticSums

SCHEMA = "partition int, sums binary"

BLOCK = 65_536
"""Rows at a time: enough to pay for one pass over the Hessian of the code columns."""

Codes = list[tuple[npt.NDArray[np.int64], int, int]]
"""Codes, first column in the Hessian, width."""


@dataclass(frozen=True)
class Layout:
    """Columns of a batch: dense, code columns with widths, label."""

    dense: tuple[str, ...]
    codes: tuple[tuple[str, int], ...]
    label: str


def partial_sums(batches: Iterator[pa.RecordBatch], layout: Layout, coefficients: Floats) -> Iterator[pa.RecordBatch]:
    """Yield one row: the partition's number, and its sums as bytes."""
    from pyspark import TaskContext

    context = TaskContext.get()
    total = nothing(len(coefficients))
    for block in _blocks(batches):
        total = total + block_sums(block, layout, coefficients)
    partition = context.partitionId() if context else 0
    yield pa.RecordBatch.from_arrays([pa.array([partition], pa.int32()), pa.array([packed(total)], pa.binary())], ["partition", "sums"])


def block_sums(block: pa.Table, layout: Layout, coefficients: Floats) -> LogisticSums:
    """Return the sums of a block of rows. Code columns are counted, never written out."""
    rows = block.num_rows
    dense = np.column_stack([np.ones(rows), *(block[name].to_numpy() for name in layout.dense)])
    codes = _codes(block, layout)
    label = block[layout.label].to_numpy().astype(np.float64)
    score = dense @ coefficients[: dense.shape[1]]
    for column, start, _ in codes:
        score += coefficients[start + column]
    smaller = 1 / (1 + np.exp(-np.abs(score)))
    probability = np.where(score >= 0, smaller, 1 - smaller)
    loss = float((np.logaddexp(0, score) - label * score).sum())
    residual, weight = probability - label, probability * (1 - probability)
    return LogisticSums(rows, loss, _gradient(dense, codes, residual, len(coefficients)), _hessian(dense, codes, weight, len(coefficients)))


def _gradient(dense: Floats, codes: Codes, residual: Floats, size: int) -> Floats:
    gradient = np.zeros(size)
    gradient[: dense.shape[1]] = dense.T @ residual
    for column, start, width in codes:
        gradient[start : start + width] = np.bincount(column, residual, width)
    return gradient


def _hessian(dense: Floats, codes: Codes, weight: Floats, size: int) -> Floats:
    """Upper triangle by blocks, then its mirror: dense with dense, dense with codes, codes with themselves and each other."""
    hessian = np.zeros((size, size))
    count = dense.shape[1]
    weighted = dense * weight[:, None]
    hessian[:count, :count] = dense.T @ weighted
    for column, start, width in codes:
        for place in range(count):
            hessian[place, start : start + width] = np.bincount(column, weighted[:, place], width)
        diagonal = np.arange(start, start + width)
        hessian[diagonal, diagonal] = np.bincount(column, weight, width)
    for (left, top, height), (right, start, width) in combinations(codes, 2):
        pairs = np.bincount(left * width + right, weight, height * width)
        hessian[top : top + height, start : start + width] = pairs.reshape(height, width)
    mirrored: Floats = np.triu(hessian) + np.triu(hessian, 1).T
    return mirrored


def _codes(block: pa.Table, layout: Layout) -> Codes:
    codes, start = [], len(layout.dense) + 1
    for name, width in layout.codes:
        codes.append((block[name].to_numpy().astype(np.int64), start, width))
        start += width
    return codes


def _blocks(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.Table]:
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


def nothing(size: int) -> LogisticSums:
    return LogisticSums(0, 0.0, np.zeros(size), np.zeros((size, size)))


def packed(sums: LogisticSums) -> bytes:
    """Return the sums as doubles, one behind the other; a number of rows below 2**53 is exact."""
    return np.concatenate(([sums.rows, sums.loss], sums.gradient, sums.hessian.ravel())).astype("<f8").tobytes()


def unpacked(data: bytes, size: int) -> LogisticSums:
    values = np.frombuffer(data, "<f8")
    return LogisticSums(int(values[0]), float(values[1]), values[2 : 2 + size], values[2 + size :].reshape(size, size))
