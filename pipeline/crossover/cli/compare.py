"""`crossover compare`: one document on several engines and sizes, measured, with proof that the answers are the same."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from crossover.cli.choose import choose_engines
from crossover.cli.options import Document, Json, Quiet, Settings, parse_settings
from crossover.cli.output import end, error_json, line, print_json, show, tell
from crossover.cli.sizes import sizes_of
from crossover.cli.work import planned, tell_warnings
from crossover.compare.apart import Stages, taken_apart
from crossover.compare.comparison_table import (
    answer_lines,
    apart_table,
    configurations_table,
    failure_lines,
    latency_lines,
    outcome_words,
    run_line,
)
from crossover.compare.difference import first_difference
from crossover.compare.measurement import ApartStage, MeasuredRun, Measurement
from crossover.compare.schedule import Configuration, Size, Turn
from crossover.compare.sweep import Identified, Sweep, missing_turns, swept
from crossover.compare.table import show_seconds
from crossover.core.errors import ConfigError, CrossoverError, EngineError, EnginesDiffer
from crossover.plan.stages import stage_names
from crossover.report.write import write_report
from crossover.runs.available_memory import size_of
from crossover.runs.error_json import error_from_json
from crossover.runs.fingerprint import fingerprints, hash_json
from crossover.runs.folder import new_run_id
from crossover.runs.lease import Lease

Engines = Annotated[
    str, typer.Option("--engine", metavar="NAME,...", help="pandas, polars, spark; `all`: those that can run.")
]
Scale = Annotated[
    str | None,
    typer.Option("--scale", metavar="NUMBER,...", help="Sizes of made data; without `generate` copies of the data.", show_default=False),
]
Sizes = Annotated[
    list[str] | None,
    typer.Option("--sizes", metavar="NAME=VALUE,...", help="Sizes by a parameter, as data=small,large.", show_default=False),
]
Repeat = Annotated[int, typer.Option("--repeat", metavar="N", help="Runs of each engine, size and parallelism.", min=1)]
WarmUp = Annotated[int, typer.Option("--warm-up", metavar="N", help="Runs before those that are shown and not counted.", min=0)]
Parallelisms = Annotated[
    str | None, typer.Option("--parallelism", metavar="N,...", help="Threads or cores.", show_default="all cores")
]
Memory = Annotated[
    str | None, typer.Option("--memory", metavar="SIZE", help="Limit for each run, as 4GB.", show_default="the machine's")
]
Apart = Annotated[bool, typer.Option("--apart", help="Run each stage as a job of its own too, for a breakdown.")]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="FOLDER", help="Where the comparison is kept.", show_default="comparisons/PIPELINE")
]
Again = Annotated[bool, typer.Option("--again", help="Throw away what was measured and begin anew.")]


@dataclass(frozen=True)
class _Request:
    """What was typed and not yet looked at."""

    document: Path
    settings: Sequence[str]
    engines: str
    scale: str | None
    sizes: Sequence[str]
    repeat: int
    warm_up: int
    parallelism: str | None
    memory: str | None
    apart: bool
    out: Path | None

    def command(self) -> str:
        """Return the command that asks for the same."""
        words = ["crossover", "compare", str(self.document), "--engine", self.engines, "--repeat", str(self.repeat)]
        options = (("--scale", self.scale), ("--parallelism", self.parallelism), ("--memory", self.memory), ("--out", self.out))
        for option, value in options:
            words += [] if value is None else [option, str(value)]
        for option, values in (("--sizes", self.sizes), ("--set", self.settings)):
            words += [word for value in values for word in (option, value)]
        words += ["--warm-up", str(self.warm_up)] if self.warm_up else []
        return shlex.join([*words, *(["--apart"] if self.apart else [])])


def compare(
    document: Document,
    scale: Scale = None,
    sizes: Sizes = None,
    engine: Engines = "all",
    repeat: Repeat = 3,
    warm_up: WarmUp = 0,
    parallelism: Parallelisms = None,
    memory: Memory = None,
    apart: Apart = False,
    settings: Settings = None,
    out: Out = None,
    again: Again = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Compare engines on one document: is the answer the same, which is faster, from which size on."""
    request = _Request(
        document, settings or (), engine, scale, sizes or (), repeat, warm_up, parallelism, memory, apart, out
    )
    sweep = _sweep(request, quiet=quiet)
    sweep.folder.prepare()
    with Lease(sweep.folder.lease, new_run_id()):
        if again:
            _forget(sweep)
        if not quiet:
            _tell_known(sweep)
        measurement = swept(sweep, _silent if quiet else _tell)
        if apart:
            measurement = taken_apart(sweep, _stages(request, sweep), measurement, _silent if quiet else _tell_stage)
    written = write_report(measurement.to_json(), sweep.out)
    return _report(measurement, sweep, written, as_json=as_json)


def _sweep(request: _Request, *, quiet: bool) -> Sweep:
    """Return what was asked for, looked at: everything that is wrong with it is said before anything runs."""
    settings = parse_settings(request.settings)
    engines = choose_engines(request.engines)
    cores = _parallelisms(request.parallelism)
    limit = None if request.memory is None else _memory(request.memory)
    sizes = sizes_of(request.document, settings, request.scale, request.sizes, quiet=quiet)
    first = planned(request.document, sizes[0].settings)
    if first.scoring is not None:
        raise ConfigError("`compare` takes the document of a pipeline, and this one scores")
    if not quiet:
        tell_warnings(first.problems)
    pipeline = first.plan.pipeline
    return Sweep(
        pipeline=pipeline,
        document=str(request.document),
        document_hash=hash_json(first.plan.document),
        command=request.command(),
        sizes=sizes,
        configurations=[Configuration(engine, count) for engine in engines for count in cores],
        repeats=request.repeat,
        warm_ups=request.warm_up,
        memory_limit=limit,
        out=request.out or Path("comparisons") / pipeline,
        child=lambda turn, runs, run_id: _child(request.document, turn, runs, run_id, limited=limit is not None),
        identify=lambda size: _identified(request.document, size),
    )


def _parallelisms(text: str | None) -> list[int]:
    if text is None:
        return [len(os.sched_getaffinity(0))]
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts or not all(part.isdecimal() and int(part) > 0 for part in parts):
        raise ConfigError(f"`--parallelism {text}`: expected whole numbers above 0, as 1,2")
    return list(dict.fromkeys(int(part) for part in parts))


def _memory(text: str) -> int:
    try:
        found = size_of(text)
    except ConfigError:
        found = 0
    if found < 1 << 20:
        raise ConfigError(f"`--memory {text}` is no size: 4GB, 500MB, or a number of bytes")
    return found


def _identified(document: Path, size: Size) -> Identified:
    work = planned(document, size.settings).work()
    return Identified(work.parameters, fingerprints(work.sources))


def _child(document: Path, turn: Turn, runs: Path, run_id: str, *, limited: bool) -> list[str]:
    """Return the command of one run."""
    return [*_run(document, turn.size, turn.configuration, runs, limited=limited), "--uncommitted", run_id, "--measured"]


def _stages(request: _Request, sweep: Sweep) -> Stages:
    """Return the stages that the document has, and how each is run alone."""
    limited = sweep.memory_limit is not None

    def child(size: Size, configuration: Configuration, runs: Path, stage: str) -> list[str]:
        return [*_run(request.document, size, configuration, runs, limited=limited), "--stage", stage]

    return Stages(stage_names(planned(request.document, sweep.sizes[0].settings).plan), child)


def _run(document: Path, size: Size, configuration: Configuration, runs: Path, *, limited: bool) -> list[str]:
    """Return the beginning of a run's command. Under a limit it starts whatever the estimate says: the limit is what is asked."""
    command = [sys.executable, "-m", "crossover", "run", str(document), "--engine", configuration.engine]
    command += ["--parallelism", str(configuration.parallelism), "--runs", str(runs)]
    for name, value in size.settings.items():
        command += ["--set", f"{name}={value}"]
    return [*command, "--json", "--quiet", *(["--force"] if limited else [])]


def _forget(sweep: Sweep) -> None:
    # first what names the others: broken off here, nothing is left that looks whole
    sweep.place.unlink(missing_ok=True)
    for path in (sweep.folder.attempts, sweep.runs / sweep.pipeline / "stages"):
        if path.exists():
            shutil.rmtree(path)
    sweep.folder.attempts.mkdir()


def _tell_known(sweep: Sweep) -> None:
    missing = len(missing_turns(sweep))
    if missing < len(sweep.turns):
        rest = f"{missing} of {len(sweep.turns)} runs are missing" if missing else "nothing is missing (--again begins anew)"
        tell(f"crossover: `{sweep.place}` is there already: {rest}")


def _tell(run: MeasuredRun, done: int, of: int) -> None:
    tell(f"crossover: {run_line(_json_of(run), done, of)}")


def _tell_stage(stage: ApartStage) -> None:
    used = "" if stage.usage is None else f", {show_seconds(stage.usage.wall_s)}"
    tell(f"crossover: {stage.size}  {stage.engine} x{stage.parallelism}  {stage.stage} apart: {stage.outcome}{used}")


def _silent(*told: object) -> None:
    """Tell nothing."""


def _json_of(run: MeasuredRun) -> dict[str, Any]:
    usage = None if run.usage is None else vars(run.usage)
    return {**vars(run), "usage": usage}


def _report(measurement: Measurement, sweep: Sweep, written: Sequence[Path], *, as_json: bool) -> int:
    shown = measurement.to_json()
    error = _nothing_finished(measurement) or _differ(shown)
    if as_json:
        print_json({**shown, "folder": str(sweep.out), "report": [str(path) for path in written], **error_json(error)})
    else:
        _print(shown)
        for path in (sweep.place, *written):
            line(str(path))
    return end(error, as_json=as_json)


def _print(shown: dict[str, Any]) -> None:
    for each in (*shown["verdict"], *answer_lines(shown)):
        line(each)
    show(configurations_table(shown))
    for each in failure_lines(shown):
        line(each)
    apart = apart_table(shown)
    if apart is not None:
        show(apart)
    for each in latency_lines(shown):
        line(each)


def _differ(shown: dict[str, Any]) -> EnginesDiffer | None:
    for size in shown["sizes"]:
        if size["same_answer"] is False:
            first = first_difference(size["certificate"]["first_difference"])
            return EnginesDiffer(f"size {size['name']}: the engines gave different answers. {first}")
    return None


def _nothing_finished(measurement: Measurement) -> CrossoverError | None:
    """Return the error of a comparison of which no run has ended well: what the first one reported."""
    if any(run.finished for run in measurement.runs):
        return None
    first = measurement.runs[0]
    told = f"no run has ended well; the first one, on {first.engine}: {outcome_words(first.outcome, first.message)}"
    if first.error is None:
        return EngineError(told)
    return error_from_json({**first.error, "message": told})
