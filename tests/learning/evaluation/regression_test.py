"""Metrics of predicted numbers against scikit-learn and NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn import metrics as oracle

from crossover.core.errors import DataError
from crossover.language.tree import Column, Expression
from crossover.language.types import BOOLEAN, INT
from crossover.learning.evaluation.findings import Findings
from crossover.learning.evaluation.groups import MOST_GROUPS, Group
from crossover.learning.evaluation.regression import evaluate, evaluate_groups
from crossover.relations.nodes import Project
from tests.tables import inline

PERCENT = (5, 25, 50, 75, 95)


def evaluated(learner: Any, labels: Any, predictions: Any, training_mean: float) -> dict[str, Any]:
    rows = [(float(label), float(prediction)) for label, prediction in zip(labels, predictions, strict=True)]
    return evaluate(learner, inline("y double, p double", rows), "y", "p", training_mean).metrics


def expected(labels: Any, predictions: Any, prefix: str = "") -> dict[str, float]:
    metrics = {
        "rmse": oracle.root_mean_squared_error(labels, predictions),
        "mae": oracle.mean_absolute_error(labels, predictions),
        "r2": oracle.r2_score(labels, predictions),
    }
    metrics |= {f"residual_{percent}": np.quantile(labels - predictions, percent / 100) for percent in PERCENT}
    return {prefix + name: float(value) for name, value in metrics.items()}


@pytest.mark.parametrize(("centre", "spread"), [(0.0, 1.0), (1e6, 3.0), (-40.0, 1e5)])
def test_all_metrics_are_those_of_scikit_learn(local_learner: Any, centre: float, spread: float) -> None:
    random = np.random.default_rng(23)
    truth = random.normal(size=301)
    labels = centre + spread * truth
    predictions = centre + spread * (0.8 * truth + 0.4 * random.normal(size=301))
    mean = centre + spread * 0.1
    found = evaluated(local_learner, labels, predictions, mean)
    assert found["rows"] == 301
    wanted = expected(labels, predictions) | expected(labels, np.full(301, mean), "baseline_")
    assert {name: found[name] for name in wanted} == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("constant", [0.1, 1e9 + 0.1, -7.3])
def test_a_constant_whose_mean_is_not_itself_has_no_r2_either(learner: Any, constant: float) -> None:
    found = evaluated(learner, [constant] * 7, [1.0, 4.0, 2.0, 2.0, 2.0, 2.0, 2.0], 0.3)
    assert (found["r2"], found["baseline_r2"]) == (None, None)
    rows = [(constant, float(place), place % 2, None) for place in range(7)]
    groups = by_group(learner, rows).tables["groups"]
    assert {line["r2"] for lines in groups.values() for line in lines} == {None}


def test_where_the_label_is_constant_r2_is_not_defined(local_learner: Any) -> None:
    found = evaluated(local_learner, [2.0, 2.0], [1.0, 4.0], 2.0)
    assert (found["r2"], found["baseline_r2"]) == (None, None)
    assert found["rmse"] == pytest.approx(np.sqrt(5 / 2), rel=1e-15)
    assert (found["mae"], found["residual_50"], found["baseline_rmse"]) == (1.5, -0.5, 0.0)


def test_one_row_has_errors_and_no_r2(local_learner: Any) -> None:
    found = evaluated(local_learner, [5.0], [4.0], 2.0)
    assert (found["rmse"], found["mae"], found["r2"], found["residual_5"]) == (1.0, 1.0, None, 1.0)


GROUPS = (Group("hour", INT, 0), Group("holiday", BOOLEAN, 1))


def by_group(learner: Any, rows: Any) -> Findings:
    table = inline("y double, p double, hour int, holiday boolean", rows)
    columns: dict[str, Expression] = {"y": Column("y"), "p": Column("p")}
    for group in GROUPS:
        columns |= group.expressions()
    return evaluate_groups(learner, Project(table, tuple(columns.items())), "y", "p", GROUPS)


def test_each_group_has_the_metrics_of_its_rows_alone(local_learner: Any) -> None:
    random = np.random.default_rng(29)
    rows = [
        (float(y), float(y + error), [7, -1, None][number % 3], [True, False][number % 2])
        for number, (y, error) in enumerate(random.normal(size=(60, 2)))
    ]
    found = by_group(local_learner, [*rows, (3.0, 2.5, 11, None)])
    for place, (column, values) in enumerate({"hour": [-1, 7, 11, None], "holiday": [False, True, None]}.items(), start=2):
        lines = found.tables["groups"][column]
        assert [line["value"] for line in lines] == values
        known = []
        for line in lines:
            own = [row for row in rows if row[place] == line["value"]]
            if line["rows"] == 1:
                assert line == {"value": line["value"], "rows": 1, "rmse": 0.5, "mae": 0.5, "r2": None}
                continue
            labels, predictions = np.array([row[:2] for row in own]).T
            metrics = expected(labels, predictions)
            known.append(metrics["r2"])
            assert {name: line[name] for name in ("rmse", "mae", "r2")} == pytest.approx(
                {name: metrics[name] for name in ("rmse", "mae", "r2")}, rel=1e-12
            )
        assert found.metrics[f"least_r2_by_{column}"] == pytest.approx(min(known), rel=1e-12)
        assert found.metrics[f"most_rows_by_{column}"] == max(line["rows"] for line in lines)


def test_a_column_of_too_many_values_is_refused(local_learner: Any) -> None:
    rows = [(1.0, 1.0, number, True) for number in range(MOST_GROUPS + 1)]
    with pytest.raises(DataError, match=r"`by: \[hour\]`: more than 200 values"):
        by_group(local_learner, rows)
