"""`crossover diff RUN RUN`: equal runs, and one fault at a time."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import safetensors.numpy

from crossover.cli.main import main
from tests.cli.conftest import DOCUMENT, visits
from tests.command import Done, run_command

pytestmark = pytest.mark.once
Fault = Callable[[Path], None]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one run of pandas (`current`) and before it one of Polars."""
    folder = tmp_path_factory.mktemp("shop")
    (folder / "shop.yaml").write_text(DOCUMENT)
    (folder / "data").mkdir()
    (folder / "data" / "visits.csv").write_text(visits())
    for engine in ("polars", "pandas"):
        arguments = ["run", str(folder / "shop.yaml"), "--engine", engine, "--runs", str(folder / "runs"), "-q"]
        assert main([*arguments, "--set", f"data={folder / 'data'}"]) == 0
    return folder


@pytest.fixture
def runs(home: Path) -> tuple[Path, Path]:
    """The attempts of Polars and of pandas."""
    first, second = sorted((home / "runs" / "shop" / "attempts").iterdir())
    return first, second


def diff(capfd: pytest.CaptureFixture[str], *arguments: object) -> Done:
    return run_command(capfd, ["diff", *map(str, arguments)])


def test_two_engines_give_the_same_answer_and_the_words_say_what_was_compared(
    runs: tuple[Path, Path], capfd: pytest.CaptureFixture[str]
) -> None:
    done = diff(capfd, *runs)
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0].startswith("same answer: yes   9 comparisons, ")
    assert f"polars: shop on polars, {runs[0]}" in lines
    assert "table visits (polars and pandas): same, 298 rows by visit" in lines
    assert any(line.startswith("  checksum of the 5 exact columns: equal, 298:") for line in lines)
    assert any(line.startswith("  gradient norm: polars ") and line.endswith("(at most 1e-09)") for line in lines)
    assert any(line.startswith("  rows within 1e-05 of the threshold 0.5: ") for line in lines)
    assert "  probabilities of two trainings: 1e-05" in lines


def test_current_and_the_folder_of_a_pipeline_name_the_committed_run(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    place = home / "runs" / "shop"
    done = diff(capfd, place / "current", place, "--json")
    assert done.code == 0
    assert [run["name"] for run in done.json["runs"]] == ["first", "second"]
    assert [run["engine"] for run in done.json["runs"]] == ["pandas", "pandas"]
    assert done.json["same_answer"] is True
    assert done.json["runs"][0]["folder"] == done.json["runs"][1]["folder"]


def in_table(name: str, change: Callable[[pa.Table], pa.Table]) -> Fault:
    def fault(attempt: Path) -> None:
        (path,) = (attempt / name).glob("*.parquet")
        pq.write_table(change(pq.read_table(path)), path)

    return fault


def cell(name: str, column: str, change: Callable[[Any], Any], row: int = 17) -> Fault:
    """Return a fault in one cell."""

    def changed(table: pa.Table) -> pa.Table:
        values = table.column(column).to_pylist()
        values[row] = change(values[row])
        at = table.column_names.index(column)
        return table.set_column(at, column, pa.array(values, table.schema.field(column).type))

    return in_table(name, changed)


def in_json(name: str, *path: str | int, to: Any) -> Fault:
    def fault(attempt: Path) -> None:
        content = json.loads((attempt / name).read_text())
        place = content
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = to
        (attempt / name).write_text(json.dumps(content))

    return fault


def weights_not_finite(attempt: Path) -> None:
    path = attempt / "buyer" / "weights.safetensors"
    weights = {name: values.copy() for name, values in safetensors.numpy.load(path.read_bytes()).items()}
    weights["coefficients"][0] = float("nan")
    path.write_bytes(safetensors.numpy.save(weights))


FAULTS: dict[str, tuple[Fault, str, str | None]] = {
    "a cell": (cell("tables/visits", "pages", lambda value: value + 1), "table visits", "pages"),
    "a null": (cell("tables/visits", "minutes", lambda value: None), "table visits", "minutes"),
    "the last bit of an exact double": (cell("tables/visits", "minutes", lambda value: value * (1 + 2.3e-16)), "table visits", "minutes"),
    "a row lost": (in_table("tables/visits", lambda table: table.slice(1)), "table visits", None),
    "a row twice": (in_table("tables/visits", lambda table: pa.concat_tables([table, table.slice(0, 1)])), "table visits", None),
    "a probability": (cell("scores/buyer", "probability", lambda value: value + 1.1e-5), "scores buyer", "probability"),
    "a prediction": (cell("scores/buyer", "prediction", lambda value: not value), "scores buyer", "prediction"),
    "scores lost": (lambda attempt: (attempt / "scores" / "buyer.schema.json").unlink(), "scores buyer", None),
    "another threshold": (in_json("buyer/model.json", "settings", "threshold", to=0.51), "model buyer", "settings.threshold"),
    "no optimum": (in_json("buyer/model.json", "facts", "gradient_norm", to=2e-9), "model buyer", "gradient_norm"),
    "a weight that is no number": (weights_not_finite, "model buyer", "coefficients[0]"),
    "fitted on other rows": (in_json("buyer/preparation.json", "inputs", 0, "mean", to=3.0), "fitted state buyer", "inputs[0].mean"),
    "a metric": (in_json("metrics.json", "buyer", "auc", to=0.5), "metrics buyer", "auc"),
    "a count": (in_json("metrics.json", "buyer", "test_rows", to=1), "metrics buyer", "test_rows"),
    "other bytes read": (in_json("record.json", "inputs", "visits", "digest", to="x"), "inputs", "inputs"),
    "another parameter": (in_json("record.json", "parameters", "longest", to=61), "inputs", "parameters"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found_where_it_lies(
    name: str, runs: tuple[Path, Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    fault, part, column = FAULTS[name]
    bad = tmp_path / "bad"
    shutil.copytree(runs[1], bad)
    fault(bad)
    done = diff(capfd, runs[1], bad, "--json")
    assert done.code == 6, done.out
    first = done.json["first_difference"]
    assert (first["part"], first["column"]) == (part, column)
    assert done.json["error"]["exit_code"] == 6
    told = diff(capfd, runs[1], bad)
    assert told.code == 6
    assert told.out.startswith("same answer: no\n")
    assert f"crossover: the runs gave different answers. {part}: " in told.err


def test_what_is_within_the_tolerance_is_the_same_answer_and_shown(
    runs: tuple[Path, Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    near = tmp_path / "near"
    shutil.copytree(runs[1], near)
    cell("scores/buyer", "probability", lambda value: value + 9e-6)(near)
    done = diff(capfd, runs[1], near, "--json")
    assert done.code == 0, done.out
    (scores,) = (part for part in done.json["certificate"]["parts"] if part["name"] == "scores buyer")
    (probability,) = (each for each in scores["inexact"] if each["column"] == "probability")
    assert probability["differences"] == 0
    assert probability["largest"]["absolute"] == pytest.approx(9e-6, rel=1e-9)
    assert set(probability["largest"]["key"]) == {"visit"}


def test_documents_that_differ_are_named_at_their_first_difference(
    runs: tuple[Path, Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other"
    shutil.copytree(runs[1], other)
    in_json("record.json", "document_hash", to="another")(other)
    in_json("record.json", "document", "models", "buyer", "train", "l2", to=0.02)(other)
    done = diff(capfd, runs[1], other, "--json")
    assert done.code == 6
    first = done.json["first_difference"]
    assert first["column"] == "document.models.buyer.train.l2"
    assert first["values"] == {"first": 0.01, "second": 0.02}


def changed_after_its_commit(run: Path, folder: Path) -> None:
    """Make a run folder whose attempt has another metric than its commit wrote, in as many bytes."""
    attempt = folder / "attempts" / "committed"
    shutil.copytree(run, attempt)
    shutil.copytree(run.parents[1] / "commits", folder / "commits")
    (record,) = (path for path in (folder / "commits").iterdir() if json.loads(path.read_text())["run"] == run.name)
    in_json(record.name, "run", to="committed")(record.parent)
    metrics = attempt / "metrics.json"
    metrics.write_text(metrics.read_text().replace("0.", "1.", 1))


@pytest.mark.parametrize(
    ("place", "code", "message"),
    [
        ("nowhere", 2, "there is no such folder"),
        ("empty", 2, "holds no run that ended"),
        ("runs/none/current", 2, "nothing is committed"),
        ("broken", 3, "cannot be read"),
        ("cut", 3, "cannot be read"),
        ("no weights", 3, "weights.safetensors cannot be read"),
        ("runs/shop/attempts/committed", 3, "is not what commit 000002 wrote"),
    ],
)
def test_what_is_no_run_is_told_in_one_message(
    place: str, code: int, message: str, runs: tuple[Path, Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "record.json").write_text("{")
    shutil.copytree(runs[1], tmp_path / "cut")
    (file,) = (tmp_path / "cut" / "tables" / "visits").glob("*.parquet")
    file.write_bytes(file.read_bytes()[:-100])
    shutil.copytree(runs[1], tmp_path / "no weights")
    (tmp_path / "no weights" / "buyer" / "weights.safetensors").write_bytes(b"cut")
    changed_after_its_commit(runs[1], tmp_path / "runs" / "shop")
    done = diff(capfd, runs[1], tmp_path / place)
    assert done.code == code, done.err
    assert message in done.err
    assert "Traceback" not in done.err
