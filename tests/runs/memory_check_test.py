"""The estimate is right within a factor of two, and what will not fit is refused before it begins."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from benchmarks.skeleton import data

from crossover.cli.example import example
from crossover.cli.main import main
from crossover.runs.available_memory import VARIABLE

ROOT = Path(__file__).parents[2]
DOCUMENTS = {"flights": ROOT / "conf" / "flights.yaml", "skeleton": ROOT / "benchmarks" / "skeleton" / "skeleton.yaml"}
ROWS = 500_000
ONE_MACHINE = ("pandas", "polars")


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    place = tmp_path_factory.mktemp("memory")
    example("flights", place / "flights")
    data.write(place / "skeleton", ROWS)
    return {name: place / name for name in DOCUMENTS}


def alone(*arguments: str) -> dict[str, Any]:
    """Run the command in a process of its own, whose peak is then its own too."""
    command = [sys.executable, "-m", "crossover", "run", *arguments, "--quiet", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-1000:]
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@pytest.mark.slow
@pytest.mark.once
@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("engine", ONE_MACHINE)
def test_the_estimate_is_right_within_a_factor_of_two(name: str, engine: str, folders: dict[str, Path], tmp_path: Path) -> None:
    arguments = (str(DOCUMENTS[name]), "--set", f"data={folders[name]}", "--engine", engine, "--runs", str(tmp_path))
    answer = alone(*arguments)
    events = [json.loads(line) for line in (Path(answer["folder"]) / "log.jsonl").read_text().splitlines()]
    (estimate,) = (each["memory"] for each in events if each["event"] == "estimate")
    assert 0.5 < estimate / answer["peak_memory"] < 2


@pytest.fixture
def rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A document of one table of 200,000 rows in a folder of its own."""
    (tmp_path / "rows.csv").write_text("id,amount\n" + "".join(f"{n},{n % 97}.5\n" for n in range(200_000)), encoding="utf-8")
    (tmp_path / "rows.yaml").write_text(
        "pipeline: rows\nsources:\n  rows:\n    path: rows.csv\n    key: [id]\n    columns: {id: int, amount: double}\n"
        "features:\n  rows:\n    - derive:\n        double: amount * 2\nstore: [rows]\n",
        encoding="utf-8",
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("engine", ONE_MACHINE)
def test_what_will_not_fit_is_refused_in_one_line_before_it_begins(
    engine: str, rows: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(VARIABLE, "50m")
    assert main(["run", "rows.yaml", "--engine", engine, "--quiet"]) == 4
    told = capsys.readouterr().err
    assert told.startswith(f"crossover: {engine} would need about 1")
    assert told.endswith(", and 50 MiB are available: use --engine spark or a larger machine; --force tries it all the same\n")
    assert told.count("\n") == 1
    assert not (rows / "runs" / "rows" / "current.json").exists()
    assert main(["run", "rows.yaml", "--engine", engine, "--quiet", "--force"]) == 0


def test_what_fits_is_done_and_its_estimate_logged(rows: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv(VARIABLE, "1g")
    assert main(["run", "rows.yaml", "--quiet", "--json"]) == 0
    log = Path(json.loads(capsys.readouterr().out)["folder"]) / "log.jsonl"
    (found,) = (each for each in map(json.loads, log.read_text().splitlines()) if each["event"] == "estimate")
    # an interpreter with pandas, 200,000 rows of 24 bytes a few times
    assert 150 << 20 < found["memory"] < 190 << 20


@pytest.mark.once
def test_several_engines_refuse_too(rows: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv(VARIABLE, "50m")
    assert main(["run", "rows.yaml", "--engine", "pandas,polars", "--quiet"]) == 4
    assert "would need about" in capsys.readouterr().err
    assert main(["run", "rows.yaml", "--engine", "pandas,polars", "--quiet", "--force"]) == 0
