"""The design matrix: a dense block and a sparse block, over a relation.

One-hot columns are never scaled and never written out: they are a column of codes with a width. 1,000 values on
5 million rows are 40 GB dense and 40 MB of codes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from crossover.relations.nodes import Relation

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.float64] | npt.NDArray[np.int64]
"""Of shape (n,): 0 and 1, or any numbers, as the engine holds them: a copy of 5 million is 45 MB."""

Loss = Literal["logistic", "squared"]
"""Of a row with label y and score s: ln(1 + exp(s)) - y s with y of 0 and 1; or (y - s)^2 / 2."""


@dataclass(frozen=True)
class CodeBlock:
    """An int column with values 0 .. width - 1 that stands for `width` columns of zeros and ones."""

    column: str
    width: int


@dataclass(frozen=True, eq=False)
class Matrix:
    """Columns in the order dense, then the code blocks; no nulls.

    `label` is an int column of 0 and 1, or a double column; `weight` a double column >= 0, None: every row counts 1.
    """

    relation: Relation
    dense: tuple[str, ...]
    codes: tuple[CodeBlock, ...] = ()
    label: str | None = None
    rows: int = 0
    weight: str | None = None

    @property
    def width(self) -> int:
        """Number of columns d, the intercept not counted."""
        return len(self.dense) + sum(block.width for block in self.codes)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the relation that the matrix reads."""
        others = (name for name in (self.label, self.weight) if name)
        return (*self.dense, *(block.column for block in self.codes), *others)


@dataclass(frozen=True)
class LossSums:
    """Sums over all rows, each times its weight, at given coefficients; the penalty is not in them. The intercept comes first."""

    rows: int
    weight: float
    """Sum of the weights."""
    loss: float
    gradient: Floats
    """Shape (d + 1,)."""
    hessian: Floats
    """Shape (d + 1, d + 1)."""
    meat: Floats | None = None
    """Shape (d + 1, d + 1), where it was asked for: the sum of g g^T over the weighted gradient g of each row."""

    def __add__(self, other: LossSums) -> LossSums:
        meat = None if self.meat is None or other.meat is None else self.meat + other.meat
        return LossSums(
            self.rows + other.rows,
            self.weight + other.weight,
            self.loss + other.loss,
            self.gradient + other.gradient,
            self.hessian + other.hessian,
            meat,
        )
