"""`crossover run`: one engine in this process; several, each in a process of its own, compared."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from crossover.cli.choose import choose_engines
from crossover.cli.options import (
    Again,
    Document,
    Engines,
    Force,
    Json,
    Parallelism,
    Partitions,
    Quiet,
    Runs,
    Settings,
    Stage,
    parse_settings,
)
from crossover.cli.output import end, error_json, line, print_json, show, tell
from crossover.cli.own_process import engine_options
from crossover.cli.stage import StageRequest, run_stage
from crossover.cli.summary import gate_error, print_summary, run_json
from crossover.cli.work import Planned, planned, tell_warnings
from crossover.compare.several import COMPARISON, Comparison, run_several
from crossover.compare.table import side_by_side, verdict
from crossover.core.errors import ConfigError, CrossoverError, EnginesDiffer
from crossover.engines.base import EngineOptions
from crossover.plan.stages import SCORE
from crossover.runs.commit import Commit
from crossover.runs.display import choose_display
from crossover.runs.folder import Attempt, RunFolder, new_run_id
from crossover.runs.lease import Lease
from crossover.runs.memory_check import within_memory
from crossover.runs.run import Identity, Work, already_done, identify, missed_gates, perform, publish


@dataclass(frozen=True)
class _Request:
    """What was asked for, beside the document."""

    document: Path
    settings: Mapping[str, str]
    engines: tuple[str, ...]
    options: EngineOptions
    runs: Path
    again: bool
    json: bool
    quiet: bool
    force: bool


def run(
    document: Document,
    engine: Engines = "pandas",
    settings: Settings = None,
    runs: Runs = Path("runs"),
    again: Again = False,
    parallelism: Parallelism = None,
    partitions: Partitions = None,
    as_json: Json = False,
    quiet: Quiet = False,
    stage: Stage = None,
    force: Force = False,
    uncommitted: Annotated[str | None, typer.Option("--uncommitted", hidden=True)] = None,
    measured: Annotated[bool, typer.Option("--measured", hidden=True)] = False,
) -> int:
    """Run a document. Several engines are compared, and the answer is committed only if all give the same one."""
    found = planned(document, parse_settings(settings))
    options = engine_options(parallelism, partitions)
    request = _Request(document, parse_settings(settings), choose_engines(engine), options, runs, again, as_json, quiet, force)
    work = found.work(compared=uncommitted is not None)
    if found.scoring is None and not force:
        work = within_memory(work, found.plan)
    if stage is not None and not (stage == SCORE and found.scoring is not None):
        return _run_stage(request, stage, found)
    folder = RunFolder(runs, work.pipeline)
    folder.prepare()
    if uncommitted is not None:
        return _run_uncommitted(request, work, folder.new_attempt(uncommitted), measured=measured)
    if not quiet:
        tell_warnings(found.problems)
    run_id = new_run_id()
    with Lease(folder.lease, run_id) as lease:
        if lease.taken_over is not None and not quiet:
            tell(f"crossover: run {lease.taken_over.run} ended without giving back its lease; nothing of it was committed")
        identity = identify(work, request.engines[0])
        done = None if again else already_done(folder, identity.key, request.engines)
        if done is not None:
            return _say_done(request, folder, done)
        if len(request.engines) == 1:
            attempt = _perform(request, work, identity, folder.new_attempt(run_id))
            return _report_run(request, folder, publish(folder, attempt, lease), unchanged=False)
        return _run_several(request, folder, run_id, lease)


def _run_stage(request: _Request, stage: str, found: Planned) -> int:
    (engine, *others) = request.engines
    if others:
        raise ConfigError("`--stage` takes one engine: what a stage hands on is of one engine")
    asked = StageRequest(
        stage, request.document, request.settings, engine, request.options, request.runs, request.again, request.json, request.quiet, request.force
    )
    return run_stage(asked, found.plan, found.work(), scoring=found.scoring is not None)


def _run_uncommitted(request: _Request, work: Work, attempt: Attempt, *, measured: bool) -> int:
    """Run as one of several: the attempt is left to whoever compares. If it is measured, Spark writes its event log there."""
    engine = request.engines[0]
    if measured:
        request = replace(request, options=replace(request.options, event_log=attempt.spark_events))
    _perform(request, work, identify(work, engine), attempt, prefix=f"{engine:<8}")
    print_json({"folder": str(attempt.path)})
    return 0


def _perform(request: _Request, work: Work, identity: Identity, attempt: Attempt, prefix: str = "") -> Attempt:
    display = choose_display(quiet=request.quiet, prefix=prefix)
    perform(work, identity, request.engines[0], request.options, attempt, display)
    return attempt


def _run_several(request: _Request, folder: RunFolder, run_id: str, lease: Lease) -> int:
    comparison = run_several(request.engines, lambda engine: _child(request, engine, f"{run_id}-{engine}"))
    attempt = comparison.runs[0].attempt
    shown = comparison.to_json()
    attempt.write_json(COMPARISON, shown)
    differ = _differ(comparison)
    committed = None if differ else publish(folder, attempt, lease, request.engines)
    error = differ or gate_error(missed_gates(comparison.runs[0].record))
    return _report_comparison(request, shown, committed, error)


def _child(request: _Request, engine: str, run_id: str) -> list[str]:
    command = [sys.executable, "-m", "crossover", "run", str(request.document), "--engine", engine, "--runs", str(request.runs)]
    for name, value in request.settings.items():
        command += ["--set", f"{name}={value}"]
    for option, count in (("--parallelism", request.options.parallelism), ("--partitions", request.options.partitions)):
        command += [] if count is None else [option, str(count)]
    return [*command, "--uncommitted", run_id, "--json", *(["--quiet"] if request.quiet else []), *(["--force"] if request.force else [])]


def _differ(comparison: Comparison) -> EnginesDiffer | None:
    first = comparison.certificate.first_difference
    if first is None:
        return None
    folders = [f"{run.engine}: {run.attempt.path}" for run in comparison.runs]
    return EnginesDiffer(f"the engines gave different answers; nothing was committed. {first[0]}: {first[1]}", notes=folders)


def _say_done(request: _Request, folder: RunFolder, done: Commit) -> int:
    if len(request.engines) == 1:
        return _report_run(request, folder, done, unchanged=True)
    attempt = folder.attempt(done.run)
    shown = attempt.read_json(COMPARISON)
    error = gate_error(missed_gates(attempt.read_json(attempt.record.name)))
    return _report_comparison(request, shown, done, error, unchanged=True)


def _report_run(request: _Request, folder: RunFolder, committed: Commit, *, unchanged: bool) -> int:
    attempt = folder.attempt(committed.run)
    record = attempt.read_json(attempt.record.name)
    error = gate_error(missed_gates(record))
    if request.json:
        print_json({**run_json(record, attempt, committed, unchanged=unchanged), **error_json(error)})
    else:
        print_summary(record, attempt)
        _say_committed(committed, unchanged=unchanged)
    return end(error, as_json=request.json)


def _report_comparison(
    request: _Request,
    shown: Mapping[str, Any],
    committed: Commit | None,
    error: CrossoverError | None,
    *,
    unchanged: bool = False,
) -> int:
    if request.json:
        facts = {"status": committed.status if committed else "not committed", "commit": committed.seq if committed else None}
        print_json({**shown, **facts, "unchanged": unchanged, **error_json(error)})
    else:
        show(side_by_side(shown))
        for each in verdict(shown["certificate"]["parts"], shown["first_difference"]):
            line(each)
        if committed is not None:
            _say_committed(committed, unchanged=unchanged)
    return end(error, as_json=request.json)


def _say_committed(committed: Commit, *, unchanged: bool) -> None:
    if unchanged:
        tell(f"crossover: the same work is {committed.status} already as {committed.name}; nothing was done (--again does it again)")
    else:
        tell(f"crossover: {committed.status} as {committed.name}, run {committed.run}")


