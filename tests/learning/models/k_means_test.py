from __future__ import annotations

import math
import random
from typing import Any

import numpy as np
import pytest
import xxhash
from sklearn.cluster import KMeans as Oracle

from crossover.core.errors import DataError
from crossover.learning.models.given_centres import given_centres
from crossover.learning.models.k_means import KMeansAnswer, choose_centres, draw, fit, fit_from
from crossover.learning.models.matrix import CodeBlock, Matrix
from crossover.learning.models.sample import sample
from crossover.learning.models.state import Frequency, Number, OneHot, Ordinal, Preparation
from tests.learning.reference import Reference, chained_hash
from tests.tables import inline

BLOBS = [(0.0, 0.0), (6.0, 1.0), (-3.0, 8.0)]


def blobs(count: int = 240) -> list[tuple[int, str, float, float]]:
    """Rows (id, name, x, y) around three centres; a half, a third and a sixth of them."""
    numbers = np.random.default_rng(2)
    which = [0, 0, 0, 1, 1, 2]
    rows = []
    for number in range(count):
        x, y = BLOBS[which[number % 6]] + numbers.normal(size=2)
        rows.append((number, f"n{number % 7}", float(x), float(y)))
    return rows


def matrix_of(rows: list[Any]) -> Matrix:
    return Matrix(inline("id int, name string, x double, y double", rows), ("x", "y"), rows=len(rows))


def clustered(learner: Any, rows: list[Any], k: int, starts: int = 1) -> KMeansAnswer:
    matrix = matrix_of(rows)
    return fit(learner, learner, matrix, sample(learner, matrix, ("id",), "centres", 10_000), k, starts, 30)


def test_the_sample_is_the_rows_of_smallest_hash_in_their_order(learner: Any) -> None:
    rows = blobs(50)
    expected = sorted(rows, key=lambda row: (chained_hash("centres", row[1], row[0]), row[1], row[0]))[:20]
    found = sample(learner, matrix_of(rows), ("name", "id"), "centres", 20)
    assert found.tolist() == [[x, y] for _, _, x, y in expected]


def test_equal_hashes_are_ordered_by_the_columns_nulls_last(learner: Any) -> None:
    # null leaves the hash as it is, so these three hash alike in pairs
    relation = inline("a string, b string, x double", [("q", None, 1.0), (None, "q", 2.0), ("p", None, 3.0), (None, "p", 4.0)])
    found = sample(learner, Matrix(relation, ("x",)), ("a", "b"), "s", 9)[:, 0].tolist()
    assert found.index(1.0) + 1 == found.index(2.0)
    assert found.index(3.0) + 1 == found.index(4.0)


def test_codes_are_written_out_in_a_sample(learner: Any) -> None:
    relation = inline("id int, x double, c int", [(1, 0.5, 2)])
    assert sample(learner, Matrix(relation, ("x",), (CodeBlock("c", 3),)), ("id",), "s", 5).tolist() == [[0.5, 0.0, 0.0, 1.0]]


def test_draws_are_shares_of_a_chained_hash() -> None:
    seed = xxhash.xxh64_intdigest(b"centres", 42)
    for number in (3, 5):
        seed = xxhash.xxh64_intdigest(number.to_bytes(8, "little"), seed)
    assert draw(3, 5) == (seed >> 11) * 2.0**-53


def test_centres_do_not_depend_on_the_order_of_rows(learner: Any) -> None:
    rows = blobs()
    answers = []
    for seed in (1, 2):
        random.Random(seed).shuffle(rows)
        answers.append(clustered(learner, rows, 3))
    assert np.allclose(answers[0].centres, answers[1].centres, rtol=1e-12, atol=1e-12)
    assert answers[0].sizes == answers[1].sizes


def test_the_answer_is_scikit_learns_from_the_same_centres(learner: Any) -> None:
    rows = blobs()
    x = np.array([[x, y] for *_, x, y in rows])
    start = choose_centres(sample(learner, matrix_of(rows), ("id",), "centres", 10_000), 3, 0)
    oracle = Oracle(3, init=start, n_init=1, tol=0, max_iter=30, algorithm="lloyd").fit(x)
    answer = clustered(learner, rows, 3)
    assert answer.sizes == tuple(sorted(np.bincount(oracle.labels_).tolist(), reverse=True))
    order = np.argsort(-np.bincount(oracle.labels_), kind="stable")
    assert np.allclose(answer.centres, oracle.cluster_centers_[order], rtol=1e-12, atol=1e-12)
    assert answer.inertia == pytest.approx(oracle.inertia_, rel=1e-12)


def test_clusters_are_numbered_by_size_then_centre(reference: Reference) -> None:
    rows = [(place, "a", x, 0.0) for place, x in enumerate([9.0, 9.0, 1.0, 1.0, 5.0, 5.0, 5.0])]
    answer = clustered(reference, rows, 3)
    assert answer.sizes == (3, 2, 2)
    assert answer.centres[:, 0].tolist() == [5.0, 1.0, 9.0]
    assert answer.inertia == 0.0


def test_the_first_of_the_best_starts_wins(reference: Reference) -> None:
    rows = blobs()
    answer = clustered(reference, rows, 4, starts=4)
    alone = [inertia_from(reference, rows, 4, start) for start in range(4)]
    assert answer.inertia == pytest.approx(min(alone), rel=1e-9)
    assert answer.start == next(start for start, inertia in enumerate(alone) if inertia <= min(alone) * (1 + 1e-9))


def inertia_from(learner: Any, rows: list[Any], k: int, start: int) -> float:
    """Inertia of one start, by NumPy."""
    x = np.array([[x, y] for *_, x, y in rows])
    centres = choose_centres(sample(learner, matrix_of(rows), ("id",), "centres", 10_000), k, start)
    for _ in range(30):
        labels = ((x[:, None] - centres) ** 2).sum(axis=2).argmin(axis=1)
        centres = np.stack([x[labels == number].mean(axis=0) for number in range(k)])
    return float(((x[:, None] - centres) ** 2).sum(axis=2).min(axis=1).sum())


def test_fewer_distinct_rows_than_k_are_refused(reference: Reference) -> None:
    rows = [(place, "a", float(place % 2), 1.0) for place in range(20)]
    assert clustered(reference, rows, 2).sizes == (10, 10)
    with pytest.raises(DataError, match="needs 3 distinct rows; there are 2"):
        clustered(reference, rows, 3)


class LosesAClusterOnce:
    """An engine whose first start puts a centre where no row is."""

    def __init__(self, learner: Any) -> None:
        self.learner = learner

    def fit_k_means(self, matrix: Matrix, starts: Any, iterations: int) -> Any:
        first, *others = self.learner.fit_k_means(matrix, starts, iterations)
        return [np.vstack([first[:-1], [[1e6, 1e6]]]), *others]


def test_a_start_that_loses_a_cluster_is_discarded(reference: Reference) -> None:
    matrix = matrix_of(blobs())
    sampled = sample(reference, matrix, ("id",), "centres", 10_000)
    answer = fit(LosesAClusterOnce(reference), reference, matrix, sampled, 3, 2, 30)  # type: ignore[arg-type]
    assert answer.start == 1
    assert "1 of 2 starts lost a cluster" in answer.warnings[0]
    with pytest.raises(DataError, match="lost a cluster in each of 1 starts"):
        fit(LosesAClusterOnce(reference), reference, matrix, sampled, 3, 1, 30)  # type: ignore[arg-type]


def test_a_later_centre_is_drawn_by_squared_distance() -> None:
    """Over many starts the second centre of {0, 1, 3} falls on each row as often as k-means++ says."""
    rows = np.array([[0.0], [1.0], [3.0]])
    pairs = [tuple(choose_centres(rows, 2, start)[:, 0]) for start in range(3000)]
    from_zero = [second for first, second in pairs if first == 0.0]
    assert abs(from_zero.count(3.0) / len(from_zero) - 0.9) < 0.03
    assert from_zero.count(0.0) == 0


# Given centres, and clusters that lose their rows

LOSING = ([(1.0, 9.0), (3.0, 10.0), (11.0, 3.0), (1.0, 7.0), (10.0, 10.0), (3.0, 9.0)], [(5.0, 2.0), (9.0, 11.0), (10.0, 11.0)])
"""Rows and centres, no row between two: the first centre has three rows at first, then none for ever."""
REGAINING = ([(1.0, 11.0), (7.0, 2.0), (0.0, 8.0), (12.0, 0.0), (3.0, 5.0), (9.0, 3.0)], [(5.0, 5.0), (3.0, 4.0), (4.0, 1.0)])
"""The first centre has two rows, then none, then one."""


def lloyd_that_keeps(points: list[Any], centres: list[Any], steps: int) -> tuple[list[Any], list[list[int]]]:
    """Lloyd's iterations by loops; a cluster without rows keeps its centre. Also the sizes at each step."""
    sizes = []
    for _ in range(steps):
        nearest = [min(range(len(centres)), key=lambda c: (sum((a - b) ** 2 for a, b in zip(p, centres[c], strict=True)), c)) for p in points]
        members = [[p for p, at in zip(points, nearest, strict=True) if at == c] for c in range(len(centres))]
        sizes.append([len(each) for each in members])
        centres = [
            tuple(sum(p[axis] for p in each) / len(each) for axis in (0, 1)) if each else centre
            for each, centre in zip(members, centres, strict=True)
        ]
    return centres, sizes


def numbered(points: list[Any]) -> list[Any]:
    return [(place, "a", x, y) for place, (x, y) in enumerate(points)]


@pytest.mark.parametrize(("rows", "centres"), [LOSING, REGAINING])
def test_every_engine_keeps_the_centre_of_a_cluster_without_rows(learner: Any, rows: list[Any], centres: list[Any]) -> None:
    """scikit-learn's own loop would move it to the row that is farthest from its centre, and get other clusters."""
    expected, sizes = lloyd_that_keeps(rows, centres, 8)
    assert all(sizes[0])
    assert any(0 in each for each in sizes)
    (found,) = learner.fit_k_means(matrix_of(numbered(rows)), [np.array(centres)], 8)
    assert np.allclose(found, expected, rtol=1e-13, atol=1e-13)


def test_scikit_learn_alone_would_relocate() -> None:
    """The fact that makes the test above worth having."""
    rows, centres = LOSING
    oracle = Oracle(3, init=np.array(centres), n_init=1, tol=0, max_iter=8, algorithm="lloyd").fit(np.array(rows))
    assert np.bincount(oracle.labels_, minlength=3).all()


def test_given_centres_that_lose_a_cluster_are_refused_on_every_engine(learner: Any) -> None:
    rows, centres = LOSING
    with pytest.raises(DataError, match="lost a cluster on the way from the given centres"):
        fit_from(learner, learner, matrix_of(numbered(rows)), np.array(centres), 8)


def test_a_given_centre_that_is_no_rows_nearest_is_named(learner: Any) -> None:
    matrix = matrix_of(numbered([(0.0, 0.0), (1.0, 0.0), (9.0, 9.0)]))
    with pytest.raises(DataError, match="centre 2 is no training row's nearest") as caught:
        fit_from(learner, learner, matrix, np.array([[0.0, 0.0], [500.0, 0.0], [9.0, 9.0]]), 5)
    assert caught.value.notes == ("training rows nearest to each given centre: 2, 0, 1",)


def test_clusters_from_given_centres_are_scikit_learns_and_say_where_they_began(learner: Any) -> None:
    rows = blobs()
    x = np.array([[x, y] for *_, x, y in rows])
    start = np.array([[-3.0, 8.0], [6.0, 1.0], [0.0, 0.0]])
    answer = fit_from(learner, learner, matrix_of(rows), start, 30)
    oracle = Oracle(3, init=start, n_init=1, tol=0, max_iter=30, algorithm="lloyd").fit(x)
    assert answer.began == (2, 1, 0)
    assert np.allclose(answer.centres, oracle.cluster_centers_[[2, 1, 0]], rtol=1e-12, atol=1e-12)


def test_a_given_centre_is_prepared_as_a_row_is() -> None:
    fitted = (
        OneHot("c", "string", ("x", "y")),
        Number("a", "double", 1.0, True, "standard", 10.0, 2.0, (0.0, 30.0)),
        Number("g", "int", None, False, None, 0.0, 1.0, None, True),
        OneHot("b", "boolean", (0, 1)),
        Ordinal("o", "int", (5, 7), None, 0.0, 1.0),
        Frequency("o", "int", (5, 7), (0.25, 0.75), "standard", 0.5, 0.5),
    )
    preparation = Preparation(fitted, 9, None)
    given = given_centres(
        preparation, [{"a": 14, "c": "y", "g": 1.0, "b": True, "o": 7}, {"a": 99.0, "c": "new", "g": 0, "b": False, "o": 6}]
    )
    assert given.tolist() == [
        [2.0, 0.0, math.log1p(1.0), 1.0, 0.5, 0, 1, 0, 0, 1, 0],
        [10.0, 0.0, 0.0, -1.0, -1.0, 0, 0, 1, 1, 0, 0],
    ]
    with pytest.raises(DataError, match="centre 1: `g` is -2"):
        given_centres(preparation, [{"a": 0, "c": "x", "g": -2, "b": True, "o": 5}])
