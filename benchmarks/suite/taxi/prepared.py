"""What pandas and Polars share: the inputs of taxi as a design matrix."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy import sparse

from benchmarks.suite.design import design, one_hot, scaled
from benchmarks.suite.taxi.document import CATEGORIES, MIN_ROWS, NUMBERS


def matrix(
    numbers: Mapping[str, np.ndarray], airport: np.ndarray, codes: Mapping[str, np.ndarray], training: np.ndarray
) -> sparse.csr_array:
    """Return the design matrix; codes are places of values, -1 for null."""
    dense = []
    for name in NUMBERS:
        low, high = np.quantile(numbers[name][training], (0.001, 0.999))
        dense.append(scaled(np.log1p(np.clip(numbers[name], low, high)), training))
    return design([*dense, airport.astype(float)], [one_hot(codes[name], training, MIN_ROWS) for name in CATEGORIES])
