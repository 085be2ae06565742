"""The polished answer of several classes against the third opinion, from good and from bad beginnings."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from crossover.learning.models import logistic_regression, multinomial
from crossover.learning.models.matrix import CodeBlock, Floats, Matrix
from crossover.learning.models.multinomial import SoftmaxObjective, zero_sum_basis
from crossover.learning.models.optimum import polish
from crossover.learning.models.penalty import Penalty
from tests.learning.conformance.optimum import LONG, Problem, objective, optimum, probabilities
from tests.learning.reference import Reference
from tests.tables import inline

ROWS = 200


def example(classes: int, *, collinear: bool = False, weights: bool = False) -> tuple[Matrix, Any, Any, Any]:
    """Return a matrix, its columns written out, labels and weights."""
    random = np.random.default_rng(17)
    dense, codes = random.normal(size=(ROWS, 2)), random.integers(0, 3, ROWS)
    if collinear:
        dense[:, 1] = -2 * dense[:, 0]
    scores = dense @ random.normal(size=(2, classes)) + np.eye(3)[codes] @ random.normal(size=(3, classes))
    label = (scores + random.gumbel(size=scores.shape)).argmax(axis=1)
    weight = random.gamma(1.0, size=ROWS) * 1000 if weights else np.ones(ROWS)
    rows = [(*map(float, line), int(code), int(y), float(w)) for line, code, y, w in zip(dense, codes, label, weight, strict=True)]
    relation = inline("a double, b double, code int, y int, w double", rows)
    matrix = Matrix(relation, ("a", "b"), (CodeBlock("code", 3),), "y", ROWS, "w" if weights else None)
    return matrix, np.column_stack([dense, np.eye(3)[codes]]), label, weight


def problem_of(design: Any, label: Any, weight: Any, classes: int, penalty: Penalty) -> Problem:
    return Problem(design.astype(LONG), label, weight.astype(LONG), classes, penalty.l1, penalty.l2, multinomial=True)


@pytest.mark.parametrize("penalty", [Penalty(0, 0.01), Penalty(0.01, 0.01)])
def test_the_polished_answer_is_the_optimum(learner: Any, penalty: Penalty) -> None:
    matrix, design, label, weight = example(3, weights=True)
    answer = multinomial.fit(learner, matrix, 3, penalty)
    problem = problem_of(design, label, weight, 3, penalty)
    best = optimum(problem)
    assert float(objective(problem, answer.coefficients) - objective(problem, best)) < 1e-15
    assert answer.objective == pytest.approx(float(objective(problem, best)), rel=1e-12)
    assert np.abs(probabilities(problem, answer.coefficients) - probabilities(problem, best)).max() < 1e-8
    assert answer.warnings == ()
    assert abs(answer.coefficients[:, 0].sum()) < 1e-12
    if penalty.l1:
        assert ((answer.coefficients == 0) == (np.abs(best) < 1e-9)).all(), "the same zeros"
        assert (answer.coefficients == 0).any()


def test_two_classes_are_a_logistic_regression_with_half_the_l2(learner: Any) -> None:
    matrix, design, label, _ = example(2)
    several = multinomial.fit(learner, matrix, 2, Penalty(0, 0.02)).coefficients
    one = logistic_regression.fit(learner, matrix, Penalty(0, 0.01), int(label.sum())).coefficients
    np.testing.assert_allclose(several[1] - several[0], one, rtol=1e-7, atol=1e-9)
    del design


@pytest.mark.parametrize("collinear", [False, True])
@pytest.mark.parametrize("penalty", [Penalty(0.02, 0.0), Penalty(0.01, 0.01)])
@pytest.mark.parametrize("distance", [1e-6, 1e-3, 0.3, 3.0])
def test_every_beginning_leads_to_the_optimum(reference: Reference, penalty: Penalty, distance: float, *, collinear: bool) -> None:
    matrix, design, label, weight = example(3, collinear=collinear)
    problem = problem_of(design, label, weight, 3, penalty)
    best = optimum(problem).astype(float)
    start = best + distance * np.random.default_rng(1).normal(size=best.shape)
    answer = polish(SoftmaxObjective(reference, matrix, "logistic", penalty, np.eye(3)), start.ravel())
    assert answer.residual is not None
    assert answer.residual <= 1e-9
    assert float(objective(problem, answer.coefficients.reshape(3, -1)) - objective(problem, best)) < 1e-12


def test_a_library_that_ran_away_does_no_harm(reference: Reference) -> None:
    matrix, _, _, _ = example(3)
    run_away: Floats = np.random.default_rng(2).normal(size=18) * 1e4
    answer = polish(SoftmaxObjective(reference, matrix, "logistic", Penalty(0.001, 0.01), np.eye(3)), run_away)
    assert answer.residual is not None
    assert answer.residual <= 1e-9


def test_without_a_penalty_the_shortest_of_the_equally_good_answers_is_taken(reference: Reference) -> None:
    matrix, design, label, weight = example(3, collinear=True)
    answer = multinomial.fit(reference, matrix, 3, Penalty())
    problem = problem_of(design, label, weight, 3, Penalty())
    np.testing.assert_allclose(probabilities(problem, answer.coefficients).astype(float), probabilities(problem, optimum(problem)).astype(float), atol=1e-9)
    assert any("repeat each other in 2 directions" in warning for warning in answer.warnings)
    # b = -2 a: the shortest has coefficients in that proportion; codes and the intercept share what they have in common
    np.testing.assert_allclose(answer.coefficients[:, 2], -2 * answer.coefficients[:, 1], atol=1e-8)
    np.testing.assert_allclose(answer.coefficients[:, 0], answer.coefficients[:, 3:].sum(axis=1), atol=1e-8)
    assert np.abs(answer.coefficients.sum(axis=0)).max() < 1e-12


def test_columns_that_are_nearly_alike_are_no_separated_classes(reference: Reference) -> None:
    random = np.random.default_rng(4)
    a, noise = random.normal(size=300), random.normal(size=300)
    label = (np.column_stack([np.zeros(300), a + noise, a - noise]) + random.gumbel(size=(300, 3))).argmax(axis=1)
    rows = [(float(x), float(x + 1e-4 * z), int(y)) for x, z, y in zip(a, noise, label, strict=True)]
    answer = multinomial.fit(reference, Matrix(inline("a double, b double, y int", rows), ("a", "b"), (), "y", 300), 3, Penalty())
    assert np.abs(answer.coefficients).max() > 1000
    assert answer.warnings == ()


def test_a_code_that_has_one_class_alone_separates_it(reference: Reference) -> None:
    matrix, _, _, _ = example(3)
    rows = [(a, b, 2 if y == 2 else code % 2, y) for a, b, code, y, _ in _rows(matrix)]
    separated = Matrix(inline("a double, b double, code int, y int", rows), matrix.dense, matrix.codes, "y", ROWS)
    answer = multinomial.fit(reference, separated, 3, Penalty())
    assert any("separate the classes" in warning for warning in answer.warnings)


def _rows(matrix: Matrix) -> list[Any]:
    return [tuple(row.values()) for row in matrix.relation.source.table.to_pylist()]  # type: ignore[union-attr]


def test_an_answer_too_wide_to_polish_says_so(reference: Reference) -> None:
    matrix, _, _, _ = example(3)
    wide = Matrix(matrix.relation, matrix.dense, (CodeBlock("code", 400),), "y", ROWS)
    answer = multinomial.fit(reference, wide, 3, Penalty(0, 0.1))
    assert answer.residual is None
    assert "402 columns of 3 classes are more than 1000 numbers" in answer.warnings[0]


@pytest.mark.parametrize("classes", [2, 3, 5])
def test_the_basis_is_orthonormal_and_sums_to_zero(classes: int) -> None:
    basis = zero_sum_basis(classes)
    np.testing.assert_allclose(basis.T @ basis, np.eye(classes - 1), atol=1e-15)
    np.testing.assert_allclose(basis.sum(axis=0), 0.0, atol=1e-15)
