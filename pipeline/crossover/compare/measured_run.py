"""One run of a comparison: a command in a process of its own, and what is written down of it."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from crossover.compare.child_answer import how_it_ended, last_object
from crossover.compare.measurement import (
    DOES_NOT_FIT,
    FAILED,
    FINISHED,
    RETRIES,
    MeasuredClock,
    MeasuredRun,
    MeasuredUsage,
)
from crossover.compare.schedule import Turn
from crossover.compare.spark_run import by_clock, spark_log_of
from crossover.compare.summary import START
from crossover.core.errors import DoesNotFit
from crossover.learning.models.fitted import MODEL
from crossover.runs.durable import read_json
from crossover.runs.folder import Attempt
from crossover.runs.measure.child import Finished, run_measured
from crossover.runs.measure.usage import over_time

RECORDS = frozenset({"record.json", "log.jsonl", "metrics.json"})
"""What is kept of an attempt whose answer is no longer needed."""
SAMPLES = 200
"""Points of a run's use over time that are kept."""


def measure(turn: Turn, command: Sequence[str], attempt: Attempt, memory_limit: int | None) -> MeasuredRun:
    """Run a command that makes an attempt, and return what it took. A failure is a result too."""
    finished = run_measured(command, memory_limit)
    usage, samples = usage_of(finished), tuple(over_time(finished.samples, SAMPLES))
    outcome, message = outcome_of(finished)
    begun = MeasuredRun(
        size=turn.size.name,
        engine=turn.configuration.engine,
        parallelism=turn.configuration.parallelism,
        repeat=turn.repeat,
        discarded=turn.discarded,
        outcome=outcome,
        message=message,
        error=last_object(finished.output).get("error"),
        run=attempt.run_id,
        folder=str(attempt.path),
        usage=usage,
        samples=samples,
    )
    return begun if outcome != FINISHED else _with_record(begun, attempt)


def usage_of(finished: Finished) -> MeasuredUsage:
    """Return what a child used, and who held it to its limit."""
    limit_by = None if finished.limit is None else finished.limit.by
    return MeasuredUsage.from_json({**asdict(finished.usage), "limit_by": limit_by})


def outcome_of(finished: Finished) -> tuple[str, str | None]:
    """Return the outcome of a child and, if it did not end well, why in one line."""
    if finished.too_big is not None:
        return DOES_NOT_FIT, finished.too_big
    answer = last_object(finished.output)
    if "error" in answer:
        return DOES_NOT_FIT if answer["error"]["kind"] == DoesNotFit.kind else FAILED, answer["error"]["message"]
    if finished.code != 0 or "folder" not in answer:
        return FAILED, _killed(finished)
    return FINISHED, None


def _killed(finished: Finished) -> str:
    """Return how a child ended that gave no answer."""
    told = how_it_ended(finished.code)
    if finished.code != -signal.SIGKILL:
        return told
    used = finished.usage.peak_memory / 2**30
    return f"{told} when it had used up to {used:.1f} GiB of memory; the system kills a process when memory runs out"


def keep_records(attempt: Attempt) -> None:
    """Delete an attempt but for its records."""
    if not attempt.path.is_dir():
        return
    for path in attempt.path.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name not in RECORDS:
            path.unlink()


def _with_record(run: MeasuredRun, attempt: Attempt) -> MeasuredRun:
    record = attempt.read_json(attempt.record.name)
    log = spark_log_of(attempt)
    clocks = tuple(_clock(each, work) for each, work in zip(record["clocks"], by_clock(log, record), strict=True))
    models = {each["name"]: each for each in record["outcome"]["models"]}
    spark = None if log is None else log.figures().to_json()
    again = any(each["retries"] for each in record["clocks"]) or bool(spark and spark.get("failed_tasks"))
    counted = {name: each["metrics"].get("training_rows") for name, each in models.items()}
    return MeasuredRun(
        **{
            **vars(run),
            "session_start_s": sum(clock.wall_s for clock in clocks if clock.name == START),
            "clocks": clocks,
            "spark": spark,
            "metrics": {name: each["metrics"] for name, each in models.items()},
            "iterations": _iterations(attempt, models),
            "training_rows": {name: rows for name, rows in counted.items() if rows is not None},
            "marks": (RETRIES,) if again else (),
        }
    )


def _clock(clock: Mapping[str, Any], spark: Mapping[str, Any] | None) -> MeasuredClock:
    return MeasuredClock.from_json({**clock, "read_bytes": clock["bytes_read"], "spark": spark})


def _iterations(attempt: Attempt, models: Mapping[str, Any]) -> dict[str, int]:
    """Return the iterations of each training that tells them."""
    files: dict[str, Path] = {name: attempt.path / name / MODEL for name in models}
    found = {name: read_json(path).get("facts", {}).get("iterations") for name, path in files.items() if path.is_file()}
    return {name: iterations for name, iterations in found.items() if iterations is not None}
