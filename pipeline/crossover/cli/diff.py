"""`crossover diff`: do two runs that exist give the same answer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from crossover.cli.options import Json
from crossover.cli.output import end, error_json, line, print_json
from crossover.compare.certificate_words import certificate_lines
from crossover.compare.difference import first_difference
from crossover.compare.table import verdict
from crossover.compare.two_runs import difference_of
from crossover.core.errors import EnginesDiffer

RunPath = Annotated[
    Path,
    typer.Argument(help="A run's folder, or runs/PIPELINE/current.", metavar="RUN", show_default=False),
]


def diff(first: RunPath, second: RunPath, as_json: Json = False) -> int:
    """Compare the answers of two runs: tables by key, models, metrics, scores. Exit code 6 if they differ."""
    shown = difference_of(first, second)
    error = _differ(shown)
    if as_json:
        print_json({**shown, **error_json(error)})
    else:
        _print(shown)
    return end(error, as_json=as_json)


def _print(shown: Mapping[str, Any]) -> None:
    for each in verdict(shown["certificate"]["parts"], shown["first_difference"]):
        line(each)
    for run in shown["runs"]:
        line(f"{run['name']}: {run['pipeline']} on {run['engine']}, {run['folder']}")
    for each in certificate_lines(shown["certificate"]):
        line(each)


def _differ(shown: Mapping[str, Any]) -> EnginesDiffer | None:
    if shown["same_answer"]:
        return None
    return EnginesDiffer(f"the runs gave different answers. {first_difference(shown['first_difference'])}")
