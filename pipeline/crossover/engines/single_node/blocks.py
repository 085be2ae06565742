"""The form in which engines on one machine hand over a design matrix: NumPy arrays, no library's frames."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Codes = tuple[npt.NDArray[Any], int]
"""A column of codes (n,) of 0 .. width - 1 that stands for `width` columns of zeros and ones, and the width."""

Labels = npt.NDArray[np.float64]
"""Of shape (n,): 0 and 1."""
