from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score, davies_bouldin_score, silhouette_score

from crossover.learning.evaluation.adjusted_rand import adjusted_rand
from crossover.learning.evaluation.cluster_sums import cluster_sums
from crossover.learning.evaluation.clusters import (
    Clustered,
    centres_in_original_units,
    evaluate,
    nearest,
    read_columns,
    silhouette,
)
from crossover.learning.evaluation.davies_bouldin import davies_bouldin, index
from crossover.learning.evaluation.profiles import RAW
from crossover.learning.models.as_expressions import with_cluster
from crossover.learning.models.fitted import KMeans
from crossover.learning.models.matrix import CodeBlock, Matrix
from crossover.learning.models.state import Number, OneHot, Ordinal, Preparation
from tests.learning.reference import Reference
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


FITTED = (
    Number("x", "double", 0.5, True, "standard", 2.0, 4.0),
    OneHot("c", "string", ("p", "q")),
    Number("n", "int", None, False, "min_max", -3.0, 10.0, (-2.0, 6.0), log=False),
    Ordinal("o", "string", ("a", "b"), "standard", 0.5, 2.0),
)
PREPARATION = Preparation(FITTED, 90, None)
CENTRES = np.array([[-1.0, 0.0, 0.4, -0.2, 1, 0, 0], [1.5, 0.0, 0.1, 0.2, 0, 1, 0], [0.5, 1.0, 0.5, 0.0, 0, 0, 1], [99, 0, 0, 0, 0, 0, 0]])
TRUTHS = ["u", "v", None, "w"]


def rows_by_hand() -> list[dict[str, Any]]:
    """Rows with raw and prepared values, nearest centre and truth, each by its definition."""
    random = np.random.default_rng(4)
    rows = []
    for place in range(90):
        x = None if place % 11 == 0 else float(random.normal(2, 4))
        n = int(random.integers(-4, 9))
        code, ordinal = place % 3, (place // 2) % 3 - 1
        dense = [((0.5 if x is None else x) - 2) / 4, float(x is None), (min(max(n, -2), 6) + 3) / 10, (ordinal - 0.5) / 2]
        prepared = [*dense, *(float(code == each) for each in range(3))]
        cluster = int(((CENTRES - prepared) ** 2).sum(axis=1).argmin())
        rows.append({"x": x, "n": n, "code": code, "ordinal": ordinal, "prepared": prepared, "cluster": cluster, "truth": TRUTHS[(cluster + place // 40) % 4]})
    return rows


ROWS = rows_by_hand()


def evaluated(learner: Any, truth: str | None = "truth") -> tuple[dict[str, Any], dict[str, Any]]:
    names = ["d0", "d1", "d2", "d3"]
    typed = f"{', '.join(f'{name} double' for name in names)}, c int, {RAW}x double, {RAW}n double, truth string"
    values = [(*row["prepared"][:4], row["code"], row["x"], float(row["n"]), row["truth"]) for row in ROWS]
    matrix = Matrix(inline(typed, values), tuple(names), (CodeBlock("c", 3),))
    relation = with_cluster(matrix, KMeans(CENTRES), read_columns(matrix, PREPARATION, truth), square=True)
    return evaluate(learner, Clustered(relation, matrix, CENTRES, PREPARATION, truth), np.array([row["prepared"] for row in ROWS]))


def pairs_by_loop(left: list[Any], right: list[Any]) -> float:
    """The adjusted Rand index as Hubert and Arabie write it, pair by pair."""
    counts = {(a, b): 0 for a in (False, True) for b in (False, True)}
    for i in range(len(left)):
        for j in range(i):
            counts[left[i] == left[j], right[i] == right[j]] += 1
    every = sum(counts.values())
    same_left, same_right = counts[True, True] + counts[True, False], counts[True, True] + counts[False, True]
    chance = same_left * same_right / every
    return (counts[True, True] - chance) / ((same_left + same_right) / 2 - chance)


def test_metrics_of_clusters_are_those_of_scikit_learn_and_of_loops(learner: Any) -> None:
    metrics, _ = evaluated(learner)
    x, labels = np.array([row["prepared"] for row in ROWS]), [row["cluster"] for row in ROWS]
    assert metrics["rows"] == 90
    assert [metrics[f"size_{cluster}"] for cluster in range(4)] == [labels.count(cluster) for cluster in range(4)]
    assert metrics["inertia"] == pytest.approx(sum(((a - CENTRES[b]) ** 2).sum() for a, b in zip(x, labels, strict=True)), rel=1e-12)
    assert metrics["baseline_inertia"] == pytest.approx(((x - x.mean(axis=0)) ** 2).sum(), rel=1e-12)
    assert metrics["davies_bouldin"] == pytest.approx(davies_bouldin_score(x, labels), rel=1e-12)
    known = [row for row in ROWS if row["truth"] is not None]
    found, truth = [row["cluster"] for row in known], [row["truth"] for row in known]
    assert metrics["rows_with_truth"] == len(known) < 90
    assert metrics["adjusted_rand"] == pytest.approx(pairs_by_loop(found, truth), rel=1e-13)
    assert metrics["adjusted_rand"] == pytest.approx(adjusted_rand_score(truth, found), rel=1e-13)
    assert 0.1 < metrics["adjusted_rand"] < 0.9
    assert metrics["baseline_adjusted_rand"] == 0.0


def test_profiles_are_means_in_original_units(learner: Any) -> None:
    _, tables = evaluated(learner, None)
    told = [*tables["profiles"]["clusters"], tables["profiles"]["overall"]]
    for place, each in enumerate(told):
        members = [row for row in ROWS if place == 4 or row["cluster"] == place]
        assert each["rows"] == len(members)
        assert each["share"] == pytest.approx(len(members) / 90, rel=1e-14)
        if not members:
            assert set(each["means"].values()) == {None}
            continue
        known = [row["x"] for row in members if row["x"] is not None]
        expected = {
            "x": np.mean(known) if known else None,
            "x is missing": np.mean([row["x"] is None for row in members]),
            "n": np.mean([row["n"] for row in members]),
            "ordinal of o": np.mean([row["ordinal"] for row in members]),
            **{f"c={name}": np.mean([row["code"] == code for row in members]) for code, name in enumerate(["p", "q", "other"])},
        }
        assert each["means"] == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_no_truth_no_adjusted_rand(reference: Reference) -> None:
    assert "adjusted_rand" not in evaluated(reference, None)[0]


@pytest.mark.parametrize(
    ("clusters", "truth", "expected"),
    [
        ([0, 0, 1, 1], ["a", "a", "b", "b"], (1.0, 0.0)),
        ([0, 0, 0], ["a", "a", "a"], (1.0, 1.0)),
        ([0, 1, 2], ["a", "b", "c"], (1.0, 0.0)),
        ([0, 1, 2], ["a", "a", "a"], (0.0, 1.0)),
        ([0], ["a"], (1.0, 1.0)),
        ([0, 1], [None, None], (None, None)),
    ],
)
def test_adjusted_rand_at_its_limits(reference: Reference, clusters: list[int], truth: list[Any], expected: tuple[Any, Any]) -> None:
    relation = inline("cluster int, truth string", list(zip(clusters, truth, strict=True)))
    found = adjusted_rand(reference, relation, "cluster", "truth")
    assert found[:2] == expected
    if None not in truth:
        assert found[0] == adjusted_rand_score(truth, clusters)
        assert found[1] == adjusted_rand_score(truth, [0] * len(truth))


def test_davies_bouldin_of_one_cluster_is_none(reference: Reference) -> None:
    matrix = Matrix(inline("x double", [(1.0,), (2.0,)]), ("x",))
    relation = with_cluster(matrix, KMeans(np.array([[0.0], [50.0]])), ("x",), square=True)
    sums = cluster_sums(reference, relation, matrix, 2, ())
    assert davies_bouldin(reference, relation, matrix, sums) is None


def test_davies_bouldin_of_clusters_at_one_place_is_scikit_learns() -> None:
    rows, labels = [[0.0], [2.0], [1.0], [1.0], [7.0]], [0, 0, 1, 1, 2]
    assert index(np.array([[1.0], [1.0], [7.0]]), np.array([1.0, 0.0, 0.0])) == davies_bouldin_score(rows, labels)


def test_centres_are_told_in_original_units() -> None:
    fitted = (
        Number("a", "double", None, True, "standard", 10.0, 2.0),
        OneHot("c", "string", ("x",)),
        Number("b", "double", None, False, None, 5.0, 3.0),
    )
    (centre,) = centres_in_original_units(Preparation(fitted, 9, None), np.array([[1.5, 0.25, 7.0, 0.75, 0.25]]))
    assert centre == {"a": 13.0, "a is missing": 0.25, "b": 7.0, "c=x": 0.75, "c=other": 0.25}
