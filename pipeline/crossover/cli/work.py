"""From a document's file to work that can be run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from crossover.cli.output import tell
from crossover.document.load import Loaded, read_either
from crossover.document.problems import Problems, report
from crossover.plan.build import build_plan
from crossover.plan.plan import Plan
from crossover.runs.execute import execute
from crossover.runs.run import Work
from crossover.runs.score import Scoring, scoring_of


@dataclass(frozen=True)
class Planned:
    """A document that was checked: one of a pipeline, or one that scores with a trained model."""

    problems: Problems
    plan: Plan
    scoring: Scoring | None = None

    def work(self, *, compared: bool = False) -> Work:
        """Return the work that it means. To be `compared`, the tables that models read are written too."""
        return work_of(self.plan, compared=compared) if self.scoring is None else work_of_scoring(self.scoring)


def planned(document: Path, settings: Mapping[str, str]) -> Planned:
    """Return a document and its plan. Raises ConfigError with all mistakes of all layers at once."""
    loaded = read_either(document, settings)
    if isinstance(loaded, Loaded):
        return Planned(loaded.problems, build_plan(loaded))
    found = scoring_of(loaded)
    return Planned(loaded.problems, found.plan, found)


def work_of(plan: Plan, *, compared: bool = False) -> Work:
    """Return the work that a plan means. To be `compared`, the tables that models read are written too."""
    return Work(
        pipeline=plan.pipeline,
        document=plan.document,
        parameters={name: _json_value(value) for name, value in plan.parameters.items()},
        sources=plan.sources,
        execute=lambda engine, attempt, progress: execute(plan, engine, attempt, progress, keep_tables=compared),
    )


def work_of_scoring(scoring: Scoring) -> Work:
    """Return the work that scoring means: the model is part of its identity."""
    work = work_of(scoring.plan)
    return replace(work, execute=scoring.execute, parameters={**work.parameters, "model": scoring.digest})


def _json_value(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return [_json_value(each) for each in value] if isinstance(value, tuple | list) else value


def tell_warnings(problems: Problems) -> None:
    """Show what the checker remarks about a document that can run."""
    if problems.warnings:
        tell(report(problems.warnings, problems.source_map.line))
