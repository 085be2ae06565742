"""Metrics by group against the same metrics of each group alone."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from sklearn import metrics as oracle

from crossover.core.errors import DataError
from crossover.language.tree import Column, Expression
from crossover.language.types import BOOLEAN, INT, STRING
from crossover.learning.evaluation.binary_groups import evaluate
from crossover.learning.evaluation.findings import Findings
from crossover.learning.evaluation.groups import MOST_GROUPS, Group
from crossover.relations.nodes import Project
from tests.tables import inline

GROUPS = (Group("origin", STRING, 0), Group("hour", INT, 1), Group("holiday", BOOLEAN, 2))
Row = tuple[int, float, str | None, int | None, bool | None]


def random_rows() -> list[Row]:
    random = np.random.default_rng(71)
    rows: list[Row] = []
    for number in range(500):
        origin = [None, "EWR", "JFK", ""][int(random.choice(4, p=[0.1, 0.4, 0.4, 0.1]))]
        hour = [None, 9, 10, -1][int(random.integers(4))]
        label = int(random.random() < 0.3) if hour != 10 else 0
        score = float(np.round(1 / (1 + np.exp(-(random.normal() + label - 0.3))), 2))
        rows.append((label, score, origin, hour, None if number % 3 == 0 else number % 3 == 1))
    return rows


def evaluated(learner: Any, rows: list[Row], groups: tuple[Group, ...] = GROUPS) -> Findings:
    table = inline("y int, p double, origin string, hour int, holiday boolean", rows)
    columns: dict[str, Expression] = {"y": Column("y"), "p": Column("p")}
    for group in groups:
        columns |= group.expressions()
    return evaluate(learner, Project(table, tuple(columns.items())), "y", "p", 0.4, groups)


def by_hand(rows: list[Row]) -> dict[str, Any]:
    labels, scores = (np.array(column) for column in list(zip(*rows, strict=True))[:2])
    predicted = scores >= 0.4
    both = 0 < labels.sum() < len(labels)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {
            "rows": len(rows),
            "positives": labels.sum(),
            "auc": oracle.roc_auc_score(labels, scores) if both else None,
            "aupr": oracle.average_precision_score(labels, scores) if labels.sum() else None,
            "log_loss": oracle.log_loss(labels, scores, labels=[0, 1]),
            "brier": np.mean((labels - scores) ** 2),
            "accuracy": oracle.accuracy_score(labels, predicted),
            "precision": oracle.precision_score(labels, predicted) if predicted.any() else None,
            "recall": oracle.recall_score(labels, predicted) if labels.sum() else None,
            "f1": oracle.f1_score(labels, predicted) if labels.sum() or predicted.any() else None,
        }


def test_each_group_has_the_metrics_of_its_rows_alone(local_learner: Any) -> None:
    rows = random_rows()
    found = evaluated(local_learner, rows)
    for place, group in enumerate(GROUPS, start=2):
        lines = found.tables["groups"][group.name]
        values: list[Any] = sorted({row[place] for row in rows if row[place] is not None})
        assert [line["value"] for line in lines] == [*values, None], "in order, the missing value last"
        expected = [by_hand([row for row in rows if row[place] == line["value"]]) for line in lines]
        for line, wanted in zip(lines, expected, strict=True):
            for name, value in wanted.items():
                assert line[name] == (value if value is None else pytest.approx(value, rel=1e-12)), (group.name, line["value"], name)
        for name in by_hand(rows):
            known = [each[name] for each in expected if each[name] is not None]
            assert found.metrics[f"least_{name}_by_{group.name}"] == pytest.approx(min(known), rel=1e-12)
            assert found.metrics[f"most_{name}_by_{group.name}"] == pytest.approx(max(known), rel=1e-12)


def test_all_groups_of_all_columns_take_two_queries(reference: Any) -> None:
    before = reference.queries
    evaluated(reference, random_rows()[:60])
    assert reference.queries - before == 2


def test_where_a_metric_is_defined_in_no_group_it_has_no_least(local_learner: Any) -> None:
    found = evaluated(local_learner, [(0, 0.2, "a", 1, True), (0, 0.3, "b", 1, True)], GROUPS[:1])
    assert (found.metrics["least_auc_by_origin"], found.metrics["most_recall_by_origin"]) == (None, None)
    assert found.metrics["most_log_loss_by_origin"] == pytest.approx(-np.log(0.7), rel=1e-14)


def test_a_column_of_too_many_values_is_refused(local_learner: Any) -> None:
    rows: list[Row] = [(number % 2, 0.5, None, number, None) for number in range(MOST_GROUPS + 1)]
    with pytest.raises(DataError, match=r"`by: \[hour\]`: more than 200 values"):
        evaluated(local_learner, rows, (GROUPS[0], GROUPS[1]))


def test_without_columns_nothing_is_asked() -> None:
    assert evaluate(None, None, "y", "p", 0.5, ()) == Findings({})  # type: ignore[arg-type]
