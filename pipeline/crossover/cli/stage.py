"""One stage of a document: what the jobs call, and `crossover run --stage`."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from crossover.cli.output import end, error_json, print_json, tell
from crossover.cli.summary import gate_error, print_summary, run_json
from crossover.core.errors import ConfigError
from crossover.core.nearest import did_you_mean
from crossover.engines.base import EngineOptions
from crossover.plan.plan import Plan
from crossover.plan.stages import LEARNING, stage_names
from crossover.runs.commit import ACCEPTED, Commit
from crossover.runs.display import choose_display
from crossover.runs.folder import RunFolder, new_run_id
from crossover.runs.lease import Lease
from crossover.runs.memory_check import within_memory
from crossover.runs.run import Work, already_done, missed_gates, perform, publish
from crossover.runs.stages import StageWork, stage_work

STAGES = ("ingest", "clean", "join", "features", *LEARNING)


@dataclass(frozen=True)
class StageRequest:
    """What was asked for, beside the plan."""

    stage: str
    document: Path
    settings: Mapping[str, str]
    engine: str
    options: EngineOptions
    runs: Path
    again: bool
    json: bool
    quiet: bool
    force: bool

    def command(self, stage: str) -> str:
        """Return the command that runs another stage of the same work."""
        words = ["crossover", "run", str(self.document), "--stage", stage]
        for name, value in self.settings.items():
            words += ["--set", f"{name}={value}"]
        return shlex.join([*words, *([] if self.runs == Path("runs") else ["--runs", str(self.runs)])])


def run_stage(request: StageRequest, plan: Plan, work: Work, *, scoring: bool = False) -> int:
    """Run a stage and commit what it hands on; a stage that the document does not have is said to be none of it.

    `scoring`: the document is one that scores, which is one step and has no stages.
    """
    if request.stage not in STAGES:
        hint = did_you_mean(request.stage, STAGES)
        raise ConfigError(f"there is no stage `{request.stage}`{hint}", notes=[f"stages: {', '.join(STAGES)}"])
    if scoring or request.stage not in stage_names(plan):
        return _nothing_to_do(request, plan)
    made = stage_work(plan, work, request.stage, request.runs, request.command)
    made.folder.prepare()
    run_id = new_run_id()
    with Lease(made.folder.lease, run_id) as lease:
        identity = made.identity(request.engine)
        done = None if request.again else already_done(made.folder, identity.key, (request.engine,))
        if done is not None:
            return _report(request, made, done, unchanged=True)
        made.check_tables()
        attempt = made.folder.new_attempt(run_id)
        work = made.work if request.force else within_memory(made.work, made.part)
        perform(work, identity, request.engine, request.options, attempt, choose_display(quiet=request.quiet))
        return _report(request, made, publish(made.folder, attempt, lease), unchanged=False)


def _nothing_to_do(request: StageRequest, plan: Plan) -> int:
    tell(f"crossover: `{plan.pipeline}` has no stage `{request.stage}`; nothing was done")
    if request.json:
        print_json({"pipeline": plan.pipeline, "stage": request.stage, "status": "no such stage", "commit": None, "unchanged": True})
    return 0


def _report(request: StageRequest, made: StageWork, committed: Commit, *, unchanged: bool) -> int:
    folder: RunFolder = made.folder
    attempt = folder.attempt(committed.run)
    record = attempt.read_json(attempt.record.name)
    error = gate_error(missed_gates(record))
    if request.json:
        print_json({**run_json(record, attempt, committed, unchanged=unchanged), "stage": request.stage, **error_json(error)})
    else:
        print_summary(record, attempt)
        _say(request, made, committed, unchanged=unchanged)
    return end(error, as_json=request.json)


def _say(request: StageRequest, made: StageWork, committed: Commit, *, unchanged: bool) -> None:
    if unchanged:
        tell(f"crossover: `{request.stage}` is {committed.status} already as {committed.name}; nothing was done (--again does it again)")
        return
    names = stage_names(made.plan)
    following = "" if made.is_last or committed.status != ACCEPTED else f"; next: {request.command(names[names.index(request.stage) + 1])}"
    tell(f"crossover: `{request.stage}` is {committed.status} as {committed.name}, run {committed.run}{following}")
