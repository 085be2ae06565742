"""What programs in pandas and Polars share: columns of a design matrix, sparse, as scikit-learn takes it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse


def scaled(numbers: np.ndarray, training: np.ndarray) -> np.ndarray:
    """Return numbers around the mean of the training rows, by their sample standard deviation."""
    known = numbers[training]
    return (numbers - known.mean()) / known.std(ddof=1)


def one_hot(codes: np.ndarray, training: np.ndarray, min_rows: int) -> sparse.csr_array:
    """Return a column for each code with so many training rows, and one for all others and -1."""
    counts = np.bincount(codes[training & (codes >= 0)], minlength=codes.max() + 1)
    kept = np.flatnonzero(counts >= min_rows)
    place = np.full(len(counts) + 1, len(kept), dtype=np.int32)
    place[kept] = np.arange(len(kept))
    rows = len(codes)
    return sparse.csr_array((np.ones(rows), place[codes], np.arange(rows + 1)), shape=(rows, len(kept) + 1))


def design(dense: Sequence[np.ndarray], blocks: Sequence[sparse.csr_array]) -> sparse.csr_array:
    """Return all columns beside each other."""
    return sparse.hstack([sparse.csr_array(np.column_stack(dense)), *blocks], format="csr")
