"""What training asks of an engine."""

from __future__ import annotations

from typing import Protocol

from crossover.learning.models.matrix import Floats, LogisticSums, Matrix


class Trainer(Protocol):
    """The training actions of an engine. Their meaning is written in `engines.base`."""

    def fit_logistic_regression(self, matrix: Matrix, l2: float, iterations: int, tolerance: float) -> Floats: ...

    def logistic_sums(self, matrix: Matrix, coefficients: Floats) -> LogisticSums: ...

    def fit_k_means(self, matrix: Matrix, centres: Floats, iterations: int) -> Floats: ...
