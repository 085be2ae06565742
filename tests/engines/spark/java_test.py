"""Finding a Java: the machine's, else the package's; and the launcher that leaves one argument out."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from crossover.engines.spark import java, missing


def fake_java(folder: Path, version: str, modules: str = "") -> Path:
    """Return the home of a `java` that prints what it is told and its arguments."""
    path = folder / "bin" / "java"
    path.parent.mkdir(parents=True)
    path.write_text(
        f"""#!/bin/sh
case "$1" in
-version) echo 'openjdk version "{version}"' >&2;;
--list-modules) echo '{modules}';;
*) for argument; do echo "[$argument]"; done;;
esac
""",
        encoding="utf-8",
    )
    path.chmod(0o755)
    return folder


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """A machine without Java and without the package."""
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("JAVA_HOME", "PYSPARK_GATEWAY_PORT", "SPARK_REMOTE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(java, "_homes_of_packages", list)
    return monkeypatch


@pytest.mark.parametrize(
    ("version", "spark", "suits"),
    [("17.0.15", "3.5.9", True), ("21", "3.5.6", True), ("24.0.1", "3.5.6", False), ("11.0.2", "3.5.6", False),
     ("1.8.0_402", "4.0.2", False), ("17.0.1", "4.3.0", True), ("25-ea", "4.3.0", True), ("11.0.2", "4.0.0", False)],
)  # fmt: skip
def test_which_java_suits_which_spark(bare: pytest.MonkeyPatch, tmp_path: Path, version: str, spark: str, suits: bool) -> None:
    home = fake_java(tmp_path / version, version, "jdk.incubator.vector@17")
    bare.setenv("JAVA_HOME", str(home))
    assert java.java_home(spark) == (home if suits else None)
    assert (java.java_problem(spark) is None) == suits


def test_without_java_one_line_says_what_to_do(bare: pytest.MonkeyPatch) -> None:
    assert java.java_problem("3.5.6") == (
        'Spark 3.5.6 needs Java 17 or 21: pip install "crossover-ml[java]", or set JAVA_HOME to a JDK 17'
    )
    assert "needs Java 17 or newer" in (java.java_problem("4.3.0") or "")


def test_a_session_that_somebody_else_started_brings_its_own(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("PYSPARK_GATEWAY_PORT", "4242")
    assert java.java_problem("4.3.0") is None


def test_an_unsuitable_java_home_is_passed_over(bare: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bare.setenv("JAVA_HOME", str(fake_java(tmp_path / "old", "11.0.1")))
    good = fake_java(tmp_path / "good", "17.0.1")
    bare.setenv("PATH", str(good / "bin"))
    assert java.java_home("3.5.6") == good


def test_the_launcher_leaves_out_the_module_that_is_not_there(bare: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bare.setenv("JAVA_HOME", str(fake_java(tmp_path / "a java", "17.0.1", "java.base@17.0.1")))
    home = java.java_home("4.3.0")
    assert home is not None
    assert home.is_relative_to(tmp_path / "cache")
    arguments = ["-Xmx1g", "--add-modules=jdk.incubator.vector", "a b", "", "--add-opens=java.base/x=ALL-UNNAMED", "$HOME *"]
    bare.undo()
    done = subprocess.run([home / "bin" / "java", *arguments], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["[-Xmx1g]", "[a b]", "[]", "[--add-opens=java.base/x=ALL-UNNAMED]", "[$HOME *]"]


def test_a_java_that_has_the_module_or_a_spark_that_does_not_ask_needs_no_launcher(bare: pytest.MonkeyPatch, tmp_path: Path) -> None:
    home = fake_java(tmp_path / "java", "17.0.1", "java.base@17.0.1")
    bare.setenv("JAVA_HOME", str(home))
    assert java.java_home("3.5.9") == home
    full = fake_java(tmp_path / "full", "17.0.1", "jdk.incubator.vector@17.0.1")
    bare.setenv("JAVA_HOME", str(full))
    assert java.java_home("4.3.0") == full


def test_the_launcher_may_be_written_by_many_at_once(bare: pytest.MonkeyPatch, tmp_path: Path) -> None:
    home = fake_java(tmp_path / "java", "17.0.1")
    with ThreadPoolExecutor(8) as pool:
        homes = set(pool.map(lambda _: java.launcher_home(home / "bin" / "java"), range(40)))
    (only,) = homes
    assert [path.name for path in (only / "bin").iterdir()] == ["java"]
    assert os.access(only / "bin" / "java", os.X_OK)


def test_nothing_is_missing_here() -> None:
    assert missing() is None


SCRIPT = """
import sys
from crossover.engines.base import EngineOptions
from crossover.engines.registry import missing, open_engine
assert missing("spark") is None, missing("spark")
with open_engine("spark", EngineOptions(parallelism=2, partitions=2, settings={"spark.driver.memory": "700m"})) as engine:
    from pyspark.sql import SparkSession
    rows = engine.session.range(10).selectExpr("sum(id) as total").collect()
    print(rows[0][0], engine.versions()["java"])
"""


@pytest.mark.slow
@pytest.mark.once
def test_a_machine_without_java_runs_on_the_package(tmp_path: Path) -> None:
    """Also: nothing but our own words reaches the terminal."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in ("bash", "sh", "dirname", "basename", "readlink", "ps", "cat", "rm", "mkdir", "chmod", "env", "uname", "ls", "which", "id", "setsid"):
        found = next((Path(folder) / tool for folder in ("/bin", "/usr/bin") if (Path(folder) / tool).exists()), None)
        if found:
            (tools / tool).symlink_to(found)
    environment = {"PATH": str(tools), "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, env=environment, check=False, timeout=300, cwd=tmp_path)
    assert done.stderr == ""
    assert done.stdout.split()[0] == "45"
    assert done.stdout.split()[1].startswith("17.")
