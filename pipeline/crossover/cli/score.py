"""`crossover score`: apply a trained model, by a scoring document or to the sources of its own document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from crossover.cli.choose import choose_engines
from crossover.cli.options import Again, Json, Parallelism, Partitions, Quiet, Runs, Settings, parse_settings
from crossover.cli.output import print_json, tell
from crossover.cli.own_process import engine_options
from crossover.cli.summary import print_summary, run_json
from crossover.cli.work import planned, tell_warnings, work_of_scoring
from crossover.core.errors import ConfigError
from crossover.runs.display import choose_display
from crossover.runs.folder import RunFolder, new_run_id
from crossover.runs.lease import Lease
from crossover.runs.run import Work, already_done, identify, perform, publish
from crossover.runs.score import scoring

DOCUMENTS = (".yaml", ".yml")

Target = Annotated[
    Path,
    typer.Argument(
        help="A scoring document, or a model's folder: runs/PIPELINE/current/MODEL.", metavar="DOCUMENT|MODEL", show_default=False
    ),
]
One = Annotated[str, typer.Option("--engine", metavar="NAME", help="pandas, polars or spark, whichever trained it.")]


def score(
    target: Target,
    engine: One = "pandas",
    settings: Settings = None,
    runs: Runs = Path("runs"),
    again: Again = False,
    parallelism: Parallelism = None,
    partitions: Partitions = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Score rows with a trained model. The scores are a run of their own: runs/NAME, or runs/PIPELINE-MODEL-scores."""
    (name, *others) = choose_engines(engine)
    if others:
        raise ConfigError("`score` takes one engine; every engine gives the same scores")
    work = _work(target, parse_settings(settings), quiet=quiet)
    folder = RunFolder(runs, work.pipeline)
    folder.prepare()
    run_id = new_run_id()
    with Lease(folder.lease, run_id) as lease:
        identity = identify(work, name)
        committed = None if again else already_done(folder, identity.key, (name,))
        unchanged = committed is not None
        if committed is None:
            attempt = folder.new_attempt(run_id)
            perform(work, identity, name, engine_options(parallelism, partitions), attempt, choose_display(quiet=quiet))
            committed = publish(folder, attempt, lease)
    attempt = folder.attempt(committed.run)
    record = attempt.read_json(attempt.record.name)
    if as_json:
        print_json(run_json(record, attempt, committed, unchanged=unchanged))
    else:
        print_summary(record, attempt)
        tell(f"crossover: the same scores are there already as {committed.name}" if unchanged else f"crossover: committed as {committed.name}")
    return 0


def _work(target: Path, settings: Mapping[str, str], *, quiet: bool) -> Work:
    if target.suffix not in DOCUMENTS:
        found = scoring(target, settings)
        return replace(work_of_scoring(found), pipeline=f"{found.plan.pipeline}-{found.model.name}-scores")
    document = planned(target, settings)
    if document.scoring is None:
        raise ConfigError(
            f"{target} is the document of a pipeline", notes=["score with a model of it: crossover score runs/PIPELINE/current/MODEL"]
        )
    if not quiet:
        tell_warnings(document.problems)
    return document.work()
