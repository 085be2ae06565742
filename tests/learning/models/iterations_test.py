"""Iterations that training libraries tell."""

from __future__ import annotations

import numpy as np
import pytest

from crossover.engines.single_node import k_means, training
from crossover.engines.single_node.blocks import Blocks
from crossover.learning.models.iterations import counted, tell
from crossover.learning.models.penalty import Penalty

pytestmark = pytest.mark.once


def test_what_is_told_inside_is_added_up_and_nothing_else_is() -> None:
    tell(100)
    with counted() as outer:
        tell(3)
        with counted() as inner:
            tell(5)
        tell(4)
    tell(100)
    assert (outer.total, inner.total) == (7, 5)


def test_without_a_training_the_sum_is_unknown() -> None:
    with counted() as none:
        pass
    assert none.total is None


def test_lloyd_s_iterations_are_counted_with_the_last_one_which_moves_nothing() -> None:
    # centres 0 and 10 of rows 0 1 9 10: one step to 0.5 and 9.5, and one that finds them in place
    with counted() as made:
        k_means.fit_k_means(np.array([[0.0], [1.0], [9.0], [10.0]]), (), [np.array([[0.0], [10.0]])], 20)
    assert made.total == 2
    with counted() as cut:
        k_means.fit_k_means(np.array([[0.0], [1.0], [9.0], [10.0]]), (), [np.array([[0.0], [10.0]])], 1)
    assert cut.total == 1


def test_a_solver_that_factorises_once_makes_one_pass() -> None:
    blocks = Blocks(np.array([[0.0], [1.0], [2.0]]), (), np.array([1.0, 2.0, 3.5]), None)
    with counted() as made:
        training.fit_linear_regression(blocks, Penalty(0.0, 0.1), 100, 1e-8)
    assert made.total == 1


def test_newton_s_steps_of_the_library_are_counted() -> None:
    generator = np.random.default_rng(3)
    dense = generator.normal(size=(200, 2))
    label = (dense[:, 0] + generator.normal(size=200) > 0).astype(float)
    with counted() as made:
        training.fit_logistic_regression(Blocks(dense, (), label, None), Penalty(0.0, 0.01), 100, 1e-8)
    assert made.total is not None
    assert 2 <= made.total <= 20
