"""Penalties and weights: what libraries find and what the polish makes of it, against optima in extended precision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from crossover.engines.base import Engine
from crossover.learning.models import linear_regression, logistic_regression
from crossover.learning.models.matrix import CodeBlock, Matrix
from crossover.learning.models.optimum import WIDEST, Answer, Objective, polish
from crossover.learning.models.penalty import Penalty
from crossover.learning.models.sparse_step import least_of_model
from crossover.learning.models.state import Preparation
from crossover.runs.learners.explained import coefficient_facts
from tests.learning.golden import optimum
from tests.learning.reference import Reference
from tests.tables import inline

ROWS = 240


@dataclass(frozen=True)
class Table:
    """x (n, 2), codes (n,) of width 3, labels and weights, on an engine as a matrix."""

    x: Any
    codes: Any
    classes: Any
    numbers: Any
    weight: Any

    def matrix(self, label: str, *, weighted: bool) -> Matrix:
        columns = (self.x[:, 0], self.x[:, 1], self.codes, self.classes, self.numbers, self.weight)
        rows = list(zip(*(each.tolist() for each in columns), strict=True))
        relation = inline("a double, b double, code int, class int, number double, weight double", rows)
        return Matrix(relation, ("a", "b"), (CodeBlock("code", 3),), label, len(rows), "weight" if weighted else None)

    @property
    def design(self) -> Any:
        return np.column_stack([self.x, np.eye(3)[self.codes]])


def table(seed: int = 5) -> Table:
    random = np.random.default_rng(seed)
    x = random.normal(size=(ROWS, 2))
    codes = random.integers(0, 3, ROWS)
    score = x @ [1.0, -0.2] + np.array([-0.5, 0.1, 0.0])[codes]
    classes = (random.random(ROWS) < 1 / (1 + np.exp(-score))).astype(int)
    return Table(x, codes, classes, score + random.normal(size=ROWS), random.integers(0, 4, ROWS).astype(float))


PENALTIES = {
    "l2": Penalty(0.0, 0.05),
    "l1": Penalty(0.03, 0.0),
    "elastic net": Penalty(0.02, 0.02),
    "only the intercept": Penalty(5.0, 0.0),
}


@pytest.mark.parametrize("name", PENALTIES)
def test_the_polish_finds_the_optimum_and_its_zeros_from_nothing(reference: Reference, name: str) -> None:
    _check_both(reference, PENALTIES[name])


def test_regressions_with_weights_are_the_optimum_and_have_its_zeros(learner: Any) -> None:
    _check_both(learner, PENALTIES["elastic net"])


def _check_both(learner: Any, penalty: Penalty) -> None:
    data = table()
    classes = logistic_regression.fit(learner, data.matrix("class", weighted=True), penalty, int(data.classes.sum()))
    _same(classes, optimum(data.design, data.classes, data.weight, "logistic", penalty.l1, penalty.l2))
    numbers = linear_regression.fit(learner, data.matrix("number", weighted=True), penalty, 1.0)
    _same(numbers, optimum(data.design, data.numbers, data.weight, "squared", penalty.l1, penalty.l2))


def _same(answer: Answer, expected: Any) -> None:
    assert answer.residual is not None
    assert answer.residual <= 1e-9
    np.testing.assert_allclose(answer.coefficients, expected.astype(float), rtol=1e-8, atol=1e-8)
    assert (answer.coefficients == 0).tolist() == (expected == 0).tolist()


def test_the_library_alone_finds_the_ridge_of_a_label_that_spreads_widely(engine: Engine[Any]) -> None:
    """With regParam = l2 MLlib's coefficients would be far off: it scales that term by the label's spread."""
    data, penalty = table(), Penalty(0.5, 0.3)
    wide = Table(data.x, data.codes, data.classes, 40 * data.numbers + 7, data.weight)
    found = engine.fit_linear_regression(wide.matrix("number", weighted=True), penalty, 500, 1e-10)
    expected = optimum(wide.design, wide.numbers, wide.weight, "squared", penalty.l1, penalty.l2).astype(float)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5 * abs(expected).max())
    naive = optimum(wide.design, wide.numbers, wide.weight, "squared", penalty.l1, penalty.l2 / np.std(wide.numbers)).astype(float)
    assert np.abs(naive - expected).max() > 0.05 * abs(expected).max(), "the table can tell them apart"


def test_sums_with_weights_are_those_of_the_rows_written_out(learner: Any) -> None:
    data = table()
    coefficients = np.random.default_rng(1).normal(size=6)
    x = np.column_stack([np.ones(ROWS), data.design])
    score = x @ coefficients
    p = 1 / (1 + np.exp(-score))
    w = data.weight
    for loss, label, slope, curvature in (
        ("logistic", data.classes, p - data.classes, p * (1 - p)),
        ("squared", data.numbers, score - data.numbers, np.ones(ROWS)),
    ):
        sums = learner.loss_sums(data.matrix("class" if loss == "logistic" else "number", weighted=True), coefficients, loss, meat=True)
        losses = -np.log(np.where(label == 1, p, 1 - p)) if loss == "logistic" else slope**2 / 2
        rows = [(w[i] * slope[i]) * x[i] for i in range(ROWS)]
        assert (sums.rows, sums.weight) == (ROWS, w.sum())
        assert sums.loss == pytest.approx(w @ losses, rel=1e-12)
        np.testing.assert_allclose(sums.gradient, sum(rows), rtol=1e-10, atol=1e-10)
        np.testing.assert_allclose(sums.hessian, x.T @ (x * (w * curvature)[:, None]), rtol=1e-10, atol=1e-10)
        np.testing.assert_allclose(sums.meat, sum(np.outer(row, row) for row in rows), rtol=1e-10, atol=1e-10)


# hard rows, by the polish alone: the reference fits nothing


def fitted(design: Any, label: Any, loss: Any, penalty: Penalty) -> Answer:
    names = [f"x{place}" for place in range(design.shape[1])]
    rows = [(*row, value) for row, value in zip(design.tolist(), np.asarray(label, float).tolist(), strict=True)]
    relation = inline(", ".join(f"{name} double" for name in (*names, "y")), rows)
    matrix = Matrix(relation, tuple(names), (), "y", len(rows))
    return polish(Objective(Reference(), matrix, loss, penalty), np.zeros(len(names) + 1))  # type: ignore[arg-type]


@pytest.mark.parametrize("loss", ["logistic", "squared"])
@pytest.mark.parametrize("penalty", [Penalty(0.0, 0.01), Penalty(0.02, 0.0), Penalty(0.01, 0.01)])
def test_columns_of_very_different_size_and_a_constant_one_have_an_optimum(loss: str, penalty: Penalty) -> None:
    data = table()
    design = np.column_stack([data.x * [1e4, 1e-4], np.zeros(ROWS)])
    label = data.classes if loss == "logistic" else data.numbers
    answer = fitted(design, label, loss, penalty)
    assert answer.residual is not None
    assert answer.residual <= 1e-9
    assert answer.warnings == ()
    assert answer.coefficients[3] == 0
    _is_optimal(design, label, loss, penalty, answer.coefficients, 1e-9)


@pytest.mark.parametrize("loss", ["logistic", "squared"])
def test_with_l1_alone_columns_that_repeat_each_other_are_told(loss: str) -> None:
    data = table()
    design = np.column_stack([data.x, data.x[:, 0]])
    label = data.classes if loss == "logistic" else data.numbers
    answer = fitted(design, label, loss, Penalty(0.02, 0.0))
    _is_optimal(design, label, loss, Penalty(0.02, 0.0), answer.coefficients, 1e-9)
    assert [warning for warning in answer.warnings if "more than one equally good way" in warning]
    alone = fitted(data.x, label, loss, Penalty(0.02, 0.0))
    assert alone.warnings == ()
    assert answer.objective == pytest.approx(alone.objective, rel=1e-12), "what is unique"
    assert answer.coefficients[1] + answer.coefficients[3] == pytest.approx(alone.coefficients[1], rel=1e-7)
    both = fitted(design, label, loss, Penalty(0.02, 0.01))
    assert both.warnings == ()
    assert both.coefficients[1] == pytest.approx(both.coefficients[3], rel=1e-9), "l2 makes them share"


def test_one_positive_in_a_thousand_rows() -> None:
    random = np.random.default_rng(4)
    x = random.normal(size=(3000, 2))
    y = np.zeros(3000)
    y[np.argsort(x[:, 0] + random.normal(size=3000))[-3:]] = 1
    for penalty in (Penalty(), Penalty(0.0, 1e-4), Penalty(1e-4, 0.0)):
        answer = fitted(x, y, "logistic", penalty)
        assert answer.warnings == ()
        _is_optimal(x, y, "logistic", penalty, answer.coefficients, 1e-9)


def _is_optimal(design: Any, label: Any, loss: str, penalty: Penalty, b: Any, allowed: float) -> None:
    """Check the conditions of Karush, Kuhn and Tucker by formula, in extended precision."""
    x = np.column_stack([np.ones(len(design)), design]).astype(np.longdouble)
    score = x @ b
    slope = (score if loss == "squared" else 1 / (1 + np.exp(-score))) - label
    gradient = x.T @ slope / len(x)
    assert abs(gradient[0]) <= allowed
    for j in range(1, len(b)):
        own = gradient[j] + penalty.l2 * b[j]
        assert (abs(own + penalty.l1 * np.sign(b[j])) if b[j] else abs(own) - penalty.l1) <= allowed, j


@pytest.mark.parametrize("seed", range(12))
def test_the_quadratic_model_with_l1_is_minimised_exactly(seed: int) -> None:
    """Also where it is flat in some directions, and from a start with wrong signs."""
    random = np.random.default_rng(seed)
    size = int(random.integers(2, 30))
    factor = random.normal(size=(size, max(1, size - seed % 3 * 2)))
    hessian = factor @ factor.T
    gradient = hessian @ random.normal(size=size) * 2
    start = random.normal(size=size) * (random.random(size) < 0.6)
    penalty = np.full(size, 0.5)
    penalty[0] = 0.0
    z = least_of_model(start, gradient, hessian, penalty)
    slope = gradient + hessian @ (z - start)
    scale = 1 + abs(hessian).max()
    assert abs(slope[0]) <= 1e-8 * scale
    moving = z[1:] != 0
    np.testing.assert_allclose((slope[1:] + 0.5 * np.sign(z[1:]))[moving], 0, atol=1e-8 * scale)
    assert (abs(slope[1:][~moving]) <= 0.5 + 1e-8 * scale).all()


def test_what_is_too_wide_to_polish_is_told_and_has_no_tables(reference: Reference) -> None:
    width = WIDEST + 1
    rows = [(place, place % 2) for place in range(width)]
    matrix = Matrix(inline("code int, y int", rows), (), (CodeBlock("code", width),), "y", len(rows))
    answer = logistic_regression.fit(reference, matrix, Penalty(0.0, 0.1), width // 2)  # type: ignore[arg-type]
    assert answer.warnings == (f"{width} columns are more than {WIDEST}: the answer is as exact as the library left it",)
    facts = coefficient_facts(
        reference,  # type: ignore[arg-type]
        Objective(reference, matrix, "logistic", Penalty(0.0, 0.1)),  # type: ignore[arg-type]
        answer, Preparation((), width, width // 2), "y", scaled_inside=False,
    )  # fmt: skip
    assert facts == {}
