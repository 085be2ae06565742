"""Start and stop a Spark of our own: a JVM that writes its messages to a file instead of the user's terminal."""

from __future__ import annotations

import logging
import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from py4j.protocol import Py4JError
from pyspark import SparkConf, SparkContext
from pyspark.java_gateway import launch_gateway
from pyspark.sql import SparkSession

from crossover.engines.spark import class_archive

PATIENCE = 30
"""Seconds that a JVM gets to end by itself."""


def launch(settings: Mapping[str, str], java_home: Path | None, log: Path) -> SparkSession:
    """Start a JVM with the settings; what it and the Python workers write to stderr goes to `log`."""
    configuration = SparkConf(loadDefaults=False).setAll(list(settings.items()))
    with _environment(JAVA_HOME=str(java_home) if java_home else None), log.open("ab") as messages:
        # Two messages stand before any log configuration is read, one of them by the JVM itself: only stderr holds all.
        start: Callable[..., Any] = launch_gateway
        gateway = start(configuration, popen_kwargs={"stderr": messages})
    _silence()
    return SparkSession(SparkContext(conf=configuration, gateway=gateway))


def _silence() -> None:
    """What is raised is not to be logged as well."""
    # A JVM that dies makes py4j write a stack trace for every object that Python still holds, some by the root logger.
    logging.getLogger("py4j").setLevel(logging.CRITICAL)
    logging.getLogger().addFilter(_not_of_py4j)
    # Spark 4 writes each analysis error as JSON to stderr besides raising it.
    logging.getLogger("DataFrameQueryContextLogger").setLevel(logging.CRITICAL)


def _not_of_py4j(record: logging.LogRecord) -> bool:
    return record.name != "root" or "py4j" not in Path(record.pathname).parts


def shut_down(session: SparkSession) -> None:
    """Stop the session and end its JVM, so that the next one can have other settings. A JVM may be dead already."""
    gateway: Any = SparkContext._gateway
    with suppress(Py4JError, ConnectionError):
        session.stop()
    if gateway is None:
        return
    with suppress(Py4JError, ConnectionError):
        gateway.shutdown()
    _end(getattr(gateway, "proc", None))
    _forget_context()


def _end(process: subprocess.Popen[bytes] | None) -> None:
    """A JVM that we started ends when its input does; one of spark-submit is not ours to end."""
    if process is None:
        return
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(timeout=class_archive.PATIENCE if class_archive.is_made_at_exit() else PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _forget_context() -> None:
    """What pyspark still holds of a JVM that is gone would be taken for a running one."""
    SparkContext._active_spark_context = None
    SparkContext._gateway = None
    SparkContext._jvm = None
    for name in ("_instantiatedSession", "_activeSession"):
        if hasattr(SparkSession, name):
            setattr(SparkSession, name, None)


@contextmanager
def _environment(**variables: str | None) -> Iterator[None]:
    """Environment variables for the processes started inside; None leaves one as it is."""
    before = {name: os.environ.get(name) for name, value in variables.items() if value is not None}
    os.environ.update({name: value for name, value in variables.items() if value is not None})
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
