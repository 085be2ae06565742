"""Non-negative least squares, against SciPy's active set."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import nnls

from crossover.compare.least_squares import non_negative

pytestmark = pytest.mark.once


def test_many_random_problems_have_scipy_s_answer() -> None:
    random = np.random.default_rng(3)
    used = set()
    for _ in range(300):
        points, terms = int(random.integers(5, 12)), int(random.integers(1, 6))
        design = random.normal(size=(points, terms)) * 10.0 ** random.integers(-6, 7, terms)
        values = random.normal(size=(points, 3))
        found = non_negative(design, values)
        for problem in range(3):
            right, distance = nnls(design, values[:, problem])
            assert np.linalg.norm(design @ found[:, problem] - values[:, problem]) == pytest.approx(distance, rel=1e-9)
            assert found[:, problem] * np.abs(design).max(axis=0) == pytest.approx(right * np.abs(design).max(axis=0), rel=1e-6, abs=1e-9)
            used.add(int((right > 0).sum()))
    assert used == {0, 1, 2, 3, 4, 5}, "problems of all kinds were among them"


def test_an_exact_sum_is_found_to_the_last_digits() -> None:
    rows, cores = np.array([1e3, 1e5, 1e7, 1e3, 1e5, 1e7]), np.array([1.0, 1, 1, 2, 2, 2])
    design = np.column_stack([np.ones(6), rows, rows / cores])
    found = non_negative(design, (20 + 3e-6 * rows + 5e-6 * rows / cores)[:, None])
    assert found[:, 0] == pytest.approx([20, 3e-6, 5e-6], rel=1e-9)


def test_a_term_that_would_be_negative_is_left_out() -> None:
    # the free line through (1, 3), (2, 2), (3, 1) falls; without a slope the mean is left
    design = np.array([[1.0, 1], [1, 2], [1, 3]])
    assert non_negative(design, np.array([[3.0], [2], [1]]))[:, 0] == pytest.approx([2.0, 0.0])


def test_values_that_only_negative_terms_could_reach_give_zero() -> None:
    assert non_negative(np.ones((3, 1)), -np.ones((3, 1)))[:, 0] == pytest.approx([0.0])
