"""How a session opens and ends: whose it is, what it means, what it leaves behind."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyspark import TaskContext
from pyspark.sql import SparkSession

from crossover.engines.base import Engine, EngineOptions
from crossover.engines.registry import open_engine
from crossover.engines.spark import settings
from tests.tables import collected, inline


def test_a_second_engine_shares_the_session_and_leaves_it_alive(spark_engine: Engine[Any], session: SparkSession) -> None:
    with open_engine("spark", EngineOptions(partitions=5)) as second:
        assert second.session.conf.get("spark.sql.shuffle.partitions") == "5"  # type: ignore[attr-defined]
        assert collected(second, inline("a int", [(1,)])) == [(1,)]
    assert collected(spark_engine, inline("a int", [(2,)])) == [(2,)]
    assert session.conf.get("spark.sql.shuffle.partitions") == "3"


def test_the_session_means_what_answers_need(session: SparkSession) -> None:
    assert session.conf.get("spark.sql.session.timeZone") == "UTC"
    assert session.conf.get("spark.sql.timestampType") == "TIMESTAMP_NTZ"
    assert session.sparkContext.master == "local[2,4]"


def test_versions_say_what_runs(spark_engine: Engine[Any]) -> None:
    versions = spark_engine.versions()
    assert set(versions) == {"spark", "pyspark", "java"}
    assert versions["spark"] == versions["pyspark"]


def test_activity_tells_the_stage_that_runs(spark_engine: Engine[Any], session: SparkSession) -> None:
    assert spark_engine.activity() == ""
    slow = session.range(0, 4, 1, 4).selectExpr("java_method('java.lang.Thread', 'sleep', 1500L) as s", "id")
    thread = threading.Thread(target=lambda: slow.filter("s is null").count())
    thread.start()
    seen = set()
    while thread.is_alive():
        seen.add(spark_engine.activity())
        thread.join(0.2)
    assert any(words.startswith("stage ") and words.endswith("/4 tasks") for words in seen)


def test_work_is_counted_by_jobs_shuffled_bytes_and_tasks_that_were_tried_again(spark_engine: Engine[Any], session: SparkSession) -> None:
    before = spark_engine.work_done()
    assert before is not None
    assert spark_engine.work_done() == before
    rows = session.range(0, 1_000, 1, 4)
    assert rows.repartition(3).count() == 1_000
    shuffled = spark_engine.work_done()
    assert shuffled is not None
    done = shuffled - before
    assert done.jobs >= 1
    assert done.bytes_shuffled > 100
    assert (done.bytes_spilled, done.retries) == (0, 0)
    assert rows.mapInArrow(fails_once, "id bigint").count() == 1_000
    after = spark_engine.work_done()
    assert after is not None
    assert (after - shuffled).retries == 4


def fails_once(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    context = TaskContext.get()
    assert context is not None
    if context.attemptNumber() == 0:
        raise ValueError("once")
    yield from batches


def test_settings_of_the_user_win() -> None:
    own = settings.local(EngineOptions(parallelism=3, settings={"spark.master": "local[1]", "spark.sql.shuffle.partitions": "7"}))
    assert own["spark.master"] == "local[1]"
    assert own["spark.sql.shuffle.partitions"] == "7"
    assert settings.local(EngineOptions(parallelism=3))["spark.master"] == "local[3,4]"


@pytest.mark.once
@pytest.mark.parametrize("name", settings.OF_THE_ENVIRONMENT)
@pytest.mark.parametrize(("chosen", "ours"), [("-Xss4m -XX:+UseG1GC", False), ("-XX:+UseStringDeduplication", True), ("", True)])
def test_a_collector_of_the_environment_is_left_alone(monkeypatch: pytest.MonkeyPatch, name: str, chosen: str, ours: bool) -> None:
    for each in settings.OF_THE_ENVIRONMENT:
        monkeypatch.delenv(each, raising=False)
    monkeypatch.setenv(name, chosen)
    given = settings.local(EngineOptions()).get("spark.driver.extraJavaOptions", "")
    assert (settings.COLLECTOR in given) is ours


@pytest.mark.once
def test_a_jvm_of_our_own_starts_with_the_collector(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a process of its own, as this one has a JVM."""
    for each in settings.OF_THE_ENVIRONMENT:
        monkeypatch.delenv(each, raising=False)
    done = subprocess.run([sys.executable, "-c", COLLECTORS], capture_output=True, text=True, check=True)
    assert sorted(done.stdout.splitlines()) == ["PS MarkSweep", "PS Scavenge"]


COLLECTORS = """
from crossover.engines.base import EngineOptions
from crossover.engines.registry import open_engine
with open_engine("spark", EngineOptions(parallelism=1)) as engine:
    for each in engine.session.sparkContext._jvm.java.lang.management.ManagementFactory.getGarbageCollectorMXBeans():
        print(each.getName())
"""


@pytest.mark.once
@pytest.mark.parametrize(
    ("limit", "heap"), [(4 << 30, "2252m"), (1 << 30, "563m"), (300 << 20, "512m"), (100 << 30, "30720m")]
)
def test_the_heap_is_a_part_of_the_memory_that_a_run_may_take(limit: int, heap: str) -> None:
    assert settings.local(EngineOptions(memory=limit))["spark.driver.memory"] == heap


@pytest.mark.once
def test_an_event_log_is_written_as_plain_text_and_only_where_one_is_asked_for(tmp_path: Path) -> None:
    own = settings.local(EngineOptions(event_log=tmp_path))
    assert own["spark.eventLog.dir"] == tmp_path.as_uri()
    assert (own["spark.eventLog.enabled"], own["spark.eventLog.compress"]) == ("true", "false")
    assert not any(name.startswith("spark.eventLog") for name in settings.local(EngineOptions()))


LIFE = """
import sys
from pathlib import Path
from crossover.core.errors import CrossoverError
from crossover.engines.base import EngineOptions
from crossover.engines.registry import open_engine
options = EngineOptions(parallelism=2, partitions=2, settings={"spark.driver.memory": "600m"}, event_log=Path("events"))
"""

TWICE = LIFE + """
from dataclasses import replace
from crossover.engines.spark.event_log import read_log
for each in ("first", "second"):
    with open_engine("spark", replace(options, event_log=Path("events") / each)) as engine:
        print(engine.session.range(5).repartition(3).count(), engine.session.sparkContext.master)
    found = read_log(Path("events") / each).figures()
    done = found.whole
    print(done.jobs > 0, done.tasks >= 3, done.scans, done.shuffle_write_bytes > 0, done.failed_tasks)
    print(3 < found.jvm_calls < 300, 0 < done.planning_s < done.jvm_call_s < 60, done.gc_s > 0)
"""

KILLED = LIFE + """
import os, signal
import pyarrow as pa
from crossover.relations.nodes import InlineTable, Materialise, Scan
kept = Materialise(Scan(InlineTable(pa.table({"n": [1, 2, 3]})), ("n",)), "kept", "of a test")
with open_engine("spark", options) as engine:
    print(engine.collect(kept).num_rows)
    os.kill(engine.session._jvm.java.lang.ProcessHandle.current().pid(), signal.SIGKILL)
    try:
        engine.versions()
    except CrossoverError as error:
        print(type(error).__name__, error.transient, error.message)
with open_engine("spark", options) as engine:
    print(engine.session.range(7).count())
"""

SUBMITTED = LIFE + """
with open_engine("spark", EngineOptions()) as engine:
    print(engine.session.sparkContext.master, engine.session.conf.get("spark.sql.session.timeZone"))
    print(engine.session.range(9).count())
"""


def run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, cwd=folder)


@pytest.mark.slow
def test_a_process_may_open_one_engine_after_the_other_and_hears_nothing_of_spark(tmp_path: Path) -> None:
    done = run([sys.executable, "-c", TWICE], tmp_path)
    assert (done.stderr, done.returncode) == ("", 0)
    assert done.stdout.splitlines() == ["5 local[2,4]", "True True 0 True 0", "True True True"] * 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["events"]


@pytest.mark.slow
def test_a_killed_jvm_is_one_line_and_the_next_engine_opens(tmp_path: Path) -> None:
    done = run([sys.executable, "-c", KILLED], tmp_path)
    assert done.stdout.splitlines() == ["3", "EngineError True the JVM of Spark no longer answers", "7"]
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_under_spark_submit_its_master_and_its_session_are_taken(tmp_path: Path) -> None:
    import pyspark

    submit = Path(pyspark.__file__).parent / "bin" / "spark-submit"
    (tmp_path / "job.py").write_text(SUBMITTED, encoding="utf-8")
    python = f"spark.pyspark.python={sys.executable}"
    done = run([str(submit), "--master", "local[1]", "--conf", "spark.ui.enabled=false", "--conf", python, "job.py"], tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["local[1] UTC", "9"]
