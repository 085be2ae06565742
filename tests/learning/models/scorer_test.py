"""One model, three ways to score: NumPy on many rows, plain Python on one, relations on an engine."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from crossover.core.errors import DataError
from crossover.learning.models.as_expressions import with_cluster, with_probability
from crossover.learning.models.fitted import FittedModel, KMeans, LogisticRegression, Solution
from crossover.learning.models.scorer import Scorer, sigmoid
from crossover.learning.models.state import LabelMean, Number, OneHot, Preparation
from crossover.learning.preparation.apply import apply
from tests.learning.flights import flights, relation_of

PREPARATION = Preparation(
    (
        Number("distance", "double", 712.25, False, "standard", 801.123, 467.891),
        OneHot("carrier", "string", ("AA", "UA", "é")),
        Number("delay", "double", 0.1, True, None, 8.1, 19.9),
        OneHot("hour", "int", (6, 7, 9)),
        LabelMean("route", "string", 5.0, ("id",), ("R1", "R10"), ((3, 4, 5, 6, 7), (1, 2, 1, 2, 1)), ((1, 2, 3, 2, 3), (0, 1, 0, 1, 0)), (40, 41, 42, 43, 44), (10, 11, 12, 13, 14)),
    ),
    210,
    60,
)  # fmt: skip
WIDTH = len(PREPARATION.names)


def model_of(solution: Solution, label_type: str = "boolean") -> FittedModel:
    return FittedModel("late", solution, PREPARATION, "late", label_type, {"l2": 0.1}, ("a warning",))


def logistic(scale: float = 1.0) -> LogisticRegression:
    return LogisticRegression(-0.123456789, np.random.default_rng(4).normal(size=WIDTH) * scale, 0.4)


def k_means() -> KMeans:
    return KMeans(np.random.default_rng(4).normal(size=(3, WIDTH)))


ROWS = flights(150)
RAW = {name: [row[name] for row in ROWS] for name in ROWS[0]}


def by_relation(learner: Any, solution: Solution, label_type: str = "boolean") -> dict[int, dict[str, Any]]:
    matrix = apply(PREPARATION, relation_of(ROWS), ("id",))
    if isinstance(solution, LogisticRegression):
        table = with_probability(matrix, solution, ("id",), label_type)
    else:
        table = with_cluster(matrix, solution, ("id",))
    return {row["id"]: row for row in learner.collect(table).to_pylist()}


def written_out(row: dict[str, Any]) -> list[float]:
    """The prepared row, by hand."""
    distance = 712.25 if row["distance"] is None else row["distance"]
    prior = 60 / 210
    means = {"R1": (11 + 5 * prior) / (25 + 5), "R10": (2 + 5 * prior) / (7 + 5)}
    return [
        (distance - 801.123) / 467.891,
        0.1 if row["delay"] is None else row["delay"],
        float(row["delay"] is None),
        means.get(row["route"], prior),
        *(float(row["carrier"] == value) for value in ("AA", "UA", "é")),
        float(row["carrier"] not in ("AA", "UA", "é")),
        *(float(row["hour"] == value) for value in (6, 7, 9)),
        float(row["hour"] not in (6, 7, 9)),
    ]


def test_numpy_scores_are_the_formula() -> None:
    solution = logistic()
    design = np.array([written_out(row) for row in ROWS])
    expected = 1 / (1 + np.exp(-(solution.intercept + design @ solution.coefficients)))
    found = Scorer(model_of(solution)).score(RAW)
    assert np.allclose(found["probability"], expected, rtol=1e-12, atol=0)
    assert found["prediction"].tolist() == (expected >= 0.4).tolist()


@pytest.mark.parametrize("label_type", ["boolean", "int"])
def test_an_engine_scores_as_numpy_does(learner: Any, label_type: str) -> None:
    expected = Scorer(model_of(logistic(), label_type)).score(RAW)
    found = by_relation(learner, logistic(), label_type)
    for number, row in enumerate(ROWS):
        mine = found[row["id"]]
        assert mine["probability"] == pytest.approx(expected["probability"][number], rel=1e-12)
        assert mine["prediction"] == expected["prediction"][number]
        assert type(mine["prediction"]) is (bool if label_type == "boolean" else int)


def test_clusters_of_an_engine_are_those_of_numpy(learner: Any) -> None:
    design = np.array([written_out(row) for row in ROWS])
    squares = ((design[:, None, :] - k_means().centres) ** 2).sum(axis=2)
    expected = Scorer(model_of(k_means())).score(RAW)
    assert expected["cluster"].tolist() == squares.argmin(axis=1).tolist()
    assert np.allclose(expected["distance"], np.sqrt(squares.min(axis=1)), rtol=1e-12)
    found = by_relation(learner, k_means())
    for number, row in enumerate(ROWS):
        assert found[row["id"]]["cluster"] == expected["cluster"][number]
        assert found[row["id"]]["distance"] == pytest.approx(expected["distance"][number], rel=1e-12)


@pytest.mark.parametrize("solution", [logistic(), k_means()], ids=["logistic", "k_means"])
def test_one_row_scores_as_many(solution: Solution) -> None:
    scorer = Scorer(model_of(solution))
    many = scorer.score(RAW)
    for number, row in enumerate(ROWS):
        one = scorer.score_one(row)
        for name, values in many.items():
            assert one[name] == pytest.approx(values[number], rel=1e-12)


def test_margins_of_any_size_give_a_finite_probability(learner: Any) -> None:
    solution = logistic(1e4)
    found = by_relation(learner, solution)
    probabilities = [row["probability"] for row in found.values()]
    assert {0.0, 1.0} <= set(probabilities)
    assert all(math.isfinite(each) for each in probabilities)
    with np.errstate(all="raise", under="ignore"):
        assert sigmoid(np.array([-1e308, -800.0, 0.0, 800.0, 1e308])).tolist() == [0.0, 0.0, 0.5, 1.0, 1.0]


def test_nan_infinity_and_none_are_null() -> None:
    scorer = Scorer(model_of(logistic()))
    for null in (None, math.nan, math.inf):
        row = {**ROWS[0], "distance": null, "carrier": None}
        assert scorer.score_one(row) == scorer.score_one({**row, "distance": None})
        columns = {name: [value] for name, value in row.items()}
        assert scorer.score(columns)["probability"][0] == pytest.approx(scorer.score_one(row)["probability"], rel=1e-12)


def test_a_null_that_the_model_cannot_see_is_refused_by_name() -> None:
    preparation = Preparation((Number("x", "double", None, False, None, 0.0, 1.0),), 5, 2)
    scorer = Scorer(FittedModel("m", LogisticRegression(0.0, np.ones(1)), preparation, "y", "boolean"))
    assert scorer.score_one({"x": 0})["probability"] == 0.5
    for score in (lambda: scorer.score_one({"x": None}), lambda: scorer.score({"x": [1.0, None]})):
        with pytest.raises(DataError, match="input `x` is null"):
            score()
    with pytest.raises(DataError, match="needs a column `x`; the rows have y"):
        scorer.score_one({"y": 1})


# the folder


@pytest.mark.parametrize("solution", [logistic(), k_means()], ids=["logistic", "k_means"])
def test_a_model_comes_back_from_its_folder_to_the_last_bit(tmp_path: Path, solution: Solution) -> None:
    model = model_of(solution)
    model.save(tmp_path / "late")
    again = FittedModel.load(tmp_path / "late")
    assert (again.name, again.label, again.label_type, again.facts, again.warnings) == ("late", "late", "boolean", {"l2": 0.1}, ("a warning",))
    assert again.preparation == PREPARATION
    assert type(again.solution) is type(solution)
    assert again.solution.settings() == solution.settings()
    for name, values in solution.weights().items():
        assert again.solution.weights()[name].tobytes() == values.tobytes()
    before, after = Scorer(model).score(RAW), Scorer.load(tmp_path / "late").score(RAW)
    assert all(before[name].tobytes() == after[name].tobytes() for name in before)


@pytest.mark.parametrize("file", ["weights.safetensors", "preparation.json"])
def test_a_file_that_was_changed_is_refused(tmp_path: Path, file: str) -> None:
    model_of(logistic()).save(tmp_path)
    content = bytearray((tmp_path / file).read_bytes())
    content[-3] ^= 1
    (tmp_path / file).write_bytes(content)
    with pytest.raises(DataError, match="checksum differs"):
        FittedModel.load(tmp_path)


def test_a_missing_or_broken_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"model\.json does not exist"):
        FittedModel.load(tmp_path)
    (tmp_path / "model.json").write_text("{")
    with pytest.raises(DataError, match="is not JSON"):
        FittedModel.load(tmp_path)


def test_weights_that_are_not_finite_are_refused(tmp_path: Path) -> None:
    model_of(LogisticRegression(math.nan, np.zeros(WIDTH))).save(tmp_path)
    with pytest.raises(DataError, match="`intercept` holds numbers that are not finite"):
        FittedModel.load(tmp_path)


def test_a_process_that_scores_loads_numpy_and_safetensors_alone(tmp_path: Path) -> None:
    model_of(logistic()).save(tmp_path)
    program = (
        "import sys\n"
        "from crossover.learning.models.scorer import Scorer\n"
        f"print(Scorer.load({str(tmp_path)!r}).score_one({ROWS[0]!r})['probability'])\n"
        "heavy = {'pandas', 'polars', 'pyspark', 'sklearn', 'pyarrow', 'pydantic', 'lark', 'scipy'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) == Scorer(model_of(logistic())).score_one(ROWS[0])["probability"]
