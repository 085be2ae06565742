"""The design matrix: a dense block and a sparse block, over a relation.

One-hot columns are never scaled and never written out: they are a column of codes with a width. 1,000 values on
5 million rows are 40 GB dense and 40 MB of codes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from crossover.relations.nodes import Relation

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class CodeBlock:
    """An int column with values 0 .. width - 1 that stands for `width` columns of zeros and ones."""

    column: str
    width: int


@dataclass(frozen=True, eq=False)
class Matrix:
    """Columns in the order dense, then the code blocks; no nulls. `label` is an int column of 0 and 1."""

    relation: Relation
    dense: tuple[str, ...]
    codes: tuple[CodeBlock, ...] = ()
    label: str | None = None
    rows: int = 0

    @property
    def width(self) -> int:
        """Number of columns d, the intercept not counted."""
        return len(self.dense) + sum(block.width for block in self.codes)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the relation that the matrix reads."""
        label = (self.label,) if self.label else ()
        return (*self.dense, *(block.column for block in self.codes), *label)


@dataclass(frozen=True)
class LogisticSums:
    """Sums over all rows at given coefficients; the penalty is not in them. The intercept comes first."""

    rows: int
    loss: float
    """Sum of the log loss of each row."""
    gradient: Floats
    """Shape (d + 1,)."""
    hessian: Floats
    """Shape (d + 1, d + 1)."""

    def __add__(self, other: LogisticSums) -> LogisticSums:
        return LogisticSums(
            self.rows + other.rows, self.loss + other.loss, self.gradient + other.gradient, self.hessian + other.hessian
        )
