"""Fitting and sums against plain NumPy: Newton's method on the written-out design, Lloyd's loop over points."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from crossover.core.errors import DataError
from crossover.engines.single_node.blocks import Blocks
from crossover.engines.single_node.k_means import fit_k_means
from crossover.engines.single_node.sums import BLOCK, loss_sums
from crossover.engines.single_node.training import NEWTON_TOLERANCE, fit_linear_regression, fit_logistic_regression
from crossover.learning.models.penalty import Penalty

Rows = tuple[Any, list[tuple[Any, int]], Any]


def written_out(dense: Any, codes: list[tuple[Any, int]]) -> Any:
    """Return the design with the intercept's column of ones first and every one-hot column dense."""
    return np.hstack([np.ones((len(dense), 1)), dense, *(np.eye(width)[column] for column, width in codes)])


def random_rows(rows: int, dense: int, widths: list[int], seed: int = 1) -> Rows:
    chance = np.random.default_rng(seed)
    block = chance.normal(size=(rows, dense)) * np.array([1.0, 3.0, 0.5, 1.0, 1.0])[:dense]
    codes = [(chance.integers(0, width, rows), width) for width in widths]
    score = block.sum(axis=1) * 0.7 - 1
    for column, width in codes:
        score += np.linspace(-1, 1, width)[column]
    label = (score + chance.logistic(size=rows) > 0).astype(np.float64)
    return block, codes, label


def sums_written_out(x: Any, label: Any, coefficients: Any) -> tuple[float, Any, Any]:
    score = x @ coefficients
    probability = 1 / (1 + np.exp(-score))
    loss = -(label * np.log(probability) + (1 - label) * np.log1p(-probability)).sum()
    return float(loss), x.T @ (probability - label), x.T @ (x * (probability * (1 - probability))[:, None])


def newton(x: Any, label: Any, l2: float) -> Any:
    """Return the optimum of mean loss + l2/2 |b|^2, the intercept free, to rounding."""
    penalty = np.full(x.shape[1], l2)
    penalty[0] = 0
    coefficients = np.zeros(x.shape[1])
    for _ in range(50):
        _, gradient, hessian = sums_written_out(x, label, coefficients)
        gradient = gradient / len(label) + penalty * coefficients
        coefficients = coefficients - np.linalg.lstsq(hessian / len(label) + np.diag(penalty), gradient, rcond=None)[0]
    assert np.linalg.norm(gradient) < 1e-12
    return coefficients


SHAPES = {
    "dense alone": (300, 3, []),
    "codes alone": (300, 0, [4, 3]),
    "dense and three codes": (400, 3, [5, 2, 7]),
    "more rows than a block": (BLOCK + 77, 2, [3, 4]),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_sums_are_those_of_the_written_out_design(shape: str) -> None:
    dense, codes, label = random_rows(*SHAPES[shape])
    x = written_out(dense, codes)
    coefficients = np.random.default_rng(2).normal(size=x.shape[1])
    loss, gradient, hessian = sums_written_out(x, label, coefficients)
    sums = loss_sums(Blocks(dense, codes, label), coefficients, "logistic")
    assert sums.rows == len(label)
    assert sums.loss == pytest.approx(loss, rel=1e-12)
    np.testing.assert_allclose(sums.gradient, gradient, rtol=1e-10, atol=1e-9)
    np.testing.assert_allclose(sums.hessian, hessian, rtol=1e-10, atol=1e-9)
    np.testing.assert_array_equal(sums.hessian, sums.hessian.T)


def test_sums_of_scores_beyond_exp_are_finite() -> None:
    dense = np.array([[1000.0], [-1000.0], [1000.0]])
    sums = loss_sums(Blocks(dense, [], np.array([1.0, 0.0, 0.0])), np.array([0.0, 1.0]), "logistic")
    assert sums.loss == 1000.0
    assert sums.gradient.tolist() == [1.0, 1000.0]
    assert np.isfinite(sums.hessian).all()


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("l2", [0.1, 1e-4])
def test_the_fit_is_one_step_from_newtons_optimum(shape: str, l2: float) -> None:
    dense, codes, label = random_rows(*SHAPES[shape])
    expected = newton(written_out(dense, codes), label, l2)
    got = fit_logistic_regression(Blocks(dense, codes, label), Penalty(l2=l2), iterations=500, tolerance=1e-10)
    np.testing.assert_allclose(one_step(Blocks(dense, codes, label), got, l2), expected, rtol=1e-6, atol=1e-7)


def one_step(blocks: Blocks, found: Any, l2: float) -> Any:
    """Return the coefficients after the step that polishes them; the gradient before it is small already."""
    rows, size = len(blocks.label), len(found)
    penalty = l2 * np.r_[0.0, np.ones(size - 1)]
    sums = loss_sums(blocks, found, "logistic")
    gradient, hessian = sums.gradient / rows + penalty * found, sums.hessian / rows + np.diag(penalty)
    assert abs(gradient).max() <= NEWTON_TOLERANCE
    return found - np.linalg.lstsq(hessian, gradient, rcond=None)[0]


@pytest.mark.parametrize("penalty", [Penalty(), Penalty(0.0, 0.1), Penalty(0.05, 0.0), Penalty(0.05, 0.1)])
@pytest.mark.parametrize("shape", ["dense alone", "dense and three codes"])
def test_numbers_with_weights_are_fitted_to_the_optimum(shape: str, penalty: Penalty) -> None:
    dense, codes, _ = random_rows(*SHAPES[shape])
    x = written_out(dense, codes)
    chance = np.random.default_rng(7)
    label, weight = 30 * x.sum(axis=1) + chance.normal(size=len(x)), chance.uniform(0, 2, len(x))
    b = fit_linear_regression(Blocks(dense, codes, label, weight), penalty, iterations=20_000, tolerance=1e-12)
    gradient = x.T @ (weight * (x @ b - label)) / weight.sum() + penalty.l2 * np.r_[0.0, b[1:]]
    assert abs(gradient[0]) < 1e-4
    gradient, b = gradient[1:], b[1:]
    assert np.where(b != 0, abs(gradient + penalty.l1 * np.sign(b)), abs(gradient) - penalty.l1).max() < 1e-4


def test_without_a_penalty_the_fit_is_one_step_from_newtons_optimum_too() -> None:
    dense, codes, label = random_rows(500, 3, [])
    expected = newton(written_out(dense, codes), label, 0.0)
    got = fit_logistic_regression(Blocks(dense, codes, label), Penalty(), 500, 1e-10)
    np.testing.assert_allclose(one_step(Blocks(dense, codes, label), got, 0.0), expected, rtol=1e-6)


def test_wide_codes_are_fitted_by_the_other_solver() -> None:
    dense, codes, label = random_rows(3000, 2, [1200])
    got = fit_logistic_regression(Blocks(dense, codes, label), Penalty(l2=0.01), iterations=2000, tolerance=1e-10)
    sums = loss_sums(Blocks(dense, codes, label), got, "logistic")
    penalty = 0.01 * np.concatenate(([0.0], got[1:]))
    assert np.linalg.norm(sums.gradient / len(label) + penalty) < 1e-7


def test_a_label_of_one_value_is_refused() -> None:
    with pytest.raises(DataError, match="one value"):
        fit_logistic_regression(Blocks(np.ones((3, 1)), [], np.ones(3)), Penalty(l2=0.1), 10, 1e-6)
    with pytest.raises(DataError, match="one value"):
        fit_logistic_regression(Blocks(np.ones((0, 1)), [], np.ones(0)), Penalty(l2=0.1), 10, 1e-6)


def lloyd(points: Any, centres: Any, iterations: int) -> Any:
    for _ in range(iterations):
        nearest = [int(np.argmin(((centres - point) ** 2).sum(axis=1))) for point in points]
        groups = [points[[number for number, mine in enumerate(nearest) if mine == cluster]] for cluster in range(len(centres))]
        centres = np.array([group.mean(axis=0) if len(group) else centre for group, centre in zip(groups, centres, strict=True)])
    return centres


@pytest.mark.parametrize("iterations", [1, 2, 50])
@pytest.mark.parametrize("far", [0.0, 1e6])
def test_centres_are_those_of_a_loop(iterations: int, far: float) -> None:
    points = np.random.default_rng(3).normal(size=(200, 3)) + far
    np.testing.assert_allclose(*fit_k_means(points, [], [points[:4]], iterations), lloyd(points, points[:4], iterations), rtol=1e-12, atol=1e-12)


def test_codes_are_columns_of_the_space() -> None:
    dense, codes, _ = random_rows(200, 2, [3, 4])
    points = written_out(dense, codes)[:, 1:]
    np.testing.assert_allclose(*fit_k_means(dense, codes, [points[:5]], 20), lloyd(points, points[:5], 20), rtol=1e-12, atol=1e-12)


def test_a_cluster_without_rows_keeps_its_centre_as_in_mllib() -> None:
    points = np.array([[0.0], [1.0], [10.0], [11.0]])
    centres = np.array([[0.0], [500.0], [10.0]])
    (found,) = fit_k_means(points, [], [centres], 5)
    assert found.tolist() == [[0.5], [500.0], [10.5]]


def test_of_equal_centres_the_first_gets_the_rows() -> None:
    points = np.array([[0.0], [2.0]])
    (found,) = fit_k_means(points, [], [np.array([[1.0], [1.0]])], 3)
    assert found.tolist() == [[1.0], [1.0]]
