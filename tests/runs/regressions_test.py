"""Regressions of whole documents: penalties, weights, a label of numbers; the same answer on every engine, and by hand."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

import crossover
from crossover.core.errors import ConfigError, DataError
from crossover.document.load import load_document
from crossover.learning.models.fitted import FittedModel
from crossover.plan.build import build_plan
from crossover.runs.folder import Attempt
from tests.conftest import OpenEngines, chosen_engines
from tests.documents.running import certificate, run_document
from tests.learning.flights import share
from tests.learning.golden import optimum

HEAD = """\
pipeline: trips
parameters:
  data: {type: string, default: data}
sources:
  trips:
    path: $data/trips.csv
    key: [id]
    columns: {id: int, km: double, kind: string, line: string, riders: int, delay: double, stops: int}
    outcomes: [delay, stops]
features:
  trips:
    - derive:
        late: delay > 15
        weight: riders / 10
models:
"""
PENALISED = """\
  net:
    from: trips
    label: delay
    split: {by: [id], test: 0.3}
    inputs:
      - {columns: [km], impute: median, log: true, scale: standard, flag_missing: true}
      - {columns: [kind], encode: one_hot}
      - {columns: [line], encode: label_mean}
    train: {kind: linear_regression, l1: 0.05, l2: 0.01, weight: weight}
    evaluate: {require: {better than the mean: "rmse < baseline_rmse and r2 > 0"}}
"""
PLAIN = """\
  plain:
    from: trips
    label: stops
    inputs:
      - {columns: [km], impute: 5}
      - {columns: [kind], encode: one_hot}
    train: {kind: linear_regression}
    score: {keep: [kind]}
"""
BALANCED = """\
  late:
    from: trips
    label: late
    split: {by: [id], test: 0.3}
    inputs:
      - {columns: [km], impute: median, scale: standard}
      - {columns: [kind, line], encode: one_hot}
    train: {kind: logistic_regression, l1: 0.01, weight: riders, class_weight: balanced}
"""
Row = dict[str, Any]


def trips(count: int = 300) -> list[Row]:
    random = Random(3)
    rows = []
    for number in range(count):
        km = None if random.random() < 0.1 else round(random.uniform(1, 90), 2)
        kind = random.choice(("bus", "train", "tram"))
        delay = round(random.gauss(12 if kind == "bus" else 18, 6) + (km or 40) / 10, 1)
        stops = 3 + 2 * (kind == "bus") + round((km or 5) / 7 + random.gauss(0, 1))
        riders = random.choice((0, 3, 10, 40))
        rows.append({"id": number, "km": km, "kind": kind, "line": random.choice("abcd"), "riders": riders, "delay": delay, "stops": stops})
    return rows


def write(folder: Path, text: str, rows: list[Row]) -> Path:
    lines = [",".join(rows[0]), *(",".join("" if value is None else str(value) for value in row.values()) for row in rows)]
    (folder / "trips.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "trips.yaml").write_text(text, encoding="utf-8")
    return folder / "trips.yaml"


@pytest.fixture(scope="module")
def attempts(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest, open_engines: OpenEngines) -> dict[str, Attempt]:
    """The weighted elastic net, by each engine."""
    place = tmp_path_factory.mktemp("regressions")
    document = write(place, HEAD + PENALISED, trips())
    names = chosen_engines(request.config)
    return {name: run_document(document, open_engines.get(name), place, place / name)[0] for name in names}


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest, open_engines: OpenEngines) -> dict[str, Attempt]:
    """The other models by one engine: what libraries make of them is tested beside the engines."""
    place = tmp_path_factory.mktemp("others")
    document = write(place, HEAD + PLAIN + BALANCED, trips())
    name = chosen_engines(request.config)[0]
    return {name: run_document(document, open_engines.get(name), place, place / name)[0]}


def test_engines_give_the_same_answer(attempts: dict[str, Attempt]) -> None:
    names = list(attempts)
    for other in names[1:]:
        found = certificate((names[0], attempts[names[0]]), (other, attempts[other]))
        assert found.same_answer, found.first_difference


def model_of(attempts: dict[str, Attempt], name: str) -> tuple[FittedModel, Path, Attempt]:
    attempt = next(iter(attempts.values()))
    folder = attempt.model(name)
    return FittedModel.load(folder), folder, attempt


def test_a_regression_without_penalty_is_that_of_the_table_in_its_own_units(others: dict[str, Attempt]) -> None:
    model, _, attempt = model_of(others, "plain")
    rows = trips()
    kinds = ["bus", "train", "tram"]
    # the columns of a one-hot repeat the intercept: bus is left out by hand
    design = np.array([[1.0, 5.0 if row["km"] is None else row["km"], *(row["kind"] == kind for kind in kinds[1:])] for row in rows])
    stops = np.array([row["stops"] for row in rows])
    b, squares, *_ = np.linalg.lstsq(design, stops, rcond=None)
    covariance = squares[0] / (len(rows) - 4) * np.linalg.inv(design.T @ design)
    table = {row["name"]: row for row in model.facts["coefficients"]["rows"]}
    assert table["km"]["coefficient"] == pytest.approx(b[1], rel=1e-8)
    assert table["km"]["standard_error"] == pytest.approx(np.sqrt(covariance[1, 1]), rel=1e-8)
    assert "standard_error" not in table["kind=tram"], "with the intercept it is not determined"
    drivers = {row["change"]: row for row in model.facts["drivers"]}
    tram = drivers["kind = tram instead of kind = bus"]
    assert tram["effect"] == pytest.approx(b[3], rel=1e-8)
    assert tram["standard_error"] == pytest.approx(np.sqrt(covariance[3, 3]), rel=1e-8)
    assert tram["words"].startswith(f"kind = tram instead of kind = bus takes {-b[3]:.3g} from stops (95 %: ")
    scores = pq.read_table(attempt.scores("plain")).sort_by("id").to_pydict()
    assert list(scores) == ["id", "kind", "prediction"]
    assert scores["prediction"] == pytest.approx((design @ b).tolist(), rel=1e-9)


def test_a_penalised_regression_with_weights_scores_and_serves(attempts: dict[str, Attempt]) -> None:
    model, folder, attempt = model_of(attempts, "net")
    scores = {row["id"]: row["prediction"] for row in pq.read_table(attempt.scores("net")).to_pylist()}
    served = crossover.load_model(folder)
    for row in trips():
        given = {name: row[name] for name in ("km", "kind", "line")}
        assert served.score(given)["prediction"] == pytest.approx(scores[row["id"]], rel=1e-12)
    (training,) = [row for row in model.facts["coefficients"]["rows"] if row["name"] == "km"]
    assert training["per_unit_of"] == "ln(1 + km)"
    assert model.facts["coefficients"]["spread_is"] is None
    assert model.facts["kkt_residual"] <= 1e-9
    metrics = json.loads((attempt.path / "metrics.json").read_text())["net"]
    assert metrics["rmse"] < metrics["baseline_rmse"]


def test_a_label_mean_of_numbers_is_counted_without_the_own_fold(attempts: dict[str, Attempt]) -> None:
    """The optimum over columns that loops make: training rows see the mean label of the other folds."""
    model, _, _ = model_of(attempts, "net")
    training = [row for row in trips() if share("split", row["id"]) >= 0.3]
    known = [row["km"] for row in training if row["km"] is not None]
    logged = np.log1p([np.median(known) if row["km"] is None else row["km"] for row in training])
    columns = [(logged - logged.mean()) / logged.std(ddof=1), [float(row["km"] is None) for row in training]]
    means = []
    for row in training:
        others = [each for each in training if int(5 * share("fold", each["id"])) != int(5 * share("fold", row["id"]))]
        prior = sum(each["delay"] for each in others) / len(others)
        alike = [each["delay"] for each in others if each["line"] == row["line"]]
        means.append((sum(alike) + 10 * prior) / (len(alike) + 10))
    kinds = [[float(row["kind"] == kind) for row in training] for kind in ("bus", "train", "tram", "")]
    design = np.column_stack([*columns, means, *kinds])
    weight = [row["riders"] / 10 for row in training]
    b = optimum(design, [row["delay"] for row in training], weight, "squared", 0.05, 0.01).astype(float)
    found = np.r_[model.solution.intercept, model.solution.coefficients]  # type: ignore[union-attr]
    assert found == pytest.approx(b, rel=1e-6, abs=1e-7)
    assert (found == 0).tolist() == (b == 0).tolist()


def test_a_balanced_classifier_with_weights_and_l1_is_the_optimum(others: dict[str, Attempt]) -> None:
    model, _, attempt = model_of(others, "late")
    known = {row["id"]: row for row in trips()}
    read = pq.read_table(attempt.scores("late"), columns=["id"]).to_pydict()["id"]
    assert sorted(read) == sorted(known)
    training = [row for number, row in known.items() if share("split", number) >= 0.3]
    km = np.array([row["km"] if row["km"] is not None else np.median([r["km"] for r in training if r["km"] is not None]) for row in training])
    scaled = (km - km.mean()) / km.std(ddof=1)
    kinds, lines = ("bus", "train", "tram"), tuple("abcd")
    codes = [[*(row["kind"] == kind for kind in kinds), 0, *(row["line"] == line for line in lines), 0] for row in training]
    late = np.array([row["delay"] > 15 for row in training])
    riders = np.array([float(row["riders"]) for row in training])
    of_class = np.where(late, riders[late].sum(), riders[~late].sum())
    balanced = riders * riders.sum() / (2 * of_class)
    b = optimum(np.column_stack([scaled, np.array(codes, float)]), late, balanced, "logistic", 0.01).astype(float)
    found = np.r_[model.solution.intercept, model.solution.coefficients]  # type: ignore[union-attr]
    assert found == pytest.approx(b, rel=1e-6, abs=1e-7)
    assert (found == 0).tolist() == (b == 0).tolist()


def test_a_weight_of_two_is_the_row_twice(tmp_path: Path, open_engines: OpenEngines, request: pytest.FixtureRequest) -> None:
    engine = open_engines.get(chosen_engines(request.config)[0])
    text = HEAD + BALANCED.replace("    split: {by: [id], test: 0.3}\n", "").replace("impute: median, scale: standard", "impute: 40")
    rows = [row | {"riders": row["id"] % 3} for row in trips(60)]
    twice = [row | {"id": 100 * row["id"] + copy, "riders": 1} for row in rows for copy in range(row["riders"])]
    found = []
    for name, data in (("weighted", rows), ("repeated", twice)):
        (tmp_path / name).mkdir()
        attempt, _ = run_document(write(tmp_path / name, text, data), engine, tmp_path / name, tmp_path / name / "run")
        model = FittedModel.load(attempt.model("late"))
        found.append((model.solution, json.loads((attempt.path / "metrics.json").read_text())["late"]))
    (weighted, own), (repeated, other) = found
    assert weighted.coefficients == pytest.approx(repeated.coefficients, rel=1e-7, abs=1e-8)  # type: ignore[union-attr]
    assert weighted.intercept == pytest.approx(repeated.intercept, rel=1e-7, abs=1e-8)  # type: ignore[union-attr]
    assert (own["rows"], other["rows"]) == (60, 60), "metrics have no weights"
    assert own["auc"] != other["auc"]


MISTAKES = {
    "weight: kind": "a weight is an int or a double of 0 or more",
    "weight: rider": "no column `rider` in `trips` here; did you mean `riders`?",
    "weight: delay": "`delay` is the label, so it cannot be the weight",
    "weight: stops": "`stops` depends on `stops`, an outcome",
    "weight: late": "a weight is an int or a double of 0 or more",
    "l1: -1": "`l1` should be greater than or equal to 0",
    "class_weight: balanced": "`class_weight` is no setting of linear_regression",
}


@pytest.mark.parametrize("setting", MISTAKES)
def test_what_cannot_be_a_weight_or_penalty_is_refused_before_data_are_read(tmp_path: Path, setting: str) -> None:
    text = (HEAD + PENALISED).replace("weight: weight", setting).replace("l1: 0.05, ", "" if "l1" in setting else "l1: 0.05, ")
    refused(tmp_path, text, MISTAKES[setting])


def test_a_label_of_the_wrong_type_is_refused(tmp_path: Path) -> None:
    refused(tmp_path, HEAD + PLAIN.replace("label: stops", "label: late"), "the label of a linear_regression is int or double")
    refused(tmp_path, HEAD + BALANCED.replace("label: late", "label: delay"), "`delay` is double; a label is boolean")
    refused(tmp_path, HEAD + PLAIN.replace("label: stops", "label: km"), "depends on no outcome")


def refused(folder: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        build_plan(load_document(write(folder, text, trips(1)), {"data": str(folder)}))
    assert message in str(caught.value), str(caught.value)


@pytest.mark.parametrize(
    ("riders", "message"),
    [
        ({0: None}, "weight `riders` is null in 1 of "),
        ({0: -2}, "weight `riders` is -2 in a training row"),
        (dict.fromkeys(range(60), 0), "weight `riders` is 0 in all "),
    ],
)
def test_weights_that_say_nothing_are_refused(
    tmp_path: Path, open_engines: OpenEngines, request: pytest.FixtureRequest, riders: dict[int, Any], message: str
) -> None:
    rows = [row | {"riders": riders.get(row["id"], 1)} for row in trips(60)]
    text = HEAD + BALANCED.replace("    split: {by: [id], test: 0.3}\n", "")
    engine = open_engines.get(chosen_engines(request.config)[0])
    with pytest.raises(DataError, match=message):
        run_document(write(tmp_path, text, rows), engine, tmp_path, tmp_path / "run")


def test_a_label_that_is_the_same_everywhere_is_every_prediction(
    tmp_path: Path, open_engines: OpenEngines, request: pytest.FixtureRequest
) -> None:
    engine = open_engines.get(chosen_engines(request.config)[0])
    rows = [row | {"stops": 7} for row in trips(40)]
    attempt, _ = run_document(write(tmp_path, HEAD + PLAIN, rows), engine, tmp_path, tmp_path / "run")
    assert set(pq.read_table(attempt.scores("plain")).to_pydict()["prediction"]) == {7.0}
    metrics = json.loads((attempt.path / "metrics.json").read_text())["plain"]
    assert (metrics["rmse"], metrics["r2"]) == (0.0, None)
