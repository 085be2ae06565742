"""From a document's file to work that can be run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from crossover.cli.output import tell
from crossover.document.load import Loaded, read_document
from crossover.document.problems import report
from crossover.plan.build import build_plan
from crossover.plan.plan import Plan
from crossover.runs.execute import execute
from crossover.runs.run import Work


def planned(document: Path, settings: Mapping[str, str]) -> tuple[Loaded, Plan]:
    """Return a document and its plan. Raises ConfigError with all mistakes of all layers at once."""
    loaded = read_document(document, settings)
    return loaded, build_plan(loaded)


def work_of(plan: Plan, *, compared: bool = False) -> Work:
    """Return the work that a plan means. To be `compared`, the tables that models read are written too."""
    return Work(
        pipeline=plan.pipeline,
        document=plan.document,
        parameters={name: _json_value(value) for name, value in plan.parameters.items()},
        source_paths=plan.source_paths,
        execute=lambda engine, attempt, progress: execute(plan, engine, attempt, progress, keep_tables=compared),
    )


def _json_value(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return [_json_value(each) for each in value] if isinstance(value, tuple | list) else value


def tell_warnings(loaded: Loaded) -> None:
    """Show what the checker remarks about a document that can run."""
    warnings = loaded.problems.warnings
    if warnings:
        tell(report(warnings, loaded.source_map.line))
