"""Sums over the rows of a narrow design without code columns, as one aggregation: no row leaves the JVM.

Spark compiles the aggregation while it is short, and then it is faster than Python workers (`kernels`), most of all the first
time, when those have to start: 5.6 million rows of 2 columns take 2.6 s and then 1.1 s this way, 4.1 s and 1.6 s that way; of 6
columns 3.6 s and 1.9 s, 5.1 s and 2.0 s. Above MOST_SUMS it goes operator by operator, and takes several times as long.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations_with_replacement

import numpy as np
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from crossover.learning.models.matrix import Floats, Loss, LossSums, Matrix

MOST_SUMS = 40
BLOCK_BITS = 14
"""Rows are summed by blocks of 2**14, then block by block. A sum row by row drifts where addends are alike: by 3e-13 of itself
over so many rows, by 2e-11 over a million, and 1e-12 is what `optimum.ROUNDING` allows."""
LABEL, WEIGHT, SCORE, TAIL, BLOCK = "__label", "__weight", "__score", "__tail", "__block"
LOSS, SLOPE, CURVATURE = "__loss", "__slope", "__curvature"


def is_narrow(matrix: Matrix, *, meat: bool) -> bool:
    """Return whether one aggregation is the short way."""
    size = matrix.width + 1
    return not matrix.codes and 3 + size + size * (size + 1) // 2 * (1 + meat) <= MOST_SUMS


def narrow_sums(data: DataFrame, matrix: Matrix, coefficients: Floats, loss: Loss, *, meat: bool) -> LossSums:
    """Return sums over all rows: those of the blocks of each partition, added in their order."""
    dense = [f"__x{place}" for place in range(matrix.width)]
    columns = [F.lit(1.0), *map(F.col, dense)]
    slope, curvature = F.col(SLOPE), F.col(CURVATURE)
    sums = [F.col(WEIGHT), F.col(LOSS), *(slope * column for column in columns), *_products(columns, curvature)]
    if meat:
        sums += _products(columns, slope * slope)
    rows = _with_losses(data, matrix, dense, coefficients, loss)
    named = (F.sum(each).alias(f"sum_{place}") for place, each in enumerate(sums))
    blocks = sorted(rows.groupBy(BLOCK).agg(F.count(F.lit(1)).alias("rows"), *named).collect(), key=lambda row: row[BLOCK])
    # along rows NumPy adds pairwise
    total = np.array([row[2:] for row in blocks]).reshape(-1, len(sums)).T.copy().sum(axis=1)
    size = len(columns)
    gradient, *squares = np.split(total[2:], np.cumsum([size] + [size * (size + 1) // 2] * meat))
    weight, value = total[:2].tolist()
    return LossSums(sum(row["rows"] for row in blocks), weight, value, gradient, *(_mirrored(each, size) for each in squares))


def _with_losses(data: DataFrame, matrix: Matrix, dense: Sequence[str], coefficients: Floats, loss: Loss) -> DataFrame:
    """Return the dense columns under other names, the block, and of each row what `losses.row_losses` says, times its weight."""
    assert matrix.label is not None
    label = F.col(matrix.label).cast("double")
    weight = F.col(matrix.weight) if matrix.weight else F.lit(1.0)
    named = (F.col(name).alias(alias) for name, alias in zip(matrix.dense, dense, strict=True))
    intercept, *slopes = map(float, coefficients)
    score = sum((slope * F.col(name) for slope, name in zip(slopes, dense, strict=True)), F.lit(intercept))
    # the id holds the number of the partition above that of the row
    block = F.shiftright(F.monotonically_increasing_id(), BLOCK_BITS)
    rows = data.select(*named, label.alias(LABEL), weight.alias(WEIGHT), block.alias(BLOCK)).select("*", score.alias(SCORE))
    rows = rows.select("*", F.exp(-F.abs(SCORE)).alias(TAIL))
    values = _squared() if loss == "squared" else _logistic()
    weighted = [F.col(WEIGHT) * each for each in values] if matrix.weight else values
    wanted = (each.alias(name) for each, name in zip(weighted, (LOSS, SLOPE, CURVATURE), strict=True))
    return rows.select(*dense, BLOCK, WEIGHT, *wanted)


def _logistic() -> tuple[Column, Column, Column]:
    """Return what `losses.row_losses` says of the score, whose TAIL is exp(-|s|)."""
    score, tail, label = F.col(SCORE), F.col(TAIL), F.col(LABEL)
    smaller = 1 / (1 + tail)
    probability = F.when(score >= 0, smaller).otherwise(1 - smaller)
    loss = F.greatest(score, F.lit(0.0)) + F.log1p(tail) - label * score
    return loss, probability - label, probability * (1 - probability)


def _squared() -> tuple[Column, Column, Column]:
    residual = F.col(SCORE) - F.col(LABEL)
    return residual * residual / 2, residual, F.lit(1.0)


def _products(columns: Sequence[Column], weight: Column) -> list[Column]:
    """Return the weighted products of columns, the upper triangle by rows."""
    return [weight * left * right for left, right in combinations_with_replacement(columns, 2)]


def _mirrored(triangle: Floats, size: int) -> Floats:
    found = np.zeros((size, size))
    found[np.triu_indices(size)] = triangle
    return np.triu(found) + np.triu(found, 1).T
