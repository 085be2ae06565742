"""Start and stop a Spark of our own: a JVM that writes its messages to a file instead of the user's terminal."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pyspark import SparkConf, SparkContext
from pyspark.java_gateway import launch_gateway
from pyspark.sql import SparkSession


def launch(settings: Mapping[str, str], java_home: Path | None, log: Path) -> SparkSession:
    """Start a JVM with the settings; what it and the Python workers write to stderr goes to `log`."""
    configuration = SparkConf(loadDefaults=False).setAll(list(settings.items()))
    with _environment(JAVA_HOME=str(java_home) if java_home else None), log.open("ab") as messages:
        # Two messages stand before any log configuration is read, one of them by the JVM itself: only stderr holds all.
        start: Callable[..., Any] = launch_gateway
        gateway = start(configuration, popen_kwargs={"stderr": messages})
    # A JVM that dies makes py4j write a stack trace for every object that Python still holds.
    logging.getLogger("py4j").setLevel(logging.CRITICAL)
    return SparkSession(SparkContext(conf=configuration, gateway=gateway))


def shut_down(session: SparkSession) -> None:
    """Stop the session and end its JVM, so that the next one can have other settings."""
    session.stop()
    gateway: Any = SparkContext._gateway
    if gateway is None:
        return
    gateway.shutdown()
    if getattr(gateway, "proc", None) is not None:
        gateway.proc.stdin.close()
        gateway.proc.wait(timeout=30)
    SparkContext._gateway = None
    SparkContext._jvm = None


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
