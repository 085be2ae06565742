"""`crossover engines --prepare-spark`: what it runs, and what it says. `make test` itself runs it on both lines of Spark."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from crossover.cli import prepare_spark
from crossover.cli.main import main
from crossover.engines.spark import class_archive

pytestmark = pytest.mark.once


def test_its_document_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    prepare_spark._write(tmp_path)
    assert main(["run", "prepare_spark.yaml", "--engine", "pandas", "--runs", "runs", "--quiet"]) == 0


def test_it_tells_where_the_archive_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def make(run: Callable[[str], None]) -> Path:
        (tmp_path / "made.jsa").write_bytes(b"12345")
        return tmp_path / "made.jsa"

    monkeypatch.setattr(class_archive, "make", make)
    assert main(["engines", "--prepare-spark", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"archive": str(tmp_path / "made.jsa"), "bytes": 5}


def test_it_is_not_asked_for_beside_the_meter(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["engines", "--prepare-spark", "--meter"]) == 2
    assert capsys.readouterr().err == "crossover: --meter and --prepare-spark are two things to do: give one of them\n"


def test_a_spark_that_does_not_start_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A JVM that is told of two collectors ends at once."""
    monkeypatch.setattr(class_archive, "make", lambda run: run("-XX:+UseSerialGC -XX:+UseG1GC"))
    assert main(["engines", "--prepare-spark"]) == 4
    assert capsys.readouterr().err.startswith("crossover: Spark did not run a document of 400 rows\n")
