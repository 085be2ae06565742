"""`crossover diff`: do two runs that exist give the same answer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from crossover.cli.options import Json
from crossover.cli.output import line, print_json, tell_error
from crossover.compare.certificate_words import certificate_lines
from crossover.compare.difference import Difference
from crossover.compare.table import verdict
from crossover.compare.two_runs import difference_of
from crossover.core.errors import EnginesDiffer
from crossover.runs.error_json import error_to_json

RunPath = Annotated[
    Path,
    typer.Argument(help="A run's folder, or runs/PIPELINE/current.", metavar="RUN", show_default=False),
]


def diff(first: RunPath, second: RunPath, as_json: Json = False) -> int:
    """Compare the answers of two runs: tables by key, models, metrics, scores. Exit code 6 if they differ."""
    shown = difference_of(first, second)
    error = _differ(shown)
    if as_json:
        print_json({**shown, **({} if error is None else {"error": error_to_json(error)})})
        return 0 if error is None else error.exit_code
    for each in verdict(shown):
        line(each)
    for run in shown["runs"]:
        line(f"{run['name']}: {run['pipeline']} on {run['engine']}, {run['folder']}")
    for each in certificate_lines(shown["certificate"]):
        line(each)
    if error is None:
        return 0
    tell_error(error)
    return error.exit_code


def _differ(shown: Mapping[str, Any]) -> EnginesDiffer | None:
    if shown["same_answer"]:
        return None
    first = dict(shown["first_difference"])
    part = first.pop("part")
    return EnginesDiffer(f"the runs gave different answers. {part}: {Difference(**first)}")
