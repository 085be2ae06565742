"""A whole training, against the same training written with loops, NumPy and scikit-learn."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn import metrics as oracle
from sklearn.cluster import KMeans as OracleKMeans
from sklearn.linear_model import LogisticRegression as Oracle

from crossover.core.errors import DataError
from crossover.language.parse import parse
from crossover.language.tree import Column, call, literal
from crossover.language.types import DOUBLE, INT, STRING, Fact
from crossover.learning.evaluation.specification import Evaluate
from crossover.learning.models.fitted import FittedModel, KMeans, LogisticRegression
from crossover.learning.models.k_means import choose_centres
from crossover.learning.models.scorer import Scorer
from crossover.learning.models.specification import TrainKMeans, TrainLogisticRegression
from crossover.learning.preparation.specification import Input, Split
from crossover.plan.plan import ModelPlan
from crossover.relations.nodes import Filter, Relation
from crossover.runs.learn import Learned, learn
from tests.learning.flights import INPUTS, SCHEMA, Row, flights, is_test_row, prepared_by_hand, relation_of, share
from tests.learning.reference import Reference, chained_hash
from tests.tables import inline


def plan_of(relation: Relation, **changes: Any) -> ModelPlan:
    settings: dict[str, Any] = {
        "name": "late",
        "table": "flights",
        "relation": relation,
        "schema": SCHEMA,
        "key": ("id",),
        "label": "late",
        "rows": None,
        "split": Split(by=("day",), test=0.25),
        "inputs": INPUTS,
        "train": TrainLogisticRegression(kind="logistic_regression", l2=0.001),
        "evaluate": Evaluate(),
        "gates": (),
        "score_rows": "all",
        "keep": ("id", "carrier"),
    }
    return ModelPlan(**{**settings, **changes})


class Clocks:
    def __init__(self) -> None:
        self.names: list[str] = []

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        self.names.append(name)
        yield


def train(learner: Any, relation: Relation, **changes: Any) -> Learned:
    return learn(learner, plan_of(relation, **changes), Clocks())


def training_rows(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["late"] is not None and not is_test_row(row)]


ROWS = flights()


def test_a_classifier_is_the_one_that_scikit_learn_finds_on_columns_made_by_hand(learner: Any) -> None:
    training = training_rows(ROWS)
    testing = [row for row in ROWS if row["late"] is not None and is_test_row(row)]
    x = np.array(prepared_by_hand(training, training, out_of_fold=True))
    y = np.array([row["late"] for row in training])
    expected = Oracle(C=1 / (0.001 * len(x)), solver="newton-cholesky", tol=1e-12, max_iter=100).fit(x, y)
    gates = (("ranks", parse("auc > $least")), ("impossible", parse("auc > 1")))
    learned = learn(learner, plan_of(relation_of(ROWS), gates=gates), Clocks(), {"least": 0.5})
    solution = learned.model.solution
    assert isinstance(solution, LogisticRegression)
    assert np.allclose(solution.coefficients, expected.coef_[0], rtol=1e-6, atol=1e-6)
    assert solution.intercept == pytest.approx(expected.intercept_[0], rel=1e-6, abs=1e-6)
    assert learned.model.facts["gradient_norm"] <= 1e-9

    without = sum(row["late"] is None for row in ROWS)
    assert (learned.rows.rows, learned.rows.without_label) == (len(ROWS), without)
    assert (learned.rows.training, learned.rows.test) == (len(training), len(testing))

    truth = [row["late"] for row in testing]
    p = expected.predict_proba(np.array(prepared_by_hand(testing, training, out_of_fold=False)))[:, 1]
    assert learned.metrics["auc"] == pytest.approx(oracle.roc_auc_score(truth, p), abs=1e-9)
    assert learned.metrics["log_loss"] == pytest.approx(oracle.log_loss(truth, p), rel=1e-6)
    assert learned.metrics["accuracy"] == pytest.approx(oracle.accuracy_score(truth, p >= 0.5))
    share = [np.mean(y)] * len(truth)
    assert learned.metrics["baseline_log_loss"] == pytest.approx(oracle.log_loss(truth, share), rel=1e-12)
    assert [gate.passed for gate in learned.gates] == [True, False]
    assert not learned.passed


def test_all_rows_are_scored_as_the_saved_model_scores_them(learner: Any, tmp_path: Path) -> None:
    learned = train(learner, relation_of(ROWS))
    learned.model.save(tmp_path)
    scores = sorted(learner.collect(learned.scores).to_pylist(), key=lambda row: row["id"])
    assert list(scores[0]) == list(learned.score_schema) == ["id", "carrier", "probability", "prediction"]
    assert [row["id"] for row in scores] == [row["id"] for row in ROWS]
    served = Scorer.load(tmp_path).score({name: [row[name] for row in ROWS] for name in SCHEMA})
    assert np.allclose([row["probability"] for row in scores], served["probability"], rtol=1e-12, atol=0)
    assert [row["prediction"] for row in scores] == served["prediction"].tolist()


def test_test_rows_alone_can_be_scored(reference: Reference) -> None:
    learned = train(reference, relation_of(ROWS), score_rows="test")
    found = {row["id"] for row in reference.collect(learned.scores).to_pylist()}
    assert found == {row["id"] for row in ROWS if is_test_row(row)}


def test_rows_picks_what_learns_but_not_what_is_scored(reference: Reference) -> None:
    early = call("less_equal", Column("hour"), literal(7))
    few = [row for row in ROWS if row["hour"] <= 7]
    picked, alone = train(reference, relation_of(ROWS), rows=early), train(reference, relation_of(few))
    assert picked.rows == alone.rows
    assert list(picked.metrics) == list(alone.metrics)
    for name, value in alone.metrics.items():
        assert picked.metrics[name] == (value if value is None else pytest.approx(value, rel=1e-9)), name
    assert reference.collect(picked.scores).num_rows == len(ROWS)


def test_a_row_for_which_rows_is_null_does_not_learn(reference: Reference) -> None:
    known = call("less", literal(0.0), Column("delay"))
    learned = train(reference, relation_of(ROWS), rows=known)
    assert learned.rows.rows == sum(row["delay"] is not None and row["delay"] > 0 for row in ROWS)


def test_an_int_label_gives_int_predictions(learner: Any) -> None:
    rows = [(row["id"], row["day"], row["delay"] or 0.0, None if row["late"] is None else int(row["late"])) for row in ROWS]
    schema = {"id": Fact(INT, False), "day": Fact(INT, False), "delay": Fact(DOUBLE, False), "late": Fact(INT)}
    inputs = (Input(columns=("delay",), scale="standard"),)
    learned = train(learner, inline("id int, day int, delay double, late int", rows), schema=schema, inputs=inputs, keep=("id",))
    assert learned.score_schema["prediction"].type == INT
    assert {row["prediction"] for row in learner.collect(learned.scores).to_pylist()} == {0, 1}


def test_without_a_split_all_rows_learn_and_are_evaluated(reference: Reference) -> None:
    learned = train(reference, relation_of(ROWS), split=None)
    assert (learned.rows.training, learned.rows.test) == (learned.metrics["rows"], 0)


def test_unscaled_inputs_without_penalty_give_the_optimum_in_their_own_units(learner: Any) -> None:
    inputs = (Input(columns=("distance",), impute="median"), Input(columns=("delay",), impute=0.0))
    none = TrainLogisticRegression(kind="logistic_regression", l2=0)
    learned = train(learner, relation_of(ROWS), inputs=inputs, train=none)
    training = training_rows(ROWS)
    median = float(np.median([row["distance"] for row in training if row["distance"] is not None]))
    x = np.array([[row["distance"] if row["distance"] is not None else median, row["delay"] or 0.0] for row in training])
    design = np.column_stack([np.ones(len(x)), (x - x.mean(axis=0)) / x.std(axis=0)])
    solution = learned.model.solution
    assert isinstance(solution, LogisticRegression)
    p = 1 / (1 + np.exp(-(solution.intercept + x @ solution.coefficients)))
    gradient = design.T @ (p - np.array([row["late"] for row in training])) / len(x)
    assert np.linalg.norm(gradient) <= 1e-8


def test_a_constant_input_without_penalty_counts_nothing(reference: Reference) -> None:
    rows = [(row["id"], row["day"], row["delay"] or 0.0, 7.0, row["late"]) for row in ROWS]
    schema = {**SCHEMA, "delay": Fact(DOUBLE, False), "same": Fact(DOUBLE, False)}
    relation = inline("id int, day int, delay double, same double, late boolean", rows)
    none = TrainLogisticRegression(kind="logistic_regression", l2=0)
    learned = train(reference, relation, schema=schema, inputs=(Input(columns=("delay", "same")),), train=none, keep=("id",))
    assert isinstance(learned.model.solution, LogisticRegression)
    assert learned.model.solution.coefficients[1] == 0.0
    assert learned.model.facts["gradient_norm"] <= 1e-9


# what is materialised


def test_all_is_released_but_what_the_scores_read() -> None:
    learner, clocks = Reference(), Clocks()
    relation = Filter(relation_of(ROWS), literal(True))
    learned = learn(learner, plan_of(relation), clocks)  # type: ignore[arg-type]
    assert learner.computed == ["late training", "late test scores"]
    assert sorted(learner.released) == sorted(learner.computed)
    assert learned.kept == ()
    assert clocks.names == ["features", "train", "evaluate"]


def test_all_is_released_after_an_error() -> None:
    learner = Reference()
    with pytest.raises(DataError):
        learn(learner, plan_of(relation_of([{**row, "late": True} for row in ROWS])), Clocks())  # type: ignore[arg-type]
    assert learner.kept == {}


# data that cannot be learned from


def test_a_null_in_an_input_is_refused_even_in_a_row_that_is_only_scored(reference: Reference) -> None:
    rows = [{**row, "delay": None if row["late"] is None else row["delay"] or 0.0} for row in ROWS]
    with pytest.raises(DataError, match="input `delay` is null in"):
        train(reference, relation_of(rows), inputs=(Input(columns=("delay",)),))


@pytest.mark.parametrize("columns", [2, 31])
@pytest.mark.parametrize("score_rows", ["all", "test"])
def test_a_null_that_nothing_replaces_is_refused_where_a_row_is_seen(reference: Reference, columns: int, score_rows: str) -> None:
    """The first thirty checks are counted beside the rows, more of them in queries of their own."""
    names = [f"x{place}" for place in range(columns)]
    rows = [(number, *(number + 0.5 * place for place in range(columns)), number % 3 % 2) for number in range(40)]
    schema = {"id": Fact(INT, False), **dict.fromkeys(names, Fact(DOUBLE)), "late": Fact(INT)}
    settings = {"schema": schema, "inputs": (Input(columns=tuple(names)),), "split": Split(by=("id",), test=0.25), "keep": ("id",)}
    test = {row[0] for row in rows if share("split", row[0]) < 0.25}

    def trained(null_in: int, unlabelled: int) -> Learned:
        changed = [(*row[:columns], None if row[0] == null_in else row[columns], None if row[0] == unlabelled else row[-1]) for row in rows]
        table = inline(", ".join(["id int", *(f"{name} double" for name in names), "late int"]), changed)
        return train(reference, table, score_rows=score_rows, **settings)

    assert trained(-1, -1).model.preparation.positives == sum(row[-1] for row in rows if row[0] not in test)
    message = f"`x{columns - 1}` is null in 1 of 40 rows"
    for number in (min(test), min({row[0] for row in rows} - test)):
        with pytest.raises(DataError, match=message):
            trained(number, -1)
        # a row without a label does not learn: it is seen if all are scored, or if it is a test row
        refused = pytest.raises(DataError, match=message) if score_rows == "all" or number in test else nullcontext()
        with refused:
            trained(number, number)


def test_a_label_beside_0_and_1_is_refused(reference: Reference) -> None:
    rows = [(number, float(number), number % 3) for number in range(30)]
    schema = {"id": Fact(INT, False), "x": Fact(DOUBLE, False), "late": Fact(INT, False)}
    inputs = (Input(columns=("x",)),)
    with pytest.raises(DataError, match="label `late` has values from 0 to 2"):
        train(reference, inline("id int, x double, late int", rows), schema=schema, inputs=inputs, split=None, keep=())


def test_a_split_without_a_test_row_is_refused(reference: Reference) -> None:
    with pytest.raises(DataError, match="no row is a test row"):
        train(reference, relation_of(ROWS), split=Split(by=("day",), test=0.0))


def test_rows_without_any_label_are_refused(reference: Reference) -> None:
    with pytest.raises(DataError, match="no row is left to learn from"):
        train(reference, relation_of([{**row, "late": None} for row in ROWS]), split=None)


# clusters


def blobs() -> list[tuple[str, float, float]]:
    numbers = np.random.default_rng(9)
    centres = [(0, 0), (0, 0), (0, 0), (9, 50), (9, 50), (-9, 80)]
    rows = []
    for place in range(180):
        a, b = centres[place % 6] + numbers.normal(size=2)
        rows.append((f"z{place}", float(a), float(b)))
    return rows


CLUSTERS: dict[str, Any] = {
    "label": None,
    "split": None,
    "schema": {"zone": Fact(STRING, False), "a": Fact(DOUBLE, False), "b": Fact(DOUBLE, False, exact=False)},
    "inputs": (Input(columns=("a", "b"), scale="standard"),),
    "train": TrainKMeans(kind="k_means", k=3, starts=2, iterations=20),
}


@pytest.mark.parametrize("key", [("zone",), ()])
def test_clusters_are_those_of_scikit_learn_from_the_same_centres(learner: Any, key: tuple[str, ...]) -> None:
    rows = blobs()
    learned = train(learner, inline("zone string, a double, b double", rows), key=key, keep=("zone",), **CLUSTERS)
    raw = np.array([[a, b] for _, a, b in rows])
    x = (raw - raw.mean(axis=0)) / raw.std(axis=0, ddof=1)
    if key:
        order = sorted(range(len(rows)), key=lambda place: (chained_hash("centres", rows[place][0]), rows[place][0]))
        fits = [OracleKMeans(3, init=choose_centres(x[order], 3, start), n_init=1, tol=0, max_iter=20).fit(x) for start in (0, 1)]
        best = min(fits, key=lambda fit: fit.inertia_)
        assert learned.metrics["inertia"] == pytest.approx(best.inertia_, rel=1e-9)
    assert isinstance(learned.model.solution, KMeans)
    assert [learned.metrics[f"size_{cluster}"] for cluster in range(3)] == [90, 60, 30]
    truth = np.array([[0, 0, 0, 1, 1, 2][place % 6] for place in range(180)])
    assert learned.metrics["silhouette"] == pytest.approx(oracle.silhouette_score(x, truth, metric="sqeuclidean"), rel=1e-9)
    found = {row["zone"]: row["cluster"] for row in learner.collect(learned.scores).to_pylist()}
    assert [found[f"z{place}"] for place in range(180)] == truth.tolist()
    middles = [raw[truth == cluster].mean(axis=0) for cluster in range(3)]
    for told, middle in zip(learned.model.facts["centres"], middles, strict=True):
        assert [told["a"], told["b"]] == pytest.approx(middle.tolist(), rel=1e-9, abs=1e-9)


def test_clusters_learn_from_training_rows_and_are_measured_on_test_rows(reference: Reference) -> None:
    relation = inline("zone string, a double, b double", blobs())
    learned = train(reference, relation, key=("zone",), keep=("zone",), **{**CLUSTERS, "split": Split(by=("zone",), test=0.3)})
    assert sum(learned.model.facts["sizes"]) == learned.rows.training
    assert sum(int(learned.metrics[f"size_{cluster}"] or 0) for cluster in range(3)) == learned.rows.test


def test_clusters_need_an_exact_column_to_sample_by() -> None:
    schema = {name: Fact(DOUBLE, False, exact=False) for name in ("a", "b")}
    relation = inline("a double, b double", [(1.0, 2.0)])
    with pytest.raises(DataError, match="no key and no exact column"):
        train(Reference(), relation, key=(), keep=(), **{**CLUSTERS, "schema": schema})


def test_a_model_is_saved_and_loaded_as_it_was(tmp_path: Path) -> None:
    learned = train(Reference(), relation_of(ROWS))
    learned.model.save(tmp_path)
    assert FittedModel.load(tmp_path).preparation == learned.model.preparation
