"""What Spark writes down of itself is read alike on both lines, and nothing is counted twice.

The logs in `event_logs` are real ones, cut to what is read: Spark 3.5.9 and 4.3.0 grouped a file (1 scan), kept it
and read what was kept three times (1 scan), and joined it to itself (2 scans). The log of 4.3 is cut in three files.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from crossover.engines.spark.event_log import SparkFigures, SparkLog, SparkWork, log_files, read_log
from crossover.engines.spark.jvm_calls import JvmCalls, read_calls, seconds_outside, write_calls

pytestmark = pytest.mark.once

LOGS = Path(__file__).parent / "event_logs"
LINES = ("spark-3.5", "spark-4.3")


def figures_of_folder(folder: Path) -> SparkFigures:
    log = read_log(folder)
    assert log is not None
    return log.figures()


def work_of(events: list[dict[str, Any]], calls: JvmCalls | None = None) -> SparkWork:
    return SparkLog(events, calls).figures().whole


def task(reason: str = "Success", **metrics: int) -> dict[str, Any]:
    shuffle = {"Remote Bytes Read": metrics.get("remote", 0), "Local Bytes Read": metrics.get("local", 0)}
    found = {
        "Shuffle Read Metrics": shuffle,
        "Shuffle Write Metrics": {"Shuffle Bytes Written": metrics.get("written", 0)},
        "Disk Bytes Spilled": metrics.get("spilled", 0),
        "Memory Bytes Spilled": 10 * metrics.get("spilled", 0),
        "JVM GC Time": metrics.get("gc", 0),
        "Executor CPU Time": metrics.get("cpu", 0),
    }
    return {"Event": "SparkListenerTaskEnd", "Task End Reason": {"Reason": reason}, "Task Metrics": found}


@pytest.mark.parametrize("line", LINES)
def test_one_parser_reads_both_lines(line: str) -> None:
    found = figures_of_folder(LOGS / line)
    figures = found.whole
    text = "".join(path.read_text() for path in (LOGS / line).rglob("*") if path.is_file())
    # counted in the text by expressions of another kind
    assert figures.jobs == len(re.findall('"SparkListenerJobStart"', text)) == 13
    assert figures.stages == len(re.findall('"SparkListenerStageCompleted"', text)) == 13
    assert figures.tasks == len(re.findall('"SparkListenerTaskStart"', text)) == 13
    assert figures.failed_tasks == 0
    assert found.event_log_lines == text.count("\n")
    written = re.findall(r'"internal\.metrics\.shuffle\.write\.bytesWritten","Value":(\d+)', text)
    assert figures.shuffle_write_bytes == sum(int(each) for each in written) > 0
    assert figures.shuffle_read_bytes == figures.shuffle_write_bytes
    assert 0.5 < figures.executor_cpu_s < 2
    assert 0 < figures.gc_s < 1
    assert (found.jvm_calls, figures.jvm_call_s, figures.planning_s) == (None, None, None)


@pytest.mark.parametrize("line", LINES)
def test_what_is_kept_is_scanned_once_however_often_it_is_read(line: str) -> None:
    assert figures_of_folder(LOGS / line).whole.scans == 4


def test_files_that_rolled_are_read_in_their_order() -> None:
    names = [path.name.split("_")[1] for path in log_files(LOGS / "spark-4.3")]
    assert names == ["1", "2", "10"]


def test_an_unfinished_log_is_read_up_to_the_line_that_was_cut_off(tmp_path: Path) -> None:
    whole = json.dumps(task(written=7))
    (tmp_path / "local-17.inprogress").write_text(f"{whole}\n{whole}\n{whole[:40]}")
    found = figures_of_folder(tmp_path)
    assert (found.whole.tasks, found.whole.shuffle_write_bytes, found.event_log_lines) == (2, 14, 2)


def test_a_folder_without_a_log_tells_nothing(tmp_path: Path) -> None:
    write_calls(tmp_path, JvmCalls(1, 0.5, ((10.0, 10.5),)))
    assert read_log(tmp_path) is None


def test_failed_tasks_count_with_what_they_used_and_one_that_was_lost_has_nothing() -> None:
    lost = {"Event": "SparkListenerTaskEnd", "Task End Reason": {"Reason": "ExecutorLostFailure"}}
    figures = work_of([task(cpu=10**9), task("ExceptionFailure", cpu=2 * 10**9, spilled=30), lost])
    assert (figures.tasks, figures.failed_tasks) == (3, 2)
    assert (figures.executor_cpu_s, figures.spill_bytes) == (3.0, 30)


def test_bytes_from_other_machines_and_from_this_one_are_one_sum() -> None:
    figures = work_of([task(remote=5, local=6), task(local=7)])
    assert figures.shuffle_read_bytes == 18


def test_a_scan_that_runs_in_two_stages_counts_twice_and_one_that_runs_in_none_not_at_all() -> None:
    metrics = [{"name": "number of files read", "accumulatorId": 5}, {"name": "number of output rows", "accumulatorId": 6}]
    idle = [{"name": "number of files read", "accumulatorId": 8}, {"name": "number of output rows", "accumulatorId": 9}]
    nodes = [{"nodeName": "Scan csv", "metrics": each, "children": []} for each in (metrics, idle)]
    inline = {"nodeName": "LocalTableScan", "metrics": [{"name": "number of output rows", "accumulatorId": 7}], "children": []}
    plan = {"nodeName": "Union", "metrics": [], "children": [*nodes, inline]}
    stages = [{"Event": "SparkListenerStageCompleted", "Stage Info": {"Accumulables": [{"ID": each}]}} for each in (6, 6, 7)]
    start = {"Event": "org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionStart", "sparkPlanInfo": plan}
    assert work_of([start, *stages]).scans == 2


def test_the_pause_of_a_collector_is_counted_once_where_the_jvm_told_it() -> None:
    events = [task(gc=900), task(gc=900)]
    assert work_of(events).gc_s == 1.8
    assert work_of(events, JvmCalls(0, 0.0, (), gc_s=0.9)).gc_s == 0.9


def test_calls_are_read_as_they_were_written(tmp_path: Path) -> None:
    calls = JvmCalls(3, 1.25, ((1_700_000_000.1234, 1_700_000_001.0), (1_700_000_002.0, 1_700_000_002.5)), 0.25)
    write_calls(tmp_path, calls)
    assert read_calls(tmp_path) == calls


def test_planning_is_what_lies_in_calls_and_outside_jobs() -> None:
    job = [
        {"Event": "SparkListenerJobStart", "Job ID": 0, "Submission Time": 11_000},
        {"Event": "SparkListenerJobEnd", "Job ID": 0, "Completion Time": 14_000},
    ]
    found = SparkLog(job, JvmCalls(9, 7.0, ((10.0, 15.0), (16.0, 18.0)))).figures()
    assert (found.jvm_calls, found.whole.jvm_call_s) == (9, 7.0)
    assert found.whole.planning_s == 4.0  # 10 to 11, 14 to 15, 16 to 18


def test_work_belongs_to_the_span_in_which_it_began() -> None:
    job = [
        {"Event": "SparkListenerJobStart", "Job ID": 0, "Submission Time": 11_000},
        {**task(written=5, spilled=2, gc=300), "Task Info": {"Launch Time": 11_500}},
        {"Event": "SparkListenerJobEnd", "Job ID": 0, "Completion Time": 14_000},
        {"Event": "SparkListenerJobStart", "Job ID": 1, "Submission Time": 16_500},
        {**task(written=7), "Task Info": {"Launch Time": 16_600}},
        {"Event": "SparkListenerJobEnd", "Job ID": 1, "Completion Time": 17_000},
    ]
    calls = JvmCalls(9, 7.0, ((10.0, 15.0), (16.0, 18.0)), gc_s=0.9)
    first, second, none = SparkLog(job, calls).within([(10.0, 16.5), (16.5, 18.0), (18.0, 19.0)])
    assert (first.jobs, first.tasks, first.shuffle_write_bytes, first.spill_bytes, first.gc_s) == (1, 1, 5, 2, 0.3)
    assert (first.jvm_call_s, first.planning_s) == (5.5, 2.5)  # 10 to 11, 14 to 15, 16 to 16.5
    assert (second.jobs, second.shuffle_write_bytes, second.jvm_call_s, second.planning_s) == (1, 7, 1.5, 1.0)
    assert (none.jobs, none.tasks, none.jvm_call_s, none.planning_s) == (0, 0, 0.0, 0.0)


@pytest.mark.parametrize("line", LINES)
def test_the_clocks_of_a_real_log_add_up_to_all_of_it(line: str) -> None:
    log = read_log(LOGS / line)
    assert log is not None
    starts = sorted(each["Submission Time"] / 1e3 for each in log.events if each["Event"] == "SparkListenerJobStart")
    middle = starts[len(starts) // 2]
    parts = log.within([(0.0, middle), (middle, 2e10)])
    whole = log.figures().whole
    assert all(0 < part.jobs < whole.jobs for part in parts)
    for name in ("jobs", "stages", "tasks", "scans", "shuffle_write_bytes", "shuffle_read_bytes"):
        assert sum(getattr(part, name) for part in parts) == getattr(whole, name)


@pytest.mark.parametrize(
    ("spans", "jobs", "outside"),
    [
        ([], [(0.0, 1.0)], 0.0),
        ([(0.0, 4.0)], [], 4.0),
        ([(0.0, 4.0)], [(1.0, 3.0), (2.0, 3.5)], 1.5),
        ([(0.0, 2.0), (1.0, 3.0)], [(5.0, 6.0)], 3.0),
        ([(0.0, 1.0), (2.0, 3.0), (4.0, 5.0)], [(0.5, 4.5)], 1.0),
        ([(3.0, 4.0)], [(0.0, 9.0)], 0.0),
    ],
)
def test_seconds_outside_jobs(spans: list[tuple[float, float]], jobs: list[tuple[float, float]], outside: float) -> None:
    assert seconds_outside(spans, jobs) == outside
