"""What training asks of an engine."""

from __future__ import annotations

from typing import Protocol

from crossover.learning.models.matrix import Floats, Loss, LossSums, Matrix
from crossover.learning.models.penalty import Penalty


class Trainer(Protocol):
    """The training actions of an engine. Their meaning is written in `engines.base`."""

    def fit_logistic_regression(self, matrix: Matrix, penalty: Penalty, iterations: int, tolerance: float) -> Floats: ...

    def fit_linear_regression(self, matrix: Matrix, penalty: Penalty, iterations: int, tolerance: float) -> Floats: ...

    def loss_sums(self, matrix: Matrix, coefficients: Floats, loss: Loss, *, meat: bool = False) -> LossSums: ...

    def fit_k_means(self, matrix: Matrix, centres: Floats, iterations: int) -> Floats: ...
