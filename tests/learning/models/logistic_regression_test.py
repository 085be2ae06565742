"""The polished answer against scikit-learn's Newton solver, and against the conditions of an optimum."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression as Oracle

from crossover.core.errors import DataError
from crossover.learning.models import optimum
from crossover.learning.models.logistic_regression import fit
from crossover.learning.models.matrix import CodeBlock, Matrix
from crossover.learning.models.optimum import Answer
from crossover.learning.models.penalty import Penalty
from tests.learning.reference import Reference
from tests.tables import inline

ROWS = 300


def table(separable: bool = False) -> tuple[Any, Any, Any]:
    """Return x (n, 2), codes (n,) of width 3 and labels."""
    random = np.random.default_rng(8)
    x = random.normal(size=(ROWS, 2))
    codes = random.integers(0, 3, ROWS)
    margins = x @ [1.0, -2.0] + np.array([-1.0, 0.0, 0.5])[codes]
    labels = margins > 0 if separable else random.random(ROWS) < 1 / (1 + np.exp(-margins))
    return x, codes, labels.astype(int)


def fitted(learner: Any, l2: float, x: Any, codes: Any, y: Any) -> Answer:
    rows = [(float(a), float(b), int(code), int(label)) for (a, b), code, label in zip(x, codes, y, strict=True)]
    relation = inline("a double, b double, code int, y int", rows)
    matrix = Matrix(relation, ("a", "b"), (CodeBlock("code", 3),), "y", len(rows))
    return fit(learner, matrix, Penalty(l2=l2), int(np.sum(y)))


def written_out(x: Any, codes: Any) -> Any:
    return np.column_stack([x, np.eye(3)[codes]])


@pytest.mark.parametrize("l2", [1e-4, 0.01, 1.0])
def test_the_polished_answer_is_the_optimum(learner: Any, l2: float) -> None:
    x, codes, y = table()
    answer = fitted(learner, l2, x, codes, y)
    assert answer.residual is not None
    assert answer.residual <= 1e-9
    assert answer.warnings == ()
    design = np.column_stack([np.ones(ROWS), written_out(x, codes)])
    p = 1 / (1 + np.exp(-design @ answer.coefficients))
    gradient = design.T @ (p - y) / ROWS + l2 * np.r_[0.0, answer.coefficients[1:]]
    assert np.linalg.norm(gradient) <= 2e-9, "by formula, not by the engine's sums"
    oracle = Oracle(C=1 / (l2 * ROWS), solver="newton-cholesky", tol=1e-12, max_iter=200).fit(written_out(x, codes), y)
    assert np.allclose(answer.coefficients, np.r_[oracle.intercept_, oracle.coef_[0]], rtol=1e-7, atol=1e-7)
    assert answer.loss == pytest.approx(-np.mean(np.log(np.where(y == 1, p, 1 - p))), rel=1e-9)


def test_without_penalty_repeated_columns_give_the_shortest_answer_and_a_warning(learner: Any) -> None:
    x, codes, y = table()
    answer = fitted(learner, 0.0, x, codes, y)
    assert answer.residual is not None
    assert answer.residual <= 1e-9
    assert any("repeat each other in 1 direction" in warning for warning in answer.warnings)
    # the same model without the column that repeats the intercept, shortened by hand along (1, 0, 0, -1, -1, -1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the oracle's advice on C = inf differs between its versions
        oracle = Oracle(C=np.inf, solver="newton-cholesky", tol=1e-12, max_iter=200).fit(written_out(x, codes)[:, :4], y)
    long = np.r_[oracle.intercept_, oracle.coef_[0], 0.0]
    flat = np.array([1.0, 0, 0, -1, -1, -1])
    expected = long - flat * (flat @ long) / (flat @ flat)
    assert np.allclose(answer.coefficients, expected, rtol=1e-6, atol=1e-6)


def test_classes_that_are_separated_are_told(learner: Any) -> None:
    answer = fitted(learner, 0.0, *table(separable=True))
    assert any("separate the classes" in warning for warning in answer.warnings)


def test_separated_classes_have_an_answer_with_a_penalty(reference: Reference) -> None:
    answer = fitted(reference, 0.001, *table(separable=True))
    assert answer.residual is not None
    assert answer.residual <= 1e-9
    assert answer.warnings == ()


def test_a_column_of_zeros_has_coefficient_0(learner: Any) -> None:
    x, codes, y = table()
    x[:, 1] = 0.0
    for l2 in (0.0, 0.01):
        assert fitted(learner, l2, x, codes, y).coefficients[2] == pytest.approx(0.0, abs=1e-12)


@pytest.mark.once
def test_columns_of_very_different_size_are_polished_too(learner: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library does not get there in a hundred iterations either, each of which is jobs on Spark."""
    monkeypatch.setattr(optimum, "LIBRARY_ITERATIONS", 10)
    x, codes, y = table()
    answer = fitted(learner, 0.01, x * [1e3, 1e-3], codes, y)
    assert answer.residual is not None
    assert answer.residual <= 1e-9


def test_one_class_is_refused(reference: Reference) -> None:
    x, codes, _ = table()
    with pytest.raises(DataError, match=r"true \(1\) in all 300 training rows"):
        fitted(reference, 0.1, x, codes, np.ones(ROWS))
