"""Standard errors against textbook formulas, and how often stated intervals cover the truth."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import t as student

from crossover.learning.models.matrix import Floats, Loss, LossSums, Matrix
from crossover.learning.models.optimum import Objective, polish
from crossover.learning.models.penalty import Penalty
from crossover.learning.models.uncertainty import ROBUST, SHRUNK, STANDARD_ERROR, students_quantile, uncertainty

pytestmark = pytest.mark.once

WEIGHTED = Matrix(None, (), weight="w")  # type: ignore[arg-type]
UNWEIGHTED = Matrix(None, ())  # type: ignore[arg-type]


class Arrays:
    """Sums over arrays, in place of an engine."""

    def __init__(self, x: Any, y: Any, weight: Any = None) -> None:
        self.x = np.column_stack([np.ones(len(x)), x])
        self.y = np.asarray(y, dtype=float)
        self.weight = np.ones(len(x)) if weight is None else weight

    def loss_sums(self, matrix: Matrix, coefficients: Floats, loss: Loss, *, meat: bool = False) -> LossSums:
        score = self.x @ coefficients
        p = 1 / (1 + np.exp(-score))
        losses = np.logaddexp(0, score) - self.y * score if loss == "logistic" else (score - self.y) ** 2 / 2
        slope, curvature = (p - self.y, p * (1 - p)) if loss == "logistic" else (score - self.y, 1.0)
        own = self.x * (self.weight * slope)[:, None]
        hessian = self.x.T @ (self.x * (self.weight * curvature)[:, None])
        total = float(self.weight.sum())
        return LossSums(len(self.x), total, float(self.weight @ losses), own.sum(axis=0), hessian, own.T @ own if meat else None)


def known(x: Any, y: Any, loss: Any, penalty: Penalty, weight: Any = None) -> tuple[Any, Any]:
    """Return coefficients (d + 1,) and their uncertainty."""
    objective = Objective(Arrays(x, y, weight), UNWEIGHTED if weight is None else WEIGHTED, loss, penalty)  # type: ignore[arg-type]
    answer = polish(objective, np.zeros(x.shape[1] + 1))
    assert answer.point is not None
    return answer.coefficients, uncertainty(objective, answer.point)


def rows(seed: int, count: int) -> tuple[Any, Any]:
    random = np.random.default_rng(seed)
    x = random.normal(size=(count, 2))
    return x, x @ [1.0, -0.5] + 0.3 + random.normal(size=count)


def spreads(found: Any, size: int) -> list[float | None]:
    return [found.of(each) for each in np.eye(size)]


def test_standard_errors_of_classes_are_those_of_the_inverse_information() -> None:
    x, score = rows(1, 200)
    y = score > 0
    b, found = known(x, y, "logistic", Penalty())
    design = np.column_stack([np.ones(200), x])
    p = 1 / (1 + np.exp(-design @ b))
    expected = np.sqrt(np.diag(np.linalg.inv(sum(q * (1 - q) * np.outer(r, r) for q, r in zip(p, design, strict=True)))))
    assert found.what == STANDARD_ERROR
    assert spreads(found, 3) == pytest.approx(expected.tolist(), rel=1e-9)
    assert found.quantile == pytest.approx(1.959963984540054, rel=1e-12)


def test_standard_errors_of_numbers_are_those_of_least_squares() -> None:
    x, y = rows(2, 40)
    b, found = known(x, y, "squared", Penalty())
    design = np.column_stack([np.ones(40), x])
    variance = sum((y - design @ b) ** 2) / (40 - 3)
    assert spreads(found, 3) == pytest.approx(np.sqrt(variance * np.diag(np.linalg.inv(design.T @ design))).tolist(), rel=1e-9)
    assert found.quantile == pytest.approx(student.ppf(0.975, 37), abs=1e-6)


@pytest.mark.parametrize("loss", ["logistic", "squared"])
def test_with_weights_it_is_the_sandwich_over_rows(loss: str) -> None:
    x, score = rows(3, 150)
    y = score > 0 if loss == "logistic" else score
    w = np.random.default_rng(4).uniform(0.2, 3, 150)
    b, found = known(x, y, loss, Penalty(), w)
    design = np.column_stack([np.ones(150), x])
    p = 1 / (1 + np.exp(-design @ b)) if loss == "logistic" else design @ b
    curvature = p * (1 - p) if loss == "logistic" else np.ones(150)
    bread = np.linalg.inv(sum(w[i] * curvature[i] * np.outer(design[i], design[i]) for i in range(150)))
    meat = sum((w[i] * (p[i] - y[i])) ** 2 * np.outer(design[i], design[i]) for i in range(150))
    assert found.what == ROBUST
    assert spreads(found, 3) == pytest.approx(np.sqrt(np.diag(bread @ meat @ bread) * 150 / 147).tolist(), rel=1e-8)


def test_with_l2_there_is_a_spread_and_no_interval_and_with_l1_nothing() -> None:
    x, y = rows(5, 100)
    b, found = known(x, y, "squared", Penalty(0.0, 0.2))
    design = np.column_stack([np.ones(100), x])
    bread = np.linalg.inv(design.T @ design + 100 * 0.2 * np.diag([0, 1, 1]))
    own = design * (design @ b - y)[:, None]
    assert (found.what, found.quantile) == (SHRUNK, None)
    assert spreads(found, 3) == pytest.approx(np.sqrt(np.diag(bread @ np.cov(own.T, ddof=0) @ bread) * 100).tolist(), rel=1e-8)
    assert known(x, y, "squared", Penalty(0.1, 0.0))[1] is None
    assert known(x, y, "squared", Penalty(0.1, 0.1))[1] is None


def test_what_rows_do_not_determine_has_no_standard_error() -> None:
    x, y = rows(6, 80)
    groups = np.eye(3)[np.arange(80) % 3]
    design = np.column_stack([x, groups])
    b, found = known(design, y, "squared", Penalty())
    assert spreads(found, 6)[0] is None, "the intercept may be taken from the groups"
    assert spreads(found, 6)[3:] == [None] * 3
    b_alone, alone = known(np.column_stack([x, groups[:, 1:]]), y, "squared", Penalty())
    assert found.of(np.array([0, 1.0, 0, 0, 0, 0])) == pytest.approx(alone.of(np.array([0, 1.0, 0, 0, 0])), rel=1e-8)
    contrast = np.array([0, 0, 0, -1.0, 1.0, 0])
    assert contrast @ b == pytest.approx(b_alone[3], rel=1e-8)
    assert found.of(contrast) == pytest.approx(alone.of(np.array([0, 0, 0, 1.0, 0])), rel=1e-8), "a group against the reference"


def test_separated_classes_and_too_few_rows_have_none() -> None:
    x = np.array([[-2.0], [-1.0], [1.0], [2.0]])
    assert known(x, x[:, 0] > 0, "logistic", Penalty())[1] is None
    assert known(x[:2], [1.0, 2.0], "squared", Penalty())[1] is None


@pytest.mark.parametrize("degrees", [1, 2, 4, 8, 30, 200])
def test_the_quantile_is_students(degrees: int) -> None:
    allowed = 1e-9 if degrees <= 2 else 0.02 if degrees < 8 else 1e-3 if degrees < 30 else 1e-6
    assert students_quantile(degrees) == pytest.approx(student.ppf(0.975, degrees), abs=allowed)


TRUTH = np.array([-0.4, 0.8, -0.3])


@pytest.mark.parametrize(
    ("loss", "weighted", "count"), [("logistic", False, 300), ("logistic", True, 1000), ("squared", False, 30), ("squared", True, 300)]
)
def test_intervals_of_95_percent_cover_the_truth_in_93_to_97_percent(loss: str, weighted: bool, count: int) -> None:
    """Weights of 1 to 5 by an input, as a balance of groups has them; one row still is one observation."""
    random = np.random.default_rng(11)
    covered = np.zeros(3)
    draws = 1500
    for _ in range(draws):
        x = random.normal(size=(count, 2))
        score = np.column_stack([np.ones(count), x]) @ TRUTH
        y = random.random(count) < 1 / (1 + np.exp(-score)) if loss == "logistic" else score + random.normal(size=count)
        weight = np.where(x[:, 1] > 0, 5.0, 1.0) if weighted else None
        b, found = known(x, y, loss, Penalty(), weight)
        half = found.quantile * np.array([found.of(each) for each in np.eye(3)])
        covered += abs(b - TRUTH) <= half
    shares = covered / draws
    assert ((shares >= 0.93) & (shares <= 0.97)).all(), shares
