"""What Spark writes down of itself: one parser for the single file of Spark 3.5 and the rolling folder of Spark 4.

Only counts are taken that were seen to be right. Spark's own bytes read are not: 4.3 told 0.02 MB of 127 MB of Parquet,
and counts cached blocks as input.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from crossover.engines.spark.jvm_calls import JvmCalls, Span, overlap, read_calls, seconds_outside

ROLLING = re.compile(r"events_(\d+)_")
"""A file of Spark 4's folder `eventlog_v2_<application>`, by its number; beside it lies an empty `appstatus_`."""
SINGLE = re.compile(r"(?:local|app|application|spark)-[^.]+(?:\.inprogress)?$")
"""The file of Spark 3.5, by the application."""
FILES_READ = "number of files read"
"""A metric that only the scan of files has."""


@dataclass(frozen=True)
class SparkWork:
    """What Spark did in some time. `None` is "not known", never 0."""

    jobs: int
    stages: int
    """That ran; what was skipped because its output was there still does not count."""
    tasks: int
    failed_tasks: int
    scans: int
    """How often a source was read: a scan of files counts once for each stage that ran it."""
    shuffle_read_bytes: int
    shuffle_write_bytes: int
    spill_bytes: int
    """Written to disk because memory was out."""
    gc_s: float
    """Of a session: of the JVM if it told at its end. Else the sum over tasks, in which tasks beside each other count one pause twice."""
    executor_cpu_s: float
    """CPU seconds of tasks inside the JVM."""
    jvm_call_s: float | None
    """Seconds that Python's main thread spent in calls to the JVM after the session had started, jobs included: a call that starts a job waits for it."""
    planning_s: float | None
    """Seconds of them in which no job ran: building and planning queries, and the calls themselves."""


@dataclass(frozen=True)
class SparkFigures:
    """What a session did."""

    whole: SparkWork
    jvm_calls: int | None
    """Calls of Python's main thread to the JVM after the session had started."""
    event_log_lines: int

    def to_json(self) -> dict[str, Any]:
        """Return JSON values."""
        return {**asdict(self.whole), "jvm_calls": self.jvm_calls, "event_log_lines": self.event_log_lines}


@dataclass(frozen=True)
class SparkLog:
    """What is written down of a session that has ended: the events of Spark, and the calls to the JVM."""

    events: Sequence[Mapping[str, Any]]
    calls: JvmCalls | None = None

    def figures(self) -> SparkFigures:
        """Return the figures of the session."""
        log = _Log()
        for event in self.events:
            log.take(event)
        calls = self.calls
        work = log.work(None if calls is None else calls.spans)
        if calls is None:
            return SparkFigures(work, None, len(self.events))
        # both were counted as they happened: spans hold calls that follow each other closely as one
        work = replace(work, jvm_call_s=calls.seconds, gc_s=work.gc_s if calls.gc_s is None else calls.gc_s)
        return SparkFigures(work, calls.number, len(self.events))

    def within(self, spans: Sequence[Span]) -> list[SparkWork]:
        """Return what was done in each span of time, each by what began in it."""
        logs = [_Log() for _ in spans]
        for event in self.events:
            began = _began(event)
            for log, (first, last) in zip(logs, spans, strict=True):
                if began is None or first <= began < last:
                    log.take(event)
        calls = [None if self.calls is None else list(overlap(self.calls.spans, span)) for span in spans]
        return [log.work(each) for log, each in zip(logs, calls, strict=True)]


def read_log(folder: Path) -> SparkLog | None:
    """Return the event log in a folder; None if there is none."""
    events = [event for file in log_files(folder) for event in _events(file)]
    return SparkLog(events, read_calls(folder)) if events else None


def log_files(folder: Path) -> list[Path]:
    """Return the files of the event log in a folder, in the order they were written."""
    rolling = [(int(found[1]), path) for path in folder.rglob("events_*") if (found := ROLLING.match(path.name))]
    if rolling:
        return [path for _, path in sorted(rolling)]
    return sorted(path for path in folder.glob("*") if path.is_file() and SINGLE.match(path.name))


class _Log:
    """Adds up events, each kind by a method of its own."""

    def __init__(self) -> None:
        self.tasks = self.failed = 0
        self.shuffle_read = self.shuffle_write = self.spill = self.gc_ms = self.cpu_ns = 0
        self.jobs: dict[int, tuple[float, float]] = {}
        self.stages: list[set[int]] = []
        self.scans: dict[int, int] = {}
        self._kinds = {
            "SparkListenerJobStart": self._job_started,
            "SparkListenerJobEnd": self._job_ended,
            "SparkListenerStageCompleted": self._stage,
            "SparkListenerTaskEnd": self._task,
            "SparkListenerSQLExecutionStart": self._plan,
            "SparkListenerSQLAdaptiveExecutionUpdate": self._plan,
        }

    def take(self, event: Mapping[str, Any]) -> None:
        take = self._kinds.get(event["Event"].rsplit(".", 1)[-1])
        if take is not None:
            take(event)

    def work(self, calls: Sequence[Span] | None) -> SparkWork:
        """Return what was added up; `calls` are the times in which Python waited for the JVM."""
        # each scan is known by the smallest of its metrics; a stage that ran it names at least one of them
        scans = sum(len({self.scans[metric] for metric in stage if metric in self.scans}) for stage in self.stages)
        return SparkWork(
            jobs=len(self.jobs),
            stages=len(self.stages),
            tasks=self.tasks,
            failed_tasks=self.failed,
            scans=scans,
            shuffle_read_bytes=self.shuffle_read,
            shuffle_write_bytes=self.shuffle_write,
            spill_bytes=self.spill,
            gc_s=self.gc_ms / 1e3,
            executor_cpu_s=self.cpu_ns / 1e9,
            jvm_call_s=None if calls is None else sum(ended - began for began, ended in calls),
            planning_s=None if calls is None else seconds_outside(calls, list(self.jobs.values())),
        )

    def _job_started(self, event: Mapping[str, Any]) -> None:
        began = event["Submission Time"] / 1e3
        self.jobs[event["Job ID"]] = (began, began)

    def _job_ended(self, event: Mapping[str, Any]) -> None:
        if event["Job ID"] in self.jobs:
            began, _ = self.jobs[event["Job ID"]]
            self.jobs[event["Job ID"]] = (began, event["Completion Time"] / 1e3)

    def _stage(self, event: Mapping[str, Any]) -> None:
        self.stages.append({each["ID"] for each in event["Stage Info"]["Accumulables"]})

    def _task(self, event: Mapping[str, Any]) -> None:
        self.tasks += 1
        self.failed += event["Task End Reason"]["Reason"] != "Success"
        # a task that was lost with its executor has none
        metrics = event.get("Task Metrics")
        if metrics is None:
            return
        read = metrics["Shuffle Read Metrics"]
        self.shuffle_read += read["Remote Bytes Read"] + read["Local Bytes Read"]
        self.shuffle_write += metrics["Shuffle Write Metrics"]["Shuffle Bytes Written"]
        self.spill += metrics["Disk Bytes Spilled"]
        self.gc_ms += metrics["JVM GC Time"]
        self.cpu_ns += metrics["Executor CPU Time"]

    def _plan(self, event: Mapping[str, Any]) -> None:
        """Note the scans of a plan. A cached table's plan stands below each of its readers, always with the same metrics."""
        for node in _nodes(event["sparkPlanInfo"]):
            metrics = {each["accumulatorId"]: each["name"] for each in node["metrics"]}
            if FILES_READ in metrics.values():
                self.scans.update(dict.fromkeys(metrics, min(metrics)))


def _began(event: Mapping[str, Any]) -> float | None:
    """Return when the job, stage or task of an event began, in seconds since 1970; None of what concerns no moment, as a plan."""
    match event["Event"]:
        case "SparkListenerJobStart":
            milliseconds = event["Submission Time"]
        case "SparkListenerStageCompleted":
            milliseconds = event["Stage Info"]["Submission Time"]
        case "SparkListenerTaskEnd":
            milliseconds = event["Task Info"]["Launch Time"]
        case _:
            return None
    return float(milliseconds) / 1e3


def _nodes(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield plan
    for child in plan["children"]:
        yield from _nodes(child)


def _events(file: Path) -> Iterator[Mapping[str, Any]]:
    """Yield the events of a file; of a JVM that was killed the last line may be cut off."""
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            if line.endswith("\n"):
                yield json.loads(line)
