"""Taxi, zones and retail: whole documents on every engine, one answer, with the figures that were measured by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from crossover.runs.folder import Attempt
from crossover.runs.record import Outcome
from tests.conftest import OpenEngines
from tests.documents import retail_data, taxi_data
from tests.documents.running import certificate, run_document

pytestmark = [pytest.mark.slow, pytest.mark.document]

CONF = Path(__file__).parents[2] / "conf"
Answer = tuple[Attempt, Outcome]
Answers = Callable[[str, str], Answer]


@dataclass(frozen=True)
class Case:
    """A document, the folder of its data, and parameters beside it, `{data}` being that folder."""

    document: str
    data: str
    settings: Mapping[str, str]


CASES = {
    "taxi": Case("taxi.yaml", "sample", {"trips": "{data}/trips/*.csv"}),
    "zones": Case("zones.yaml", "sample", {}),
    "small taxi": Case("taxi.yaml", "made", {"trips": "{data}/trips/*.csv"}),
    "public taxi": Case("taxi.yaml", "made", {"trips": "{data}/public/*.parquet"}),
    "retail": Case("retail.yaml", "shop", {}),
}


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("several")
    taxi_data.write(place / "made", 4_000)
    retail_data.write(place / "shop")
    return place


@pytest.fixture(scope="session")
def answers(made: Path, open_engines: OpenEngines) -> Answers:
    """The answer of an engine to a case, computed once."""
    known: dict[tuple[str, str], Answer] = {}

    def run(name: str, engine: str) -> Answer:
        case = CASES[name]
        data = taxi_data.SAMPLE if case.data == "sample" else made / case.data
        if not data.is_dir():
            pytest.skip(f"the taxi sample is not at {data}: set CROSSOVER_TAXI to its folder")
        if (name, engine) not in known:
            settings = {key: value.format(data=data) for key, value in case.settings.items()}
            folder = made / "runs" / name.replace(" ", "-") / engine
            known[name, engine] = run_document(CONF / case.document, open_engines.get(engine), data, folder, settings)
        return known[name, engine]

    return run


@pytest.mark.parametrize(
    "case",
    [
        pytest.param("taxi", marks=pytest.mark.line("older")),
        pytest.param("retail", marks=pytest.mark.line("older")),
        *(pytest.param(name, marks=pytest.mark.once) for name in ("zones", "public taxi")),
    ],
)
def test_every_engine_gives_one_answer(case: str, engine_name: str, answers: Answers) -> None:
    found = certificate(("pandas", answers(case, "pandas")[0]), (engine_name, answers(case, engine_name)[0]))
    assert found.same_answer, found.first_difference
    assert all(gate.held for model in answers(case, engine_name)[1].models for gate in model.gates)


def test_taxi_comes_out_as_it_was_measured_by_hand(answers: Answers) -> None:
    attempt, outcome = answers("taxi", "pandas")
    clean = next(each for each in outcome.set_aside if each.stage == "clean")
    assert (clean.rows_in, clean.set_aside, clean.rows_in - clean.set_aside) == (240_000, 3_925, 236_075)
    assert clean.reasons == {
        "vendor is known": 372,
        "picked up in the period": 1,
        "fare is plausible": 385,
        "distance is plausible": 1_906,
        "took 1 minute to 3 hours": 2_856,
    }
    reasons = pq.read_table(attempt.quarantine("trips-clean"))["reason"].to_pylist()
    assert sum(";" in each for each in reasons) == 1_515
    table = pq.read_table(attempt.table("trips-for-generous"))
    assert table.num_rows == 167_716
    generous = table["generous"].to_pylist()
    assert sum(generous) / len(generous) == pytest.approx(0.385, abs=0.0005)
    assert (table["pickup_borough"].null_count, table["dropoff_borough"].null_count) == (1_905, 1_948)
    metrics = attempt.read_json("metrics.json")["generous"]
    assert (metrics["training_rows"], metrics["test_rows"], metrics["rows_without_label"]) == (146_575, 21_141, 0)
    assert metrics["auc"] == pytest.approx(0.7168, abs=0.00005)


def test_zones_are_those_that_were_found_by_hand(answers: Answers) -> None:
    attempt, outcome = answers("zones", "pandas")
    assert outcome.tables["profiles-for-rhythm"] == 70
    metrics = attempt.read_json("metrics.json")["rhythm"]
    assert metrics["silhouette"] >= 0.35
    # scikit-learn's best of 50 starts by hand: 0.149427; its best of 10 is up to 0.1519, and the silhouette then 0.37 to 0.41
    assert 0.149427 <= metrics["inertia"] <= 0.149427 * 1.02


@pytest.mark.once
def test_the_public_files_give_what_the_sample_gives(answers: Answers) -> None:
    """Other headers, other physical types, Parquet in place of CSV: by parameters alone."""
    sample, public = (answers(name, "pandas")[0] for name in ("small taxi", "public taxi"))
    tables = [pq.read_table(attempt.table("trips-for-generous")) for attempt in (sample, public)]
    order: list[Any] = [(name, "ascending") for name in tables[0].column_names]
    assert tables[0].sort_by(order).equals(tables[1].sort_by(order))
    one, other = (attempt.read_json("metrics.json")["generous"] for attempt in (sample, public))
    known = {name: value for name, value in one.items() if value is not None}
    assert {name: other[name] for name in known} == pytest.approx(known, rel=1e-9)


def test_retail_has_two_models_from_one_table(answers: Answers) -> None:
    attempt, outcome = answers("retail", "pandas")
    assert [model.name for model in outcome.models] == ["segments", "gone"]
    table = pq.read_table(attempt.table("customers-for-segments-and-gone"))
    asked = table["as_of"].to_pylist()
    metrics = attempt.read_json("metrics.json")
    days = {day.isoformat(): asked.count(day) for day in set(asked)}
    assert metrics["gone"]["training_rows"] == days["2011-06-01"]
    assert metrics["gone"]["test_rows"] == days["2011-09-01"] == metrics["segments"]["rows"]
    assert metrics["gone"]["rows_without_label"] == 0
