"""Every engine evaluates as the reference does, which the other tests here hold to scikit-learn and to loops.

Few and full data sets, because each question costs a distributed engine a second.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from crossover.language.tree import Column, Expression
from crossover.language.types import BOOLEAN, INT, STRING
from crossover.learning.evaluation import binary, binary_groups, multinomial, regression
from crossover.learning.evaluation.findings import Findings
from crossover.learning.evaluation.groups import Group
from crossover.learning.evaluation.specification import ThresholdRule
from crossover.learning.evaluation.thresholds import choose
from crossover.relations.nodes import Project, Relation
from tests.tables import inline

GROUPS = (Group("origin", STRING, 0), Group("hour", INT, 1), Group("holiday", BOOLEAN, 2))


def scored() -> Relation:
    """Return label, probability, a cluster and columns of groups: ties, ends, certain mistakes, scores that share a bucket."""
    random = np.random.default_rng(83)
    rows = []
    for number in range(240):
        label = int(random.random() < 0.35)
        score = float(1 / (1 + np.exp(-(random.normal() + label))))
        match number % 6:
            case 0:
                score = round(score, 1)
            case 1:
                score = score / 5000
            case 2 if number % 12 == 2:
                score = float(label if random.random() < 0.8 else 1 - label)
        origin = [None, "EWR", "é", ""][int(random.integers(4))]
        hour = [None, 9, -1][int(random.integers(3))]
        rows.append((label, score, number % 14 if number % 15 else None, origin, hour, None if number % 5 == 0 else number % 2 == 0))
    table = inline("y int, p double, c int, origin string, hour int, holiday boolean", rows)
    columns: dict[str, Expression] = {name: Column(name) for name in ("y", "p", "c")}
    for group in GROUPS:
        columns |= group.expressions()
    return Project(table, tuple(columns.items()))


def several_classes() -> Relation:
    random = np.random.default_rng(89)
    labels = random.integers(0, 3, size=150)
    scores = np.round(np.exp(random.normal(size=(150, 3)) + np.eye(3)[labels]), 1) + 0.1
    scores /= scores.sum(axis=1, keepdims=True)
    return inline("y int, p0 double, p1 double, p2 double", [(int(y), *map(float, p)) for y, p in zip(labels, scores, strict=True)])


def numbers() -> Relation:
    random = np.random.default_rng(97)
    return inline("y double, p double", [(1e6 + y, 1e6 + y + error) for y, error in random.normal(size=(120, 2)).tolist()])


def alike(found: Any, expected: Any) -> None:
    """Compare trees of JSON values: counts exactly, numbers to 1e-12."""
    if isinstance(expected, dict):
        assert list(found) == list(expected)
        for name, value in expected.items():
            alike(found[name], value)
    elif isinstance(expected, list):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            alike(one, other)
    else:
        assert type(found) is type(expected)
        assert found == (pytest.approx(expected, rel=1e-12, abs=1e-13) if isinstance(expected, float) else expected)


def same(found: Findings, expected: Findings) -> None:
    alike(found.metrics, expected.metrics)
    alike(found.tables, expected.tables)


def test_a_classifier_by_clusters(engine: Any, reference: Any) -> None:
    found, expected = (binary.evaluate(each, scored(), "y", "p", 0.4, ("c",)) for each in (engine, reference))
    assert expected.metrics["auc_low"] is not None
    same(found, expected)


def test_a_classifier_of_rows_that_stand_alone(engine: Any, reference: Any) -> None:
    found, expected = (binary.evaluate(each, scored(), "y", "p", 0.4) for each in (engine, reference))
    same(found, expected)


def test_groups(engine: Any, reference: Any) -> None:
    found, expected = (binary_groups.evaluate(each, scored(), "y", "p", 0.4, GROUPS) for each in (engine, reference))
    assert len(expected.tables["groups"]["origin"]) == 4
    same(found, expected)


def test_thresholds(engine: Any, reference: Any) -> None:
    found, expected = (choose(each, scored(), "y", "p", ThresholdRule(precision=0.5)) for each in (engine, reference))
    assert found.threshold == pytest.approx(expected.threshold, rel=1e-15)


def test_several_classes(engine: Any, reference: Any) -> None:
    probabilities, classes, shares = ("p0", "p1", "p2"), (4, 7, 9), (0.2, 0.5, 0.3)
    found, expected = (
        multinomial.evaluate(each, several_classes(), "y", probabilities, classes, shares) for each in (engine, reference)
    )
    same(found, expected)


def test_predicted_numbers(engine: Any, reference: Any) -> None:
    found, expected = (regression.evaluate(each, numbers(), "y", "p", 1e6 + 0.2) for each in (engine, reference))
    same(found, expected)
