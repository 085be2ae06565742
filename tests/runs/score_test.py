"""A model trained on one engine scores on any other, with the features that trained it."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path
from random import Random

import pyarrow.parquet as pq
import pytest

from crossover.cli.main import main
from tests.conftest import chosen_engines

DOCUMENT = """\
pipeline: late
parameters:
  data: {type: string}
  from_minutes: 15
sources:
  trips:
    path: $data/trips.csv
    key: [id]
    columns: {id: int, km: double, kind: string, line: string, delay: double}
    outcomes: [delay]
features:
  trips:
    - derive:
        late: delay > $from_minutes
        log_km: ln(km)
models:
  late:
    from: trips
    label: late
    split: {by: [id], test: 0.3}
    inputs:
      - {columns: [km, log_km], impute: median, scale: standard}
      - {columns: [kind], encode: one_hot}
      - {columns: [line], encode: label_mean}
    train: {kind: logistic_regression, l2: 0.01}
"""


def trips(rows: int) -> str:
    random = Random(3)
    lines = ["id,km,kind,line,delay"]
    for number in range(rows):
        km = "" if random.random() < 0.1 else f"{random.uniform(1, 90):.2f}"
        kind = random.choice(("bus", "train", "tram", ""))
        lines.append(f"{number},{km},{kind},{random.choice('abcd')},{random.gauss(12 if kind == 'bus' else 18, 10):.1f}")
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("score")
    (place / "late.yaml").write_text(DOCUMENT, encoding="utf-8")
    (place / "trips.csv").write_text(trips(400), encoding="utf-8")
    return place


def run(*arguments: str) -> int:
    return main([*arguments, "--quiet"])


def probabilities(place: Path) -> dict[int, float]:
    table = pq.read_table(place).to_pydict()
    return dict(zip(table["id"], table["probability"], strict=True))


@pytest.mark.slow
def test_every_engine_gives_the_scores_of_the_run_that_trained(
    folder: Path, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> None:
    runs = str(folder / "runs")
    assert run("run", str(folder / "late.yaml"), "--set", f"data={folder}", "--runs", runs) == 0
    (attempt,) = (folder / "runs" / "late" / "attempts").iterdir()
    expected = probabilities(attempt / "scores" / "late")
    assert len(expected) == 400
    for engine in chosen_engines(request.config):
        command = ["score", f"{runs}/late/current/late", "--engine", engine, "--runs", f"{runs}-{engine}", "--quiet"]
        subprocess.run([sys.executable, "-m", "crossover", *command], check=True, capture_output=True)
        (scored,) = (folder / f"runs-{engine}" / "late-late-scores" / "attempts").iterdir()
        got = probabilities(scored / "scores" / "late")
        assert got.keys() == expected.keys()
        assert all(math.isclose(got[key], value, rel_tol=1e-12) for key, value in expected.items())
    capsys.readouterr()


def test_a_parameter_of_the_features_is_frozen_in_the_model(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runs = str(folder / "frozen")
    assert run("run", str(folder / "late.yaml"), "--set", f"data={folder}", "--runs", runs) == 0
    capsys.readouterr()
    assert run("score", f"{runs}/late/current/late", "--set", "from_minutes=5") == 2
    told = capsys.readouterr().err
    assert "`from_minutes` is frozen in the model (15); it cannot be set" in told
    assert "free: data" in told


def test_a_folder_without_a_model_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("score", str(tmp_path)) == 2
    assert "is no model's folder" in capsys.readouterr().err
