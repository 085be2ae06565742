"""Multinomial logistic regression by MLlib, and the sums of Newton's steps by Python workers."""

from __future__ import annotations

from functools import partial, reduce

import numpy as np
from pyspark.sql import DataFrame

from crossover.engines.spark import softmax_kernel
from crossover.engines.spark.partial_sums import partial_sums
from crossover.engines.spark.training import labelled, logistic_regression, tell_iterations, weighted
from crossover.learning.models.matrix import Floats, Matrix
from crossover.learning.models.penalty import Penalty
from crossover.learning.models.softmax import SoftmaxSums


def fit_multinomial(data: DataFrame, matrix: Matrix, classes: int, penalty: Penalty, iterations: int, tolerance: float) -> Floats:
    """Return (K, d + 1) coefficients, the intercept first. Labels are 0 .. K - 1, each there."""
    model = weighted(logistic_regression("multinomial", penalty, iterations, tolerance), matrix).fit(labelled(data, matrix))
    tell_iterations(model)
    found = np.column_stack((model.interceptVector.toArray(), model.coefficientMatrix.toArray()))
    assert len(found) == classes
    return found


def multinomial_sums(data: DataFrame, matrix: Matrix, coefficients: Floats) -> SoftmaxSums:
    """Return sums over all rows: a partial sum of each partition, added in their order."""
    assert matrix.label is not None
    codes = tuple((each.column, each.width) for each in matrix.codes)
    layout = softmax_kernel.Layout(matrix.dense, codes, matrix.label, matrix.weight)
    kernel = partial(softmax_kernel.partial_sums, layout=layout, coefficients=coefficients)
    nothing = SoftmaxSums.nothing(*coefficients.shape)
    parts = partial_sums(data, matrix.columns, kernel, len(nothing.packed()))
    return reduce(SoftmaxSums.__add__, (SoftmaxSums.unpacked(each, *coefficients.shape) for each in parts), nothing)
