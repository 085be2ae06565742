"""A model trained on one engine scores on any other, with the features that trained it."""

from __future__ import annotations

import csv
import json
import math
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any

import pyarrow.parquet as pq
import pytest

from crossover.cli.main import main
from crossover.engines.base import Engine
from crossover.runs.display import choose_display
from crossover.runs.folder import Attempt
from crossover.runs.measure.process_tree import ProcessTree
from crossover.runs.progress import Progress
from crossover.runs.score import scoring
from tests.conftest import OpenEngines, chosen_engines
from tests.documents.running import run_document

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
      - {columns: [kind, line], encode: one_hot}
      - {columns: [line, kind], encode: label_mean}
      - {columns: [kind], encode: frequency, scale: robust}
      - {columns: [line], encode: ordinal, scale: min_max}
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


BARE = """\
import json, sys

class Refused:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] not in allowed:
            raise ImportError(f"{name} is not there")

allowed = {"crossover", "numpy", "safetensors", *sys.stdlib_module_names, *json.loads(sys.argv[3])}
sys.meta_path.insert(0, Refused())
import numpy as np
import crossover

model = crossover.load_model(sys.argv[1])
rows = json.loads(sys.argv[2])
one = [model.score(row)["probability"] for row in rows]
columns = {name: np.array([row[name] for row in rows], dtype=object) for name in model.columns}
many = model.score(columns)["probability"].tolist()
forbidden = {"pydantic", "lark", "pyarrow", "pandas", "sklearn", "yaml", "typer", "rich", "psutil"} & set(sys.modules)
assert not forbidden, forbidden
print(json.dumps({"columns": dict(model.columns), "one": one, "many": many}))
"""
"""Scores in a process whose imports are NumPy, safetensors and the standard library; a finder refuses the rest."""


def in_bare_numpy(model: Path, rows: list[dict[str, Any]]) -> dict[str, Any]:
    # modules that the environment itself loads at the start of each process
    environment = subprocess.run([sys.executable, "-c", "import sys; print(*sys.modules)"], check=True, capture_output=True, text=True)
    given = json.dumps(sorted({name.split(".")[0] for name in environment.stdout.split()}))
    command = [sys.executable, "-c", BARE, str(model), json.dumps(rows), given]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def raw_rows(folder: Path) -> list[dict[str, Any]]:
    with (folder / "trips.csv").open() as file:
        rows = list(csv.DictReader(file))
    return [{"id": int(row["id"]), "km": float(row["km"]) if row["km"] else None, "kind": row["kind"] or None, "line": row["line"]} for row in rows]


def scored_on(engine: Engine[Any], model: Path, place: Path) -> dict[int, float]:
    place.mkdir(parents=True)
    attempt = Attempt(place)
    with ProcessTree() as tree, Progress(choose_display(quiet=True), tree, attempt.log) as progress:
        scoring(model, {}).execute(engine, attempt, progress)
    return probabilities(place / "scores" / "late")


@pytest.mark.slow
@pytest.mark.once
def test_a_model_of_any_engine_scores_on_every_engine_and_in_bare_numpy(
    folder: Path, tmp_path: Path, open_engines: OpenEngines, request: pytest.FixtureRequest
) -> None:
    engines = {name: open_engines.get(name) for name in chosen_engines(request.config)}
    rows = raw_rows(folder)
    for trainer, engine in engines.items():
        trained, _ = run_document(folder / "late.yaml", engine, folder, tmp_path / trainer / "run")
        expected = probabilities(trained.scores("late"))
        assert len(expected) == 400
        bare = in_bare_numpy(trained.path / "late", rows)
        assert bare["columns"] == {"km": "double", "kind": "string", "line": "string"}
        found = {name: scored_on(each, trained.path / "late", tmp_path / trainer / name) for name, each in engines.items()}
        for how in ("one", "many"):
            found[f"bare, {how}"] = {row["id"]: probability for row, probability in zip(rows, bare[how], strict=True)}
        for name, got in found.items():
            assert got.keys() == expected.keys()
            wrong = [key for key, value in expected.items() if not math.isclose(got[key], value, rel_tol=1e-12)]
            assert not wrong, f"trained on {trainer}, scored on {name}: {len(wrong)} rows differ"


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
