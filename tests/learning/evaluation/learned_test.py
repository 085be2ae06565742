"""A whole training: the threshold that a rule chose stands in the model, and clusters and groups reach the metrics."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn import metrics as oracle

from crossover.core.errors import DataError
from crossover.language.parse import parse
from crossover.learning.evaluation.specification import Evaluate, ThresholdRule
from crossover.learning.models.fitted import LogisticRegression
from crossover.learning.models.scorer import Scorer
from crossover.learning.models.specification import TrainLinearRegression, TrainLogisticRegression
from crossover.learning.preparation.specification import Input, Split
from crossover.plan.plan import ModelPlan
from crossover.runs.learn import Learned, judge, learn
from tests.learning.evaluation.interval_test import Rows, obuchowski
from tests.learning.flights import SCHEMA, flights, is_test_row, relation_of

FLIGHTS = flights()
INPUTS = (
    Input(columns=("distance",), impute="median", scale="standard"),
    Input(columns=("delay",), impute=0.0, flag_missing=True, scale="standard"),
    Input(columns=("carrier",), encode="one_hot", min_rows=20),
)
EVALUATE = Evaluate(threshold=ThresholdRule(best="f1"), by=("carrier", "hour"))


def plan_of(**changes: Any) -> ModelPlan:
    settings: dict[str, Any] = {
        "name": "late",
        "table": "flights",
        "relation": relation_of(FLIGHTS),
        "schema": SCHEMA,
        "key": ("id",),
        "label": "late",
        "rows": None,
        "split": Split(by=("day",), test=0.25),
        "inputs": INPUTS,
        "train": TrainLogisticRegression(kind="logistic_regression", l2=0.01),
        "evaluate": EVALUATE,
        "gates": (),
        "score_rows": "all",
        "keep": ("id",),
    }
    return ModelPlan(**{**settings, **changes})


def trained(learner: Any, plan: ModelPlan) -> Learned:
    return learn(learner, plan, lambda name: nullcontext())


def scored(learner: Any, learned: Learned) -> list[dict[str, Any]]:
    """Return the rows that have a label, each with its scores."""
    scores = {row["id"]: row for row in learner.collect(learned.scores).to_pylist()}
    return [{**row, **scores[row["id"]]} for row in FLIGHTS if row["late"] is not None]


def f1(rows: list[dict[str, Any]], threshold: float) -> float:
    hits = sum(row["late"] and row["probability"] >= threshold for row in rows)
    wrong = sum(row["late"] != (row["probability"] >= threshold) for row in rows)
    return float(2 * hits / (2 * hits + wrong))


def test_the_threshold_is_best_on_training_rows_and_stands_in_the_model(local_learner: Any, tmp_path: Path) -> None:
    learned = trained(local_learner, plan_of())
    rows = scored(local_learner, learned)
    training = [row for row in rows if not is_test_row(row)]
    best = max(sorted({row["probability"] for row in training}), key=lambda score: f1(training, score))
    assert isinstance(learned.model.solution, LogisticRegression)
    threshold = learned.model.solution.threshold
    assert threshold == pytest.approx(best, rel=2e-9)
    assert learned.metrics["threshold"] == threshold
    # everywhere the same threshold: metrics, scores, the model that was saved, and its scorer without an engine
    testing = [row for row in rows if is_test_row(row)]
    assert learned.metrics["f1"] == pytest.approx(f1(testing, threshold), rel=1e-14)
    assert all(row["prediction"] == (row["probability"] >= threshold) for row in rows)
    learned.model.save(tmp_path)
    served = Scorer.load(tmp_path).score({name: [row[name] for row in rows] for name in SCHEMA})
    assert served["prediction"].tolist() == [row["prediction"] for row in rows]


def test_the_interval_is_by_clusters_of_the_split_and_groups_are_told(local_learner: Any) -> None:
    learned = trained(local_learner, plan_of())
    testing = [row for row in scored(local_learner, learned) if is_test_row(row)]
    by_day: Rows = [(int(row["late"]), row["probability"], row["day"]) for row in testing]
    auc = oracle.roc_auc_score([row["late"] for row in testing], [row["probability"] for row in testing])
    assert learned.metrics["auc_low"] == pytest.approx(auc - 1.959963984540054 * np.sqrt(obuchowski(by_day)), rel=1e-9)
    lines = learned.evaluation.tables["groups"]["hour"]
    assert [line["value"] for line in lines] == [6, 7, 8, 9]
    for line in lines:
        own = [row for row in testing if row["hour"] == line["value"]]
        expected = oracle.roc_auc_score([row["late"] for row in own], [row["probability"] for row in own])
        assert (line["rows"], line["auc"]) == (len(own), pytest.approx(expected, rel=1e-12))
    assert learned.metrics["least_auc_by_hour"] == min(line["auc"] for line in lines)
    assert [line["value"] for line in learned.evaluation.tables["groups"]["carrier"]][-1] is None
    assert sum(line["rows"] for line in learned.evaluation.tables["calibration"]) == len(testing)


def test_rows_split_by_the_key_stand_alone(reference: Any) -> None:
    alone = trained(reference, plan_of(split=Split(test=0.25)))
    by_key = trained(reference, plan_of(split=Split(by=("day", "id"), test=0.25, salt="split"), evaluate=Evaluate()))
    assert alone.metrics["auc_low"] is not None
    assert by_key.metrics["auc_low"] is not None


def test_a_gate_on_a_group_can_be_missed(reference: Any) -> None:
    gates = (("fair", parse("least_auc_by_hour > 0.99")), ("rather sure", parse("auc_low > 0.4 and brier < baseline_brier")))
    learned = trained(reference, plan_of(gates=gates))
    assert [gate.passed for gate in learned.gates] == [False, True]


def test_a_model_that_is_judged_later_keeps_its_threshold(reference: Any) -> None:
    learned = trained(reference, plan_of())
    evaluation, _ = judge(reference, plan_of(), learned.model, lambda name: nullcontext())
    assert evaluation.metrics == learned.metrics
    assert evaluation.tables == learned.evaluation.tables


def test_a_rule_that_no_score_satisfies_is_an_error_of_the_data(reference: Any) -> None:
    rows = [{**row, "distance": 1.0, "delay": 0.0, "carrier": "AA"} for row in FLIGHTS]
    plan = replace(plan_of(evaluate=Evaluate(threshold=ThresholdRule(precision=0.99))), relation=relation_of(rows))
    with pytest.raises(DataError, match=r"no threshold has precision 0\.99 on the training rows: the highest is 0\."):
        trained(reference, plan)


def test_groups_of_predicted_numbers(local_learner: Any) -> None:
    known = [row for row in FLIGHTS if row["delay"] is not None]
    linear = TrainLinearRegression(kind="linear_regression", l2=0.01)
    plan = plan_of(
        relation=relation_of(known), label="delay", inputs=(INPUTS[0], INPUTS[2]), train=linear, evaluate=Evaluate(by=("carrier",))
    )
    learned = trained(local_learner, plan)
    scores = {row["id"]: row["prediction"] for row in local_learner.collect(learned.scores).to_pylist()}
    lines = learned.evaluation.tables["groups"]["carrier"]
    assert [line["value"] for line in lines][-1] is None
    for line in lines:
        errors = [row["delay"] - scores[row["id"]] for row in known if is_test_row(row) and row["carrier"] == line["value"]]
        assert (line["rows"], line["rmse"]) == (len(errors), pytest.approx(np.sqrt(np.mean(np.square(errors))), rel=1e-12))
    assert learned.metrics["most_rmse_by_carrier"] == max(line["rmse"] for line in lines)
