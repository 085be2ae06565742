"""What a training on an engine must have in common with the third opinion, and with every other engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from crossover.learning.models.fitted import LinearRegression, LogisticRegression, MultinomialRegression
from crossover.runs.learn import learn
from tests.learning.conformance.optimum import LONG, objective, probabilities
from tests.learning.conformance.settings import Setting
from tests.learning.learn_test import Clocks

PROBABILITY, METRIC, GRADIENT, KKT, ABOVE_OPTIMUM = 1e-5, 1e-6, 1e-9, 1e-6, 1e-10
"""Bounds of the design: of two trainings of one model; and how much of the objective an answer may lie above the optimum."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """What an engine learned from a setting."""

    scores: Any
    """(n, K) of the rows in their order; (n,) of a linear regression."""
    coefficients: Any
    """(margins, d + 1) on the columns of the definition."""
    facts: dict[str, Any]
    metrics: dict[str, Any]
    warnings: tuple[str, ...]


def outcome_of(engine: Any, setting: Setting) -> Outcome:
    """Learn a setting on an engine and collect its scores."""
    learned = learn(engine, setting.plan, Clocks())
    rows = sorted(engine.collect(learned.scores).to_pylist(), key=lambda row: int(row["id"]))
    for node in learned.kept:
        engine.release(node)
    solution = learned.model.solution
    if isinstance(solution, LinearRegression):
        scores = np.array([row["prediction"] for row in rows])
    elif isinstance(solution, LogisticRegression):
        scores = np.array([[1 - row["probability"], row["probability"]] for row in rows])
    elif setting.classes == 2:
        own = [(row["probability"], int(row["prediction"])) for row in rows]
        scores = np.array([[p if place == prediction else 1 - p for place in range(2)] for p, prediction in own])
    else:
        scores = np.array([[row[f"probability_{place}"] for place in range(setting.classes)] for row in rows])
    return Outcome(scores, _on_definition(setting, solution), dict(learned.model.facts), dict(learned.metrics), learned.warnings)


def _on_definition(setting: Setting, solution: Any) -> Any:
    """Return coefficients for columns that are scaled, whatever the document does."""
    if isinstance(solution, MultinomialRegression):
        found = np.column_stack([solution.intercepts, solution.coefficients])
    else:
        found = np.concatenate([[solution.intercept], solution.coefficients])[None]
    found = found.astype(LONG)
    if not setting.scaled:
        mean, spread = setting.dense.mean(axis=0).astype(LONG), setting.dense.std(axis=0, ddof=1).astype(LONG)
        width = 1 + setting.dense.shape[1]
        found[:, 0] += found[:, 1:width] @ mean
        found[:, 1:width] *= spread
    return found


def complaints(setting: Setting, outcome: Outcome) -> list[str]:
    """Return in what an outcome is not the optimum of its setting."""
    problem, best = setting.answer
    found = []
    least = objective(problem, best)
    above = float((objective(problem, outcome.coefficients) - least) / max(abs(least), LONG(1e-12)))
    if above > ABOVE_OPTIMUM:
        found.append(f"objective {above:.1e} above the optimum")
    own = probabilities(problem, best).astype(float)
    if setting.classes:
        apart = float(np.abs(outcome.scores - own).max())
        if not apart <= PROBABILITY:
            found.append(f"probabilities {apart:.1e} from the optimum's")
    else:
        apart = float(np.abs(outcome.scores - own[:, 0]).max() / setting.label.std())
        if not apart <= METRIC:
            found.append(f"predictions {apart:.1e} standard deviations from the optimum's")
    proof, allowed = ("kkt_residual", KKT) if setting.l1 else ("gradient_norm", GRADIENT)
    if not outcome.facts[proof] <= allowed:
        found.append(f"{proof} {outcome.facts[proof]:.1e}")
    told = [each for each in outcome.warnings if "repeat each other" not in each and "after scaling" not in each]
    return found + [f"warning: {each}" for each in told]


def differences(setting: Setting, outcome: Outcome, other: Outcome) -> list[str]:
    """Return in what two engines differ."""
    scale = 1.0 if setting.classes else float(setting.label.std())
    apart, allowed = float(np.abs(outcome.scores - other.scores).max() / scale), PROBABILITY if setting.classes else METRIC
    found = [f"scores differ by {apart:.1e}"] if not apart <= allowed else []
    for name, value in other.metrics.items():
        mine = outcome.metrics[name]
        close = value == mine if value is None or isinstance(value, int) else abs(mine - value) <= METRIC * max(abs(value), scale)
        if not close:
            found.append(f"{name}: {mine} and {value}")
    return found
