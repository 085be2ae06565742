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
from sklearn.linear_model import ElasticNet, LinearRegression, LogisticRegression, Ridge
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from crossover.core.errors import DataError
from crossover.engines.single_node.blocks import Blocks, Codes, with_ones
from crossover.learning.models import iterations as told
from crossover.learning.models.matrix import Floats
from crossover.learning.models.penalty import Penalty

NEWTON_WIDTH = 1_000
"""Columns up to which the Hessian is small enough for Newton's method; beyond it L-BFGS."""
NEWTON_TOLERANCE = 1e-4
"""Of the gradient. From there on the steps that polish the answer do the same, and count codes where scikit-learn multiplies."""


def fit_logistic_regression(blocks: Blocks, penalty: Penalty, iterations: int, tolerance: float) -> Floats:
    """Return (d + 1,) coefficients, the intercept first, of the least weighted mean loss + penalty.

    Newton's method stops at NEWTON_TOLERANCE if `tolerance` is smaller. One BLAS thread: the products are narrow, and the
    answer then does not depend on how many there are. Raises DataError if the label has one value only.
    """
    label = blocks.label if blocks.weight is None else blocks.label[blocks.weight > 0]
    if not len(label) or label.min() == label.max():
        raise DataError("the label has one value only in the rows to learn from: there is nothing to tell apart")
    design = design_matrix(blocks.dense, blocks.codes)
    model = LogisticRegression(
        C=1 / (penalty.total * _weight(blocks)) if penalty.total else np.inf,
        l1_ratio=penalty.l1_ratio,
        **_logistic_solver(penalty, design.shape[1], tolerance),
        max_iter=iterations,
        random_state=0,
    )
    return _fitted(model, design, blocks)


def fit_multinomial(blocks: Blocks, classes: int, penalty: Penalty, iterations: int, tolerance: float) -> Floats:
    """Return (K, d + 1) coefficients, the intercepts first. Labels are 0 .. K - 1, each there with weight."""
    design = design_matrix(blocks.dense, blocks.codes)
    # Of two classes scikit-learn always fits one margin, b1 - b0: with b0 = -b1 it is twice as long as each, so
    # |b0|^2 + |b1|^2 is half its square, and |b0|_1 + |b1|_1 its length.
    own = Penalty(penalty.l1, penalty.l2 / 2) if classes == 2 else penalty
    model = LogisticRegression(
        C=1 / (own.total * _weight(blocks)) if own.total else np.inf,
        l1_ratio=own.l1_ratio,
        **_logistic_solver(own, design.shape[1] * classes, tolerance),
        max_iter=iterations,
        random_state=0,
    )
    _fit(model, design, blocks)
    found = np.column_stack((model.intercept_, model.coef_))
    return np.concatenate((-found / 2, found / 2)) if classes == 2 else found


def fit_linear_regression(blocks: Blocks, penalty: Penalty, iterations: int, tolerance: float) -> Floats:
    """Return (d + 1,) coefficients, the intercept first, of the least weighted mean of (y - s)^2 / 2 + penalty."""
    design = design_matrix(blocks.dense, blocks.codes)
    if penalty.l1:
        strength, ratio = penalty.total, penalty.l1_ratio
        model = ElasticNet(alpha=strength, l1_ratio=ratio, max_iter=iterations, tol=tolerance, selection="cyclic")
    elif penalty.l2:
        model = Ridge(alpha=penalty.l2 * _weight(blocks), max_iter=iterations, tol=tolerance)
    else:
        model = LinearRegression()
    return _fitted(model, design, blocks)


def _weight(blocks: Blocks) -> float:
    weights = _weights(blocks)
    return float(len(blocks.label)) if weights is None else float(weights.sum())


def _weights(blocks: Blocks) -> Floats | None:
    """Return weights of at most 1: the step of saga fits no larger ones, and it would run away."""
    return None if blocks.weight is None else blocks.weight / blocks.weight.max()


def _logistic_solver(penalty: Penalty, width: int, tolerance: float) -> dict[str, Any]:
    """Return the solver, and where it stops."""
    if penalty.l1:
        return {"solver": "saga", "tol": tolerance}
    if width <= NEWTON_WIDTH:
        return {"solver": "newton-cholesky", "tol": max(tolerance, NEWTON_TOLERANCE)}
    return {"solver": "lbfgs", "tol": tolerance}


def _fitted(model: Any, design: Any, blocks: Blocks) -> Floats:
    _fit(model, design, blocks)
    return np.concatenate((np.ravel(model.intercept_), np.ravel(model.coef_)))


def _fit(model: Any, design: Any, blocks: Blocks) -> None:
    with threadpool_limits(1, user_api="blas"), warnings.catch_warnings():
        # how near the answer is to the optimum is measured and shown afterwards, by the norm of the gradient
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.simplefilter("ignore", LinAlgWarning)
        model.fit(design, blocks.label, sample_weight=_weights(blocks))
    # solvers that factorise once have none
    made = getattr(model, "n_iter_", None)
    told.tell(1 if made is None else int(np.max(made)))


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
    # each row has as many entries, so the three arrays can be written down at once; saga takes no wider indices
    ends = np.arange(rows + 1, dtype=np.int32 if rows * filled < 2**31 else np.int64) * filled
    return sparse.csr_array((values.ravel(), places.ravel(), ends), shape=(rows, start))
