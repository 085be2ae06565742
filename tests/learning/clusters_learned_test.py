"""A whole training of k-means from given centres, judged by a known column, on every engine."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.cluster import KMeans as Oracle
from sklearn.metrics import adjusted_rand_score, davies_bouldin_score

from crossover.core.errors import DataError
from crossover.language.parse import parse
from crossover.language.types import DOUBLE, INT, STRING, Fact
from crossover.learning.evaluation.specification import Evaluate
from crossover.learning.models.specification import TrainKMeans
from crossover.learning.preparation.specification import Input, Split
from crossover.runs.learn import Learned
from tests.learning.learn_test import train
from tests.learning.reference import Reference, chained_hash
from tests.tables import inline

CENTRES = ({"a": 0, "b": 0.5, "c": "low"}, {"a": 9.0, "b": 50.0, "c": "high"}, {"a": -8, "b": 80, "c": "high"})


def visits() -> list[tuple[str, float, int | None, str, str | None]]:
    """Rows (zone, a, b, c, truth) around three places; some of b and of the truth are not known."""
    numbers = np.random.default_rng(11)
    places = [(0, 0, "low"), (0, 0, "low"), (9, 50, "high"), (-9, 80, "high")]
    rows = []
    for number in range(160):
        a, b, c = places[number % 4]
        truth = None if number % 23 == 0 else f"t{number % 4 // 2 if number % 10 else 7}"
        rows.append((f"z{number}", float(a + numbers.normal()), None if number % 29 == 0 else b + number % 5, c, truth))
    return rows


ROWS = visits()
SETTINGS: dict[str, Any] = {
    "label": None,
    "schema": {
        "zone": Fact(STRING, False), "a": Fact(DOUBLE, False), "b": Fact(INT, True), "c": Fact(STRING, False), "truth": Fact(STRING, True),
    },
    "inputs": (Input(columns=("a", "b"), impute=20, scale="min_max"), Input(columns=("c",), encode="one_hot")),
    "train": TrainKMeans(kind="k_means", centres=CENTRES, iterations=25),
    "evaluate": Evaluate(truth="truth"),
    "gates": (("apart", parse("davies_bouldin < 1 and adjusted_rand > baseline_adjusted_rand and inertia < baseline_inertia")),),
    "key": ("zone",),
    "keep": ("zone",),
}  # fmt: skip


def learned(learner: Any, **changes: Any) -> Learned:
    return train(learner, inline("zone string, a double, b int, c string, truth string", ROWS), **{**SETTINGS, "split": None, **changes})


def by_hand() -> tuple[Any, Any]:
    """The prepared rows, and the given centres prepared as they are; min_max of the imputed training rows."""
    numbers = np.array([[a, 20 if b is None else b] for _, a, b, _, _ in ROWS], dtype=float)
    low, spread = numbers.min(axis=0), np.ptp(numbers, axis=0)
    codes = {"high": [1.0, 0.0, 0.0], "low": [0.0, 1.0, 0.0]}
    x = np.array([[*each, *codes[row[3]]] for each, row in zip((numbers - low) / spread, ROWS, strict=True)])
    start = np.array([[(each["a"] - low[0]) / spread[0], (each["b"] - low[1]) / spread[1], *codes[each["c"]]] for each in CENTRES])  # type: ignore[operator]
    return x, start


def test_clusters_from_given_centres_and_their_metrics_are_scikit_learns(learner: Any) -> None:
    found = learned(learner)
    x, start = by_hand()
    oracle = Oracle(3, init=start, n_init=1, tol=0, max_iter=25, algorithm="lloyd").fit(x)
    assert [found.metrics[f"size_{cluster}"] for cluster in range(3)] == sorted(np.bincount(oracle.labels_), reverse=True) == [80, 40, 40]
    scores = {row["zone"]: row["cluster"] for row in learner.collect(found.scores).to_pylist()}
    clusters = [scores[row[0]] for row in ROWS]
    assert adjusted_rand_score(clusters, oracle.labels_) == 1.0
    # told on every engine; that counts the last round too, which moves nothing
    assert found.model.facts.get("iterations") == (None if isinstance(learner, Reference) else 2)
    assert found.metrics["inertia"] == pytest.approx(oracle.inertia_, rel=1e-12)
    assert found.metrics["davies_bouldin"] == pytest.approx(davies_bouldin_score(x, clusters), rel=1e-12)
    known = [place for place, row in enumerate(ROWS) if row[4] is not None]
    assert found.metrics["rows_with_truth"] == len(known)
    truth = [ROWS[place][4] for place in known]
    assert found.metrics["adjusted_rand"] == pytest.approx(adjusted_rand_score(truth, [clusters[place] for place in known]), rel=1e-13)
    assert found.passed
    # equal sizes are told apart by their centres, so the third given centre, at -9, is cluster 1
    assert found.model.facts["given_centres"] == [1, 3, 2]
    overall = found.evaluation.tables["profiles"]["overall"]["means"]
    assert overall["a"] == pytest.approx(np.mean([row[1] for row in ROWS]), rel=1e-12)
    assert overall["b"] == pytest.approx(np.mean([row[2] for row in ROWS if row[2] is not None]), rel=1e-12)
    assert overall["c=low"] == 0.5


def test_metrics_of_clusters_are_those_of_the_test_rows(reference: Reference) -> None:
    found = learned(reference, split=Split(by=("zone",), test=0.4))
    tested = [row for row in ROWS if (chained_hash("split", row[0]) >> 11) * 2.0**-53 < 0.4]
    assert found.metrics["rows"] == len(tested) == sum(each["rows"] for each in found.evaluation.tables["profiles"]["clusters"])
    assert found.metrics["rows_with_truth"] == sum(row[4] is not None for row in tested)


def test_a_given_centre_far_from_all_rows_is_refused(learner: Any) -> None:
    far = TrainKMeans(kind="k_means", centres=(*CENTRES, {"a": 900.0, "b": 0, "c": "low"}))
    with pytest.raises(DataError, match="centre 4 is no training row's nearest"):
        learned(learner, train=far)
