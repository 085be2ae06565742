"""Models fitted by MLlib on one vector column: dense columns as they are, code columns as zeros and ones."""

from __future__ import annotations

from functools import partial, reduce

import numpy as np
from pyspark.ml.classification import LogisticRegression
from pyspark.ml.feature import OneHotEncoder, VectorAssembler
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from crossover.core.errors import DataError
from crossover.engines.spark import kernels
from crossover.engines.spark.classic.k_means import lloyd
from crossover.learning.models.matrix import Floats, LogisticSums, Matrix

FEATURES, LABEL = "__features", "__label"


def fit_logistic_regression(data: DataFrame, matrix: Matrix, l2: float, iterations: int, tolerance: float) -> Floats:
    """Return (d + 1,) coefficients. MLlib keeps its own blocks of rows while it fits, and gives them back."""
    assert matrix.label is not None
    label = F.col(matrix.label).cast("double").alias(LABEL)
    rows = assembled(data.select(*_inputs(matrix), label), matrix).select(FEATURES, LABEL)
    library = LogisticRegression(
        featuresCol=FEATURES,
        labelCol=LABEL,
        family="binomial",
        regParam=l2,
        elasticNetParam=0.0,
        standardization=False,
        maxIter=iterations,
        tol=tolerance,
    )
    model = library.fit(rows)
    found = np.concatenate(([model.intercept], model.coefficients.toArray()))
    if not np.isfinite(found).all():
        raise DataError("the label has one value only in the rows to learn from: there is nothing to tell apart")
    return found


def logistic_sums(data: DataFrame, matrix: Matrix, coefficients: Floats) -> LogisticSums:
    """Return sums over all rows: a partial sum of each partition, added in their order."""
    assert matrix.label is not None
    layout = kernels.Layout(matrix.dense, tuple((each.column, each.width) for each in matrix.codes), matrix.label)
    kernel = partial(kernels.partial_sums, layout=layout, coefficients=coefficients)
    rows = data.select(*dict.fromkeys(matrix.columns)).mapInArrow(kernel, kernels.SCHEMA).collect()
    parts = [kernels.unpacked(bytes(row["sums"]), matrix.width + 1) for row in sorted(rows, key=lambda row: row["partition"])]
    return reduce(LogisticSums.__add__, parts, kernels.nothing(matrix.width + 1))


def fit_k_means(data: DataFrame, matrix: Matrix, centres: Floats, iterations: int) -> Floats:
    """Return centres (k, d). Distances of rows far from 0 cancel, so all dense columns are taken around their mean."""
    mean = np.zeros(centres.shape[1])
    if matrix.dense:
        row = data.agg(*(F.avg(name).alias(f"mean_{place}") for place, name in enumerate(matrix.dense))).first()
        assert row is not None
        mean[: len(matrix.dense)] = [value or 0.0 for value in row]
    around = [(F.col(name) - float(mean[place])).alias(name) for place, name in enumerate(matrix.dense)]
    shifted = data.select(*around, *(F.col(each.column) for each in matrix.codes))
    rows = assembled(shifted.select(*_inputs(matrix)), matrix).select(FEATURES)
    return lloyd(rows, FEATURES, centres - mean, iterations) + mean


def assembled(data: DataFrame, matrix: Matrix) -> DataFrame:
    """Return the data with the vector column: sparse where that is shorter, written without a scan."""
    codes = [each.column for each in matrix.codes]
    vectors = [f"__vector_{name}" for name in codes]
    if codes:
        # The widths stand in the columns' metadata, so fitting looks at no row.
        encoder = OneHotEncoder(inputCols=codes, outputCols=vectors, dropLast=False, handleInvalid="error")
        data = encoder.fit(data).transform(data)
    assembler = VectorAssembler(inputCols=[*matrix.dense, *vectors], outputCol=FEATURES, handleInvalid="error")
    return assembler.transform(data)


def _inputs(matrix: Matrix) -> list[Column]:
    dense = [F.col(name) for name in matrix.dense]
    codes = [
        F.col(each.column).cast("double").alias(each.column, metadata={"ml_attr": {"type": "nominal", "num_vals": each.width}})
        for each in matrix.codes
    ]
    return [*dense, *codes]
