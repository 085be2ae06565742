"""Models fitted by scikit-learn on a dense block and columns of codes, as NumPy arrays of one machine.

A code column stands for `width` columns of zeros and ones; scikit-learn gets them as a sparse matrix.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import sparse
from scipy.linalg import LinAlgWarning
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import pairwise_distances_argmin
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from crossover.core.errors import DataError
from crossover.engines.single_node.blocks import Codes, Labels, with_ones
from crossover.learning.models.matrix import Floats

NEWTON_WIDTH = 1_000
"""Columns up to which the Hessian is small enough for Newton's method; beyond it L-BFGS."""


def fit_logistic_regression(
    dense: Floats, codes: Sequence[Codes], label: Labels, l2: float, iterations: int, tolerance: float
) -> Floats:
    """Return (d + 1,) coefficients, the intercept first, of the least mean loss + l2/2 |b|^2.

    `dense` is (n, p), `label` (n,) of 0 and 1. One BLAS thread: the products are narrow, and the answer then does
    not depend on how many there are. Raises DataError if the label has one value only.
    """
    if not len(label) or label.min() == label.max():
        raise DataError("the label has one value only in the rows to learn from: there is nothing to tell apart")
    design = design_matrix(dense, codes)
    model = LogisticRegression(
        C=1 / (l2 * len(label)) if l2 else np.inf,
        solver="newton-cholesky" if design.shape[1] <= NEWTON_WIDTH else "lbfgs",
        tol=tolerance,
        max_iter=iterations,
    )
    with threadpool_limits(1, user_api="blas"), warnings.catch_warnings():
        # how near the answer is to the optimum is measured and shown afterwards, by the norm of the gradient
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.simplefilter("ignore", LinAlgWarning)
        model.fit(design, label)
    return np.concatenate((model.intercept_, model.coef_[0]))


def fit_k_means(dense: Floats, codes: Sequence[Codes], centres: Floats, iterations: int) -> Floats:
    """Return centres (k, d) after at most `iterations` of Lloyd's, fewer if they no longer move.

    A cluster without rows keeps its centre, as in MLlib: whoever chose the centres sees it in the sizes.
    scikit-learn's own loop would move such a centre to a far row without a word, so only its assignment is used.
    """
    # distances between rows far from 0 cancel: around the mean they do not
    mean = np.concatenate((dense.mean(axis=0), np.zeros(centres.shape[1] - dense.shape[1])))
    design = design_matrix(dense - mean[: dense.shape[1]], codes)
    centres = centres - mean
    with threadpool_limits(1, user_api="blas"):
        for _ in range(iterations):
            moved = _lloyd(design, centres)
            if np.array_equal(moved, centres):
                break
            centres = moved
    moved_back: Floats = centres + mean
    return moved_back


def _lloyd(design: Any, centres: Floats) -> Floats:
    rows = design.shape[0]
    nearest = pairwise_distances_argmin(design, sparse.csr_array(centres) if sparse.issparse(design) else centres)
    sizes = np.bincount(nearest, minlength=len(centres))
    members = sparse.csr_array((np.ones(rows), nearest, np.arange(rows + 1)), shape=(rows, len(centres)))
    sums = members.T @ design
    sums = sums.toarray() if sparse.issparse(sums) else sums
    means: Floats = np.where(sizes[:, None] > 0, sums / np.maximum(sizes, 1)[:, None], centres)
    return means


def design_matrix(dense: Floats, codes: Sequence[Codes]) -> Any:
    """Return the design (n, d): dense if there are no codes, else a sparse matrix."""
    if not codes:
        return dense
    rows, columns = dense.shape
    filled = columns + len(codes)
    values = with_ones(dense, len(codes))
    places = np.empty((rows, filled), dtype=np.int32)
    places[:, :columns] = np.arange(columns)
    start = columns
    for number, (column, width) in enumerate(codes, columns):
        places[:, number] = start + column
        start += width
    # each row has as many entries, so the three arrays can be written down at once
    return sparse.csr_array((values.ravel(), places.ravel(), np.arange(rows + 1) * filled), shape=(rows, start))
