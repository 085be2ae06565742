"""What a comparison tells of the models that its runs trained: read from the answer that is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crossover.compare.shown import BASELINE
from crossover.learning.models.fitted import MODEL, FittedModel, LinearRegression, LogisticRegression, MultinomialRegression
from crossover.runs.durable import read_json
from crossover.runs.execute import EVALUATION
from crossover.runs.folder import Attempt


def model_facts(attempt: Attempt) -> dict[str, Any]:
    """Return, for each model of an attempt, its kind, settings, metrics, baseline, gates, evaluation and coefficients."""
    record = attempt.read_json(attempt.record.name)
    return {each["name"]: _facts(attempt, each) for each in record["outcome"]["models"]}


def _facts(attempt: Attempt, record: Mapping[str, Any]) -> dict[str, Any]:
    folder = attempt.path / record["name"]
    described = read_json(folder / MODEL)
    metrics = record["metrics"]
    evaluation = folder / EVALUATION
    return {
        "kind": record["kind"],
        "label": described.get("label"),
        "settings": described["settings"],
        "metrics": {name: value for name, value in metrics.items() if not name.startswith(BASELINE)},
        "baseline": {name.removeprefix(BASELINE): value for name, value in metrics.items() if name.startswith(BASELINE)},
        "gates": record["gates"],
        "evaluation": read_json(evaluation) if evaluation.is_file() else {},
        "facts": described.get("facts", {}),
        "coefficients": coefficients_of(FittedModel.load(folder)),
    }


def coefficients_of(model: FittedModel) -> list[dict[str, Any]]:
    """Return the weights of a regression on its prepared columns, the intercept first; of clusters there are none.

    Of several classes each has its own: `class` says whose.
    """
    names = ["intercept", *model.preparation.names]
    match model.solution:
        case LogisticRegression() | LinearRegression() as solution:
            values = [solution.intercept, *solution.coefficients.tolist()]
            return [{"column": name, "value": float(value)} for name, value in zip(names, values, strict=True)]
        case MultinomialRegression() as solution:
            rows = zip(solution.classes, solution.intercepts.tolist(), solution.coefficients.tolist(), strict=True)
            return [
                {"class": label, "column": name, "value": float(value)}
                for label, intercept, values in rows
                for name, value in zip(names, [intercept, *values], strict=True)
            ]
        case _:
            return []
