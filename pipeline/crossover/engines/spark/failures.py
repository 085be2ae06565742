"""From Spark's exceptions to one line: the truth stands in the last `Caused by:`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from py4j.protocol import Py4JError, Py4JJavaError, Py4JNetworkError
from pyspark.errors import PySparkException

from crossover.core.errors import CrossoverError, DataError, DoesNotFit, EngineError

LIMIT = 400
"""Characters of Spark's own words in a message."""

MEMORY = re.compile(r"OutOfMemoryError|Java heap space|GC overhead limit|exceeds the limit of .*spark\.driver\.maxResultSize")
SPACE = re.compile(r"No space left on device|Disk quota exceeded")
UNREADABLE_FILE = re.compile(r"FileNotFoundException|FAILED_READ_FILE|PATH_NOT_FOUND|Caused by: .*\bparquet\b")
NAMED_FILE = re.compile(r"while reading file (?:file:/*(?=/))?(\S+?)\.(?:\s|$)")
LOST = re.compile(
    r"ExecutorLostFailure|FetchFailedException|Connection (refused|reset)|SparkContext was shut ?down|stopped SparkContext"
    r"|All masters are unresponsive|cluster is down"
)
SILENT = re.compile(r"does not exist in the JVM|Answer from Java side is empty|Error while (sending or receiving|obtaining a new communication)")
"""py4j's words for a JVM that is gone, by what it asked for when it went."""


@contextmanager
def reported(log: Path | None = None) -> Iterator[None]:
    """Turn what Spark raises inside into a CrossoverError of one clear line. `log` is what the JVM wrote to stderr."""
    try:
        yield
    except (Py4JNetworkError, ConnectionError, EOFError) as error:
        raise silent_java(log) from error
    except (Py4JError, PySparkException) as error:
        text = _words(error)
        raise silent_java(log) if SILENT.search(text) else translated(text, of_java=isinstance(error, Py4JJavaError)) from error


def translated(text: str, *, of_java: bool = False) -> CrossoverError:
    """Return the error that a text of Spark means."""
    cause = root_cause(text, of_java=of_java)
    if MEMORY.search(text):
        return DoesNotFit(f"Spark ran out of memory: {cause}", notes=["give it more with spark.driver.memory or spark.executor.memory"])
    if SPACE.search(text):
        return EngineError(f"Spark ran out of disk space: {cause}", notes=["its temporary files lie in spark.local.dir"])
    if LOST.search(text):
        return EngineError(f"Spark lost a part of its cluster: {cause}", transient=True)
    if UNREADABLE_FILE.search(text):
        named = NAMED_FILE.search(text)
        return DataError(f"Spark could not read {named[1] if named else 'a file'}: {cause}")
    return EngineError(f"Spark failed: {cause}")


def silent_java(log: Path | None) -> EngineError:
    """Return the error of a JVM that no longer answers."""
    last = _tail(log)
    if MEMORY.search(last):
        return DoesNotFit(
            "Spark ran out of memory and its JVM ended", notes=["give it more with spark.driver.memory", *_last_lines(last)]
        )
    return EngineError("the JVM of Spark no longer answers", notes=_last_lines(last), transient=True)


def root_cause(text: str, *, of_java: bool = False) -> str:
    """Return the last `Caused by:` of a stack trace, else its first line; without the name of the exception."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    causes = [line.removeprefix("Caused by:").strip() for line in lines if line.startswith("Caused by:")]
    if causes:
        line = causes[-1]
    elif of_java and len(lines) > 1:
        line = lines[1].removeprefix(":").strip()
    else:
        line = lines[0] if lines else "no message"
    return re.sub(r"^(?:[\w$]+\.)+[\w$]+:\s*", "", line)[:LIMIT]


def _words(error: Exception) -> str:
    """Return the text of an error; those of Java ask the JVM for it, which may be gone by now."""
    try:
        return str(error)
    except (Py4JError, OSError, AssertionError):
        return "does not exist in the JVM"


def _tail(log: Path | None) -> str:
    if log is None or not log.exists():
        return ""
    return log.read_bytes()[-20_000:].decode("utf-8", "replace")


def _last_lines(text: str) -> list[str]:
    return [line.strip()[:LIMIT] for line in text.splitlines() if line.strip()][-3:]
