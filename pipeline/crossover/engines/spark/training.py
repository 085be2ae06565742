"""Models fitted by MLlib on one vector column: dense columns as they are, code columns as zeros and ones."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial, reduce
from typing import Any, TypeVar

import numpy as np
from pyspark.ml.classification import LogisticRegression
from pyspark.ml.feature import OneHotEncoder, VectorAssembler
from pyspark.ml.regression import LinearRegression
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from crossover.core.errors import DataError
from crossover.engines.spark import kernels
from crossover.engines.spark.classic.k_means import lloyd
from crossover.engines.spark.narrow_sums import is_narrow, narrow_sums
from crossover.engines.spark.partial_sums import partial_sums
from crossover.learning.models import iterations as told
from crossover.learning.models.matrix import Floats, Loss, LossSums, Matrix
from crossover.learning.models.penalty import Penalty

FEATURES, LABEL, WEIGHT = "__features", "__label", "__weight"


def fit_logistic_regression(data: DataFrame, matrix: Matrix, penalty: Penalty, iterations: int, tolerance: float) -> Floats:
    """Return (d + 1,) coefficients. MLlib keeps its own blocks of rows while it fits, and gives them back."""
    model = weighted(logistic_regression("binomial", penalty, iterations, tolerance), matrix).fit(labelled(data, matrix))
    found = np.concatenate(([model.intercept], model.coefficients.toArray()))
    if not np.isfinite(found).all():
        raise DataError("the label has one value only in the rows to learn from: there is nothing to tell apart")
    tell_iterations(model)
    return found


def logistic_regression(family: str, penalty: Penalty, iterations: int, tolerance: float) -> LogisticRegression:
    """Return MLlib's estimator, which takes the penalty as it is and scales nothing."""
    return LogisticRegression(
        featuresCol=FEATURES,
        labelCol=LABEL,
        family=family,
        regParam=penalty.total,
        elasticNetParam=penalty.l1_ratio,
        standardization=False,
        maxIter=iterations,
        tol=tolerance,
    )


def fit_linear_regression(data: DataFrame, matrix: Matrix, penalty: Penalty, iterations: int, tolerance: float) -> Floats:
    """Return (d + 1,) coefficients. MLlib divides the label by its spread s, so its L2 term is l2 s of ours."""
    rows = labelled(data, matrix)
    strength = penalty.l1 + penalty.l2 * _spread(rows) if penalty.l2 else penalty.l1
    library = LinearRegression(
        featuresCol=FEATURES,
        labelCol=LABEL,
        regParam=strength,
        elasticNetParam=penalty.l1 / strength if strength else 0.0,
        standardization=False,
        maxIter=iterations,
        tol=tolerance,
    )
    model = weighted(library, matrix).fit(rows)
    tell_iterations(model)
    return np.concatenate(([model.intercept], model.coefficients.toArray()))


def tell_iterations(model: Any) -> None:
    """Tell how many iterations a fitted regression took; a solver that goes over the rows once says 0."""
    told.tell(max(1, model.summary.totalIterations))


def labelled(data: DataFrame, matrix: Matrix) -> DataFrame:
    """Return the vector column with the label, and the weight if there is one."""
    assert matrix.label is not None
    names = [FEATURES, LABEL, *([WEIGHT] if matrix.weight else [])]
    extra = [F.col(matrix.label).cast("double").alias(LABEL), *([F.col(matrix.weight).alias(WEIGHT)] if matrix.weight else [])]
    return assembled(data.select(*_inputs(matrix), *extra), matrix).select(*names)


Library = TypeVar("Library", LogisticRegression, LinearRegression)


def weighted(library: Library, matrix: Matrix) -> Library:
    return library.setWeightCol(WEIGHT) if matrix.weight else library


def _spread(rows: DataFrame) -> float:
    """Return the weighted population standard deviation of the label, around its mean."""
    weight = F.col(WEIGHT) if WEIGHT in rows.columns else F.lit(1.0)
    means = rows.agg(F.sum(weight).alias("weight"), F.sum(weight * F.col(LABEL)).alias("sum")).first()
    assert means is not None
    away = F.col(LABEL) - means["sum"] / means["weight"]
    squares = rows.agg(F.sum(weight * away * away).alias("squares")).first()
    assert squares is not None
    return math.sqrt(squares["squares"] / means["weight"])


def loss_sums(data: DataFrame, matrix: Matrix, coefficients: Floats, loss: Loss, *, meat: bool) -> LossSums:
    """Return sums over all rows: one aggregation where it is short, else a partial sum of each partition, added in their order."""
    assert matrix.label is not None
    if is_narrow(matrix, meat=meat):
        return narrow_sums(data, matrix, coefficients, loss, meat=meat)
    codes = tuple((each.column, each.width) for each in matrix.codes)
    layout = kernels.Layout(matrix.dense, codes, matrix.label, matrix.weight, loss, meat)
    kernel = partial(kernels.partial_sums, layout=layout, coefficients=coefficients)
    size = matrix.width + 1
    nothing = kernels.nothing(size, meat=meat)
    parts = partial_sums(data, matrix.columns, kernel, len(kernels.packed(nothing)))
    return reduce(LossSums.__add__, (kernels.unpacked(each, size, meat=meat) for each in parts), nothing)


def fit_k_means(data: DataFrame, matrix: Matrix, starts: Sequence[Floats], iterations: int) -> list[Floats]:
    """Return centres (k, d) for each start. Distances of rows far from 0 cancel, so all dense columns are taken around their mean."""
    mean = np.zeros(matrix.width)
    if matrix.dense:
        row = data.agg(*(F.avg(name).alias(f"mean_{place}") for place, name in enumerate(matrix.dense))).first()
        assert row is not None
        mean[: len(matrix.dense)] = [value or 0.0 for value in row]
    around = [(F.col(name) - float(mean[place])).alias(name) for place, name in enumerate(matrix.dense)]
    shifted = data.select(*around, *(F.col(each.column) for each in matrix.codes))
    rows = assembled(shifted.select(*_inputs(matrix)), matrix).select(FEATURES)
    return [found + mean for found in lloyd(rows, FEATURES, [centres - mean for centres in starts], iterations)]


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
