"""What training asks of an engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from crossover.learning.models.matrix import Floats, Loss, LossSums, Matrix
from crossover.learning.models.penalty import Penalty
from crossover.learning.models.softmax import SoftmaxSums


class Trainer(Protocol):
    """The training actions of an engine. Their meaning is written in `engines.base`."""

    def fit_logistic_regression(self, matrix: Matrix, penalty: Penalty, iterations: int, tolerance: float) -> Floats: ...

    def fit_linear_regression(self, matrix: Matrix, penalty: Penalty, iterations: int, tolerance: float) -> Floats: ...

    def loss_sums(self, matrix: Matrix, coefficients: Floats, loss: Loss, *, meat: bool = False) -> LossSums: ...

    def fit_multinomial(self, matrix: Matrix, classes: int, penalty: Penalty, iterations: int, tolerance: float) -> Floats: ...

    def multinomial_sums(self, matrix: Matrix, coefficients: Floats) -> SoftmaxSums: ...

    def fit_k_means(self, matrix: Matrix, starts: Sequence[Floats], iterations: int) -> list[Floats]: ...
