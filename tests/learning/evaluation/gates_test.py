from __future__ import annotations

from typing import Any

import pytest

from crossover.language.errors import ExpressionError
from crossover.language.lower import lower
from crossover.language.parse import parse
from crossover.language.types import BOOLEAN
from crossover.learning.evaluation.gates import check_gates

METRICS = {"auc": 0.8, "accuracy": None, "rows": 10, "log_loss": 0.4, "baseline_log_loss": 0.5}


def check(learner: Any, **gates: str) -> dict[str, tuple[bool, dict[str, Any]]]:
    trees = [(reason, parse(text)) for reason, text in gates.items()]
    found = check_gates(
        learner, trees, METRICS, lambda tree, schema: lower(tree, schema, expected=BOOLEAN).expression
    )
    return {each.reason: (each.passed, dict(each.values)) for each in found}


def test_gates_are_expressions_over_metrics(learner: Any) -> None:
    found = check(learner, ranks="auc >= 0.8", beats="log_loss < baseline_log_loss", many="rows > 10")
    assert found == {
        "ranks": (True, {"auc": 0.8}),
        "beats": (True, {"log_loss": 0.4, "baseline_log_loss": 0.5}),
        "many": (False, {"rows": 10}),
    }


def test_a_gate_on_a_metric_that_is_not_defined_is_missed(learner: Any) -> None:
    assert check(learner, accurate="accuracy > 0") == {"accurate": (False, {"accuracy": None})}


def test_an_unknown_metric_is_named() -> None:
    with pytest.raises(ExpressionError, match="acu"):
        check(None, ranks="acu >= 0.8")


def test_without_gates_nothing_is_asked() -> None:
    assert check(None) == {}
