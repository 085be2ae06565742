"""Models, fitted state, metrics and inputs of two runs."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

from crossover.compare.certificate import Certificate, Run, compare
from crossover.compare.shown import shown
from crossover.compare.table import side_by_side, verdict
from crossover.runs.folder import Attempt

RECORD: dict[str, Any] = {
    "document_hash": "d",
    "parameters": {"late_after": 15},
    "semantics": 1,
    "inputs": {"flights": {"files": 1, "bytes": 10, "digest": "x", "by": "content"}},
}
PREPARATION: dict[str, Any] = {
    "fitted": [
        {"column": "distance", "mean": 1e-12, "deviation": 700.0, "impute": 872.0},
        {"column": "carrier", "values": ["AA", "UA"]},
    ],
    "rows": 267000,
    "positives": 61000,
}
MODEL: dict[str, Any] = {
    "format": 1,
    "semantics": 1,
    "name": "late",
    "kind": "logistic_regression",
    "label": "late",
    "label_type": "boolean",
    "settings": {"threshold": 0.5},
    "columns": ["distance", "carrier=AA", "carrier=UA"],
    "facts": {"l2": 0.0001, "gradient_norm": 3e-12, "training_loss": 0.41, "newton_steps": 1},
    "sha256": {"preparation.json": "differs in the last bits"},
}
METRICS: dict[str, Any] = {"late": {"auc": 0.8031, "log_loss": 0.4123, "rows": 67000, "baseline_auc": 0.5}}
COEFFICIENTS = np.array([0.1, -0.2, 0.3])
Change = Callable[[dict[str, Any]], None]


def answer(root: Path, engine: str, change: Change = lambda files: None) -> Run:
    """Write an attempt and return it; `change` may change its files before."""
    files: dict[str, Any] = copy.deepcopy(
        {"record.json": RECORD, "metrics.json": METRICS, "late/preparation.json": PREPARATION, "late/model.json": MODEL}
    )
    files["late/weights.safetensors"] = COEFFICIENTS.copy()
    change(files)
    attempt = Attempt(root / engine)
    attempt.path.mkdir()
    attempt.model("late")
    for name, content in files.items():
        if name.endswith(".json"):
            (attempt.path / name).write_text(json.dumps(content))
        else:
            (attempt.path / name).write_bytes(safetensors.numpy.save({"coefficients": content}))
    return Run(engine, attempt)


def certificate(root: Path, change: Change) -> Certificate:
    return compare([answer(root, "pandas"), answer(root, "spark", change)])


def put(name: str, *path: str | int, value: Any) -> Change:
    """Return a change of one value of one file."""

    def change(files: dict[str, Any]) -> None:
        place = files[name]
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return change


def test_equal_answers_are_the_same_answer(tmp_path: Path) -> None:
    found = certificate(tmp_path, lambda files: None)
    assert found.same_answer
    assert found.first_difference is None
    assert [part.name for part in found.parts] == ["inputs", "fitted state late", "model late", "metrics late"]


@pytest.mark.parametrize(
    "change",
    [
        put("late/preparation.json", "fitted", 0, "impute", value=872.0 * (1 + 9e-10)),
        # next to a deviation of 700 this mean is zero
        put("late/preparation.json", "fitted", 0, "mean", value=-2e-12),
        put("late/model.json", "facts", "gradient_norm", value=9e-10),
        put("late/model.json", "facts", "newton_steps", value=2),
        put("late/model.json", "facts", "training_loss", value=0.4100001),
        put("late/model.json", "sha256", value={}),
        put("metrics.json", "late", "auc", value=0.8031009),
        put("late/weights.safetensors", 0, value=0.10001),
    ],
)
def test_what_two_trainings_may_differ_in_is_allowed(tmp_path: Path, change: Change) -> None:
    assert certificate(tmp_path, change).same_answer


@pytest.mark.parametrize(
    ("change", "part", "column"),
    [
        (put("late/preparation.json", "fitted", 0, "impute", value=873.0), "fitted state late", "fitted[0].impute"),
        (put("late/preparation.json", "fitted", 1, "values", value=["AA", "DL"]), "fitted state late", "fitted[1].values[1]"),
        (put("late/preparation.json", "fitted", 1, "values", value=["AA"]), "fitted state late", "fitted[1].values"),
        (put("late/preparation.json", "rows", value=267001), "fitted state late", "rows"),
        (put("late/model.json", "facts", "gradient_norm", value=2e-9), "model late", "gradient_norm"),
        (put("late/model.json", "columns", 2, value="carrier=DL"), "model late", "columns[2]"),
        (put("late/model.json", "settings", "threshold", value=0.6), "model late", "settings.threshold"),
        (put("late/weights.safetensors", 1, value=np.nan), "model late", "coefficients[1]"),
        (put("metrics.json", "late", "auc", value=0.80311), "metrics late", "auc"),
        (put("metrics.json", "late", "log_loss", value=None), "metrics late", "log_loss"),
        (put("metrics.json", "late", "rows", value=67001), "metrics late", "rows"),
        (put("record.json", "inputs", "flights", "digest", value="y"), "inputs", "inputs"),
        (put("record.json", "parameters", "late_after", value=16), "inputs", "parameters"),
    ],
)
def test_anything_else_is_another_answer_and_is_named(tmp_path: Path, change: Change, part: str, column: str) -> None:
    found = certificate(tmp_path, change)
    assert not found.same_answer
    assert found.first_difference is not None
    name, first = found.first_difference
    assert name == part
    assert first.column == column


def test_a_model_that_one_run_lacks_is_a_difference(tmp_path: Path) -> None:
    runs = [answer(tmp_path, "pandas"), answer(tmp_path, "spark")]
    (runs[1].attempt.path / "late" / "model.json").unlink()
    found = compare(runs)
    assert found.first_difference is not None
    assert found.first_difference[0] == "fitted state late"
    assert found.first_difference[1].values == {"pandas": "has it", "spark": "lacks it"}


def test_every_engine_is_compared_with_the_first(tmp_path: Path) -> None:
    runs = [answer(tmp_path, "pandas"), answer(tmp_path, "polars"), answer(tmp_path, "spark", put("metrics.json", "late", "rows", value=1))]
    found = compare(runs)
    assert [part.engines for part in found.parts if not part.same] == [("pandas", "spark")]


def test_the_certificate_is_json(tmp_path: Path) -> None:
    value = certificate(tmp_path, put("metrics.json", "late", "auc", value=0.9)).to_json()
    assert json.loads(json.dumps(value, allow_nan=False)) == json.loads(json.dumps(value))
    assert value["same_answer"] is False
    assert value["first_difference"]["values"] == {"pandas": 0.8031, "spark": 0.9}


def test_the_verdict_names_the_largest_difference_or_the_first(tmp_path: Path) -> None:
    same = certificate(tmp_path, put("metrics.json", "late", "auc", value=0.8031009)).to_json()
    lines = verdict(same["parts"], same["first_difference"])
    assert lines[0] == "same answer: yes   4 comparisons, 0 cells by key"
    assert lines[1].startswith("  largest difference: 9e-07 of 1.8e-06 allowed, metrics late auc: pandas 0.8031, spark 0.8031009")


def test_runs_stand_side_by_side() -> None:
    def run(engine: str, wall: float) -> dict[str, Any]:
        usage = {"wall_s": wall, "cpu_s": 2.0, "peak_memory": 3 * 2**20}
        return {"engine": engine, **usage, "rows": {"flights": 334264}, "set_aside": 2512, "metrics": METRICS}

    table = side_by_side({"pipeline": "flights", "runs": [run("pandas", 1.0), run("spark", 20.0)]})
    columns = [list(column.cells) for column in table.columns]
    assert [column.header for column in table.columns] == ["flights", "pandas", "spark"]
    assert columns[0] == ["rows of flights", "rows set aside", "wall", "CPU", "peak memory", "late: auc", "late: log_loss", "late: rows"]
    assert columns[2] == ["334,264", "2,512", "20.0 s", "2.0 s", "3 MiB", "0.803100", "0.412300", "67,000"]


CALIBRATION: dict[str, Any] = {"calibration": [{"from": 0.0, "rows": 7, "share_positive": 0.25}]}


def with_tables(tables: dict[str, Any]) -> Change:
    return lambda files: files.update({"late/evaluation.json": tables})


def test_tables_of_an_evaluation_are_compared_counts_exactly(tmp_path: Path) -> None:
    for name, line, same in (
        ("equal", {"from": 0.0, "rows": 7, "share_positive": 0.25 + 1e-7}, True),
        ("count", {"from": 0.0, "rows": 8, "share_positive": 0.25}, False),
        ("number", {"from": 0.0, "rows": 7, "share_positive": 0.25 + 1e-5}, False),
    ):
        root = tmp_path / name
        root.mkdir()
        runs = (answer(root, "pandas", with_tables(CALIBRATION)), answer(root, "spark", with_tables({"calibration": [line]})))
        found = compare(runs)
        assert found.same_answer is same, name
        assert found.parts[-1].name == "evaluation late"


def test_an_evaluation_that_one_run_lacks_is_a_difference(tmp_path: Path) -> None:
    found = compare((answer(tmp_path, "pandas", with_tables(CALIBRATION)), answer(tmp_path, "spark")))
    assert found.first_difference is not None
    assert found.first_difference[0] == "evaluation late"


def test_the_screen_shows_what_is_most_useful() -> None:
    names = [
        "test_rows", "rows", "auc", "auc_low", "auc_high", "baseline_auc", "true_positives", "threshold",
        "least_auc_by_origin", "most_auc_by_origin", "least_rows_by_origin", "most_rmse_by_origin", "least_rmse_by_origin", "residual_5", "residual_25",
    ]  # fmt: skip
    assert shown(names) == ["test_rows", "auc", "threshold", "least_auc_by_origin", "most_rmse_by_origin", "residual_5"]
    assert shown(["rows", "auc"]) == ["rows", "auc"], "without test rows their number is told here alone"
