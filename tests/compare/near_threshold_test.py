"""Rows near a threshold are counted, and those whose prediction was turned round are differences."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pytest
import safetensors.numpy

from crossover.compare.certificate import Run, compare
from crossover.compare.certificate_words import certificate_lines
from crossover.compare.difference import NearThreshold, Part
from crossover.language.types import BOOLEAN, DOUBLE, INT, Fact, Schema
from crossover.runs.folder import Attempt

pytestmark = pytest.mark.once

SCHEMA: Schema = {"id": Fact(INT), "probability": Fact(DOUBLE, exact=False), "prediction": Fact(BOOLEAN, exact=False)}
RECORD = {"document_hash": "d", "parameters": {}, "semantics": 1, "inputs": {}}


def scored(root: Path, engine: str, rows: Sequence[tuple[int, float | None, bool | None]], threshold: float | None = 0.3) -> Run:
    """Return a run that scored rows (id, probability, prediction) with a model of this threshold."""
    attempt = Attempt(root / engine)
    attempt.path.mkdir()
    attempt.write_json("record.json", RECORD)
    place = attempt.scores("late")
    place.mkdir()
    columns = list(zip(*rows, strict=True))
    types = (pa.int64(), pa.float64(), pa.bool_())
    table = pa.table({name: pa.array(values, kind) for name, values, kind in zip(SCHEMA, columns, types, strict=True)})
    attempt.write_parquet(place / "part-0.parquet", table)
    attempt.describe(place, SCHEMA, ["id"], len(rows))
    folder = attempt.model("late")
    (folder / "model.json").write_text(json.dumps({"settings": {} if threshold is None else {"threshold": threshold}}))
    (folder / "preparation.json").write_text("{}")
    (folder / "weights.safetensors").write_bytes(safetensors.numpy.save({}))
    return Run(engine, attempt)


def scores_of(runs: Sequence[Run]) -> Part:
    return next(part for part in compare(runs).parts if part.name == "scores late")


def test_rows_within_the_tolerance_of_the_threshold_are_counted_on_either_side(tmp_path: Path) -> None:
    # 2e-5 away, at the edge, within on the left, within on the right alone (both ways round), far, null
    left = [(1, 0.29998, False), (2, 0.29999, False), (3, 0.300009, True), (4, 0.299988, False), (5, 0.9, True), (6, None, None)]
    right = [(1, 0.29998, False), (2, 0.29999, False), (3, 0.300012, True), (4, 0.299991, False), (5, 0.9, True), (6, None, None)]
    part = scores_of([scored(tmp_path, "pandas", left), scored(tmp_path, "spark", right[::-1])])
    assert part.same
    assert part.near == NearThreshold(0.3, 1e-5, rows=3, turned=0)


def test_a_prediction_turned_round_is_a_difference_that_says_why(tmp_path: Path) -> None:
    left = [(1, 0.3000000001, True), (2, 0.9, True), (3, 0.29999, False)]
    right = [(1, 0.2999999999, False), (2, 0.9, True), (3, 0.29999, False)]
    runs = [scored(tmp_path, "pandas", left), scored(tmp_path, "spark", right)]
    found = compare(runs)
    assert not found.same_answer
    assert found.first_difference is not None
    assert found.first_difference[1].column == "prediction"
    assert scores_of(runs).near == NearThreshold(0.3, 1e-5, rows=2, turned=1)
    assert "  rows within 1e-05 of the threshold 0.3: 2, turned round: 1" in certificate_lines(found.to_json())


def test_a_prediction_turned_round_far_from_the_threshold_is_counted_as_no_near_one(tmp_path: Path) -> None:
    runs = [scored(tmp_path, "pandas", [(1, 0.9, True)]), scored(tmp_path, "spark", [(1, 0.9, False)])]
    assert scores_of(runs).near == NearThreshold(0.3, 1e-5, rows=0, turned=0)
    assert not compare(runs).same_answer


@pytest.mark.parametrize("rows", [[(1, 0.3, True)], [(2, 0.3, True), (3, 0.3, True)]])
def test_where_rows_are_missing_none_are_counted(tmp_path: Path, rows: list[tuple[int, float, bool]]) -> None:
    part = scores_of([scored(tmp_path, "pandas", [(1, 0.3, True), (2, 0.3, True)]), scored(tmp_path, "spark", rows)])
    assert not part.same
    assert part.near is None


def test_a_model_without_a_threshold_has_no_rows_near_it(tmp_path: Path) -> None:
    runs = [scored(tmp_path, engine, [(1, 0.3, True)], threshold=None) for engine in ("pandas", "spark")]
    assert scores_of(runs).near is None
