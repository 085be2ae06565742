from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.metrics import silhouette_score

from crossover.learning.evaluation.clusters import centres_in_original_units, evaluate, nearest, silhouette
from crossover.learning.models.fitted import KMeans
from crossover.learning.models.matrix import CodeBlock, Matrix
from crossover.learning.models.state import Number, OneHot, Preparation
from tests.tables import inline


def test_silhouette_is_scikit_learns_with_squared_distances() -> None:
    random = np.random.default_rng(5)
    rows = np.concatenate([random.normal(place, 1.0, size=(40, 3)) for place in (0, 3, 9)]) + 1e4
    clusters = np.repeat([0, 1, 2], 40)
    assert silhouette(rows, clusters) == pytest.approx(silhouette_score(rows, clusters, metric="sqeuclidean"), rel=1e-10)


def test_a_single_row_cluster_has_silhouette_0() -> None:
    rows = np.array([[0.0], [1.0], [10.0]])
    # rows 0 and 1: own 1, other 100 and 81; row 2 is alone
    assert silhouette(rows, np.array([0, 0, 1])) == pytest.approx((99 / 100 + 80 / 81 + 0) / 3, rel=1e-14)


def test_one_cluster_has_no_silhouette() -> None:
    assert silhouette(np.zeros((4, 2)), np.zeros(4, dtype=np.int64)) is None


def test_equal_rows_in_two_clusters_have_silhouette_0() -> None:
    assert silhouette(np.ones((4, 2)), np.array([0, 0, 1, 1])) == 0.0


def test_the_first_of_equally_near_centres_is_taken() -> None:
    assert nearest(np.array([[1.0], [2.0]]), np.array([[0.0], [2.0], [2.0]])).tolist() == [0, 1]


def test_inertia_and_sizes_are_counted_over_all_rows(learner: Any) -> None:
    rows = [(0.0, 0.0, 0), (1.0, 0.0, 0), (10.0, 0.0, 1)]
    matrix = Matrix(inline("x double, y double, c int", rows), ("x", "y"), (CodeBlock("c", 2),))
    centres = np.array([[0.5, 0.0, 1.0, 0.0], [10.0, 0.0, 0.5, 0.5], [99.0, 0.0, 0.0, 1.0]])
    found = evaluate(learner, matrix, KMeans(centres), np.array([[0.0, 0, 1, 0], [1, 0, 1, 0], [10, 0, 0, 1]]))
    assert found["inertia"] == pytest.approx(0.25 + 0.25 + 0.5, rel=1e-15)
    assert [found[f"size_{cluster}"] for cluster in range(3)] == [2, 1, 0]
    assert found["rows"] == 3


def test_centres_are_told_in_original_units() -> None:
    fitted = (
        Number("a", "double", None, True, "standard", 10.0, 2.0),
        OneHot("c", "string", ("x",)),
        Number("b", "double", None, False, None, 5.0, 3.0),
    )
    (centre,) = centres_in_original_units(Preparation(fitted, 9, None), np.array([[1.5, 0.25, 7.0, 0.75, 0.25]]))
    assert centre == {"a": 13.0, "a is missing": 0.25, "b": 7.0, "c=x": 0.75, "c=other": 0.25}
