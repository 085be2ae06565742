"""What engines on one machine share: Arrow's memory, and training by scikit-learn on blocks of a design matrix.

scikit-learn is loaded when a regression is fitted: loading takes a second, and loads pandas where that is found. Clusters need none.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from crossover.engines.base import Engine, EngineOptions, F
from crossover.engines.single_node import k_means, softmax, sums
from crossover.engines.single_node.blocks import Blocks
from crossover.engines.single_node.memory import give_back, use_system_memory
from crossover.learning.models.matrix import Floats, Loss, LossSums, Matrix
from crossover.learning.models.penalty import Penalty
from crossover.learning.models.softmax import SoftmaxSums
from crossover.relations.nodes import Materialise


class SingleNodeEngine(Engine[F]):
    """An engine whose frames are in the memory of one process."""

    def __init__(self, options: EngineOptions) -> None:
        super().__init__()
        use_system_memory()
        if options.parallelism:
            # files are read and written by Arrow's threads; training takes one
            pa.set_cpu_count(options.parallelism)
        self._held: dict[Materialise, dict[tuple[Any, ...], Blocks]] = {}

    @abstractmethod
    def blocks_of(self, frame: F, matrix: Matrix) -> Blocks:
        """Return the blocks of a matrix from the frame of its relation."""

    def fit_logistic_regression(self, matrix: Matrix, penalty: Penalty, iterations: int, tolerance: float) -> Floats:
        from crossover.engines.single_node import training

        return training.fit_logistic_regression(self._blocks(matrix), penalty, iterations, tolerance)

    def fit_linear_regression(self, matrix: Matrix, penalty: Penalty, iterations: int, tolerance: float) -> Floats:
        from crossover.engines.single_node import training

        return training.fit_linear_regression(self._blocks(matrix), penalty, iterations, tolerance)

    def fit_multinomial(self, matrix: Matrix, classes: int, penalty: Penalty, iterations: int, tolerance: float) -> Floats:
        from crossover.engines.single_node import training

        return training.fit_multinomial(self._blocks(matrix), classes, penalty, iterations, tolerance)

    def fit_k_means(self, matrix: Matrix, starts: Sequence[Floats], iterations: int) -> list[Floats]:
        blocks = self._blocks(matrix)
        return k_means.fit_k_means(blocks.dense, blocks.codes, starts, iterations)

    def loss_sums(self, matrix: Matrix, coefficients: Floats, loss: Loss, *, meat: bool = False) -> LossSums:
        return sums.loss_sums(self._blocks(matrix), coefficients, loss, meat=meat)

    def multinomial_sums(self, matrix: Matrix, coefficients: Floats) -> SoftmaxSums:
        return softmax.multinomial_sums(self._blocks(matrix), coefficients)

    def release(self, node: Materialise) -> None:
        self._held.pop(node, None)
        super().release(node)

    def _blocks(self, matrix: Matrix) -> Blocks:
        """Return the blocks of a matrix. A relation that is to be materialised is held as blocks, and not as a table beside them."""
        relation = matrix.relation
        if not isinstance(relation, Materialise):
            return self.blocks_of(self.evaluate(relation), matrix)
        held = self._held.setdefault(relation, {})
        columns = (matrix.dense, matrix.codes, matrix.label, matrix.weight)
        if columns not in held:
            held[columns] = self.blocks_of(self.evaluate(relation.input), matrix)
            give_back()
        return held[columns]

    def close(self) -> None:
        self._held.clear()
        super().close()
