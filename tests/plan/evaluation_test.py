"""What is checked of `evaluate` without data."""

from __future__ import annotations

import pytest

from crossover.document.load import read_text
from crossover.learning.evaluation.specification import ThresholdRule
from crossover.plan.build import build_plan
from tests.plan.mistakes import mistakes_of

DOCUMENT = """\
pipeline: p
parameters: {{wanted: 0.25}}
sources:
  t:
    path: t.csv
    key: [id]
    columns: {{id: int, x: double, c: string, b: boolean, day: date, paid: double, won: boolean, z: string}}
    outcomes: [won, paid, z]
models:
  m:
    from: t
    label: {label}
    split: {{test: 0.3}}
    inputs:
      - columns: [x]
        impute: 0
    train: {train}
    evaluate: {evaluate}
"""
LINEAR = "{kind: linear_regression}"


def mistakes(evaluate: str, train: str = "{kind: logistic_regression}", label: str = "won") -> list[str]:
    return mistakes_of(DOCUMENT.format(train=train, evaluate=evaluate, label=label))


@pytest.mark.parametrize(
    "evaluate",
    [
        "{threshold: 0.3, by: [c, b, id, z]}",
        "{threshold: $wanted}",
        "{threshold: {precision: $wanted}}",
        "{threshold: {costs: {false_positive: 1, false_negative: 12.5}}}",
        '{by: [c, b], require: {fair: "least_auc_by_c > 0.6 and most_recall_by_b - least_recall_by_b < 0.2"}}',
        '{require: {sure: "auc_low > 0.5 and brier < baseline_brier and expected_calibration_error < 0.1 and threshold > 0"}}',
    ],
)
def test_this_is_right(evaluate: str) -> None:
    assert mistakes(evaluate) == []


def test_a_rule_becomes_one_of_its_kinds() -> None:
    loaded = read_text(DOCUMENT.format(train="{kind: logistic_regression}", label="won", evaluate="{threshold: {best: f1}}"), "p.yaml")
    model = loaded.document.models["m"]
    assert model is not None
    assert model.evaluate.threshold == ThresholdRule(best="f1")


def test_a_column_of_groups_is_read_by_the_model() -> None:
    loaded = read_text(DOCUMENT.format(train="{kind: logistic_regression}", label="won", evaluate="{by: [c, z]}"), "p.yaml")
    (model,) = build_plan(loaded).models
    assert {"c", "z"} <= set(model.schema)
    assert "b" not in model.schema


@pytest.mark.parametrize(
    ("evaluate", "message"),
    [
        ("{by: [origin]}", "no column `origin` in `t` here"),
        ("{by: [day]}", "`day` is date: groups are told by a string, int or boolean"),
        ("{by: [c, c]}", "metrics are told by `c` twice"),
        ("{threshold: 2.0}", "`threshold` is a probability, from 0 to 1, not 2"),
        ("{threshold: high}", "`threshold` is a number or a mapping, `name: value` on each line, not `high`"),
        ("{threshold: {best: auc}}", "`best` is f1, not `auc`"),
        ("{threshold: {best: f1, recall: 0.5}}", "`threshold` is a number, or one of precision, recall, best, costs; here are recall and best"),
        ("{threshold: {costs: {false_positive: 1}}}", "costs has no `false_negative`"),
        ("{threshold: {costs: {false_positive: 0, false_negative: 0}}}", "`costs` are both 0, so every threshold is as good as any other"),
        ('{by: [c], require: {fair: "least_auc_by_b > 0.6"}}', "no metric `least_auc_by_b`; did you mean `least_auc_by_c`?"),
    ],
)
def test_a_mistake_has_one_message(evaluate: str, message: str) -> None:
    assert mistakes(evaluate) == [message]


SEVERAL = "{kind: logistic_regression, multinomial: true}"


@pytest.mark.parametrize(("train", "label"), [(LINEAR, "paid"), ("{kind: k_means, k: 2}", "won"), (SEVERAL, "z")])
def test_a_threshold_is_of_two_classes(train: str, label: str) -> None:
    message = "`threshold` is for a logistic_regression of two classes, and `train` says something else"
    assert message in mistakes("{threshold: 0.5}", train, label)


@pytest.mark.parametrize(("train", "label"), [("{kind: k_means, k: 2}", "won"), (SEVERAL, "z")])
def test_groups_are_of_two_classes_and_of_numbers(train: str, label: str) -> None:
    message = "`by` is for linear_regression and a logistic_regression of two classes, and `train` says something else"
    assert message in mistakes("{by: [c]}", train, label)
    assert mistakes('{by: [c], require: {even: "most_rmse_by_c < 2 * least_rmse_by_c"}}', LINEAR, "paid") == []


def test_gates_of_predicted_numbers_name_their_metrics() -> None:
    right = '{require: {good: "rmse < baseline_rmse and r2 > 0.1 and residual_95 - residual_5 < 3 and mae < 1"}}'
    assert mistakes(right, LINEAR, "paid") == []
    assert mistakes('{require: {good: "auc > 0.5"}}', LINEAR, "paid") == ["no metric `auc`"]
    several = '{require: {good: "macro_f1 > baseline_macro_f1 and macro_auc > 0.5 and log_loss < baseline_log_loss"}}'
    assert mistakes(several, SEVERAL, "z") == []
