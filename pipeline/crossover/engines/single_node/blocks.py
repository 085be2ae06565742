"""The form in which engines on one machine hand over a design matrix: NumPy arrays, no library's frames."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from crossover.learning.models.matrix import Floats, Labels

Codes = tuple[npt.NDArray[Any], int]
"""A column of codes (n,) of 0 .. width - 1 that stands for `width` columns of zeros and ones, and the width."""


@dataclass(frozen=True, eq=False)
class Blocks:
    """A dense block (n, p), code columns with their widths, the label (empty if there is none), a weight for each row."""

    dense: Floats
    codes: list[Codes]
    label: Labels = field(default_factory=lambda: np.empty(0))
    weight: Floats | None = None
    """None: every row counts 1."""


def empty_dense(rows: int, columns: int, codes: int) -> Floats:
    """Return a dense block (rows, columns) to be filled, which has room behind it for the ones of its code columns.

    400,000 rows of 350 numbers are 1.1 GB: with the room there is no second copy of them for the sparse matrix.
    """
    whole = np.empty((rows, columns + codes))
    whole[:, columns:] = 1.0
    return whole[:, :columns]


def with_ones(dense: Floats, codes: int) -> Floats:
    """Return (n, columns + codes): the dense block, and ones behind it; in place if `empty_dense` made it."""
    rows, columns = dense.shape
    whole = dense.base
    if isinstance(whole, np.ndarray) and whole.shape == (rows, columns + codes) and whole.ctypes.data == dense.ctypes.data:
        return whole
    return np.column_stack((dense, np.ones((rows, codes))))
