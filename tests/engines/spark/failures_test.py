"""One clear line from Spark's stack traces."""

from __future__ import annotations

from pathlib import Path

import pytest

from crossover.core.errors import DataError, DoesNotFit, EngineError
from crossover.engines.spark.failures import root_cause, silent_java, translated

TRACE = """An error occurred while calling o42.count.
: org.apache.spark.SparkException: Job aborted due to stage failure: Task 0 in stage 1.0 failed 4 times
\tat org.apache.spark.scheduler.DAGScheduler.failJobAndIndependentStages(DAGScheduler.scala:2856)
Caused by: org.apache.spark.SparkException: [FAILED] in between
\tat somewhere
Caused by: java.io.IOException: {cause}
\tat org.apache.spark.Deep.down(Deep.scala:1)
"""


def test_the_truth_is_the_last_cause() -> None:
    assert root_cause(TRACE.format(cause="the real thing"), of_java=True) == "the real thing"
    assert root_cause("[TABLE_NOT_FOUND] no such table\n== SQL ==\n...") == "[TABLE_NOT_FOUND] no such table"
    assert root_cause("An error occurred while calling o1.x.\n: java.lang.IllegalStateException: closed", of_java=True) == "closed"


@pytest.mark.parametrize(
    ("cause", "kind", "transient", "words"),
    [
        ("No space left on device", EngineError, False, "disk space"),
        ("java.lang.OutOfMemoryError: Java heap space", DoesNotFit, False, "out of memory"),
        ("ExecutorLostFailure (executor 1 exited)", EngineError, True, "lost a part of its cluster"),
        ("java.io.FileNotFoundException: File file:/x.csv does not exist", DataError, False, "could not read a file"),
        ("something else", EngineError, False, "Spark failed: something else"),
    ],
)
def test_what_kind_of_failure_it_is(cause: str, kind: type[Exception], transient: bool, words: str) -> None:
    error = translated(TRACE.format(cause=cause), of_java=True)
    assert type(error) is kind
    assert words in error.message
    assert "\n" not in error.message
    assert getattr(error, "transient", False) is transient


def test_messages_are_bounded() -> None:
    assert len(translated("x" * 100_000).message) < 500


def test_a_jvm_that_died_of_memory_is_not_worth_another_try(tmp_path: Path) -> None:
    log = tmp_path / "spark.log"
    log.write_text("INFO\njava.lang.OutOfMemoryError: Java heap space\n", encoding="utf-8")
    assert not silent_java(log).transient
    log.write_text("killed\n", encoding="utf-8")
    assert silent_java(log).transient
    assert silent_java(None).transient
