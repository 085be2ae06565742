"""Whole documents on real and on dirty data: every engine, and every partitioning of a distributed one, one answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from benchmarks.skeleton import by_hand_pandas, data
from benchmarks.skeleton.same import differences

from crossover.cli.example import example
from crossover.engines.base import Engine
from crossover.runs.folder import Attempt
from crossover.runs.record import Outcome
from tests.conftest import OLDER_SPARK, OpenEngines, is_left_out
from tests.documents.running import bytes_read_by, certificate, run_document

pytestmark = [pytest.mark.slow, pytest.mark.document]

ROOT = Path(__file__).parents[2]
DOCUMENTS = {
    "flights": ROOT / "conf" / "flights.yaml",
    "routes": ROOT / "conf" / "routes.yaml",
    "skeleton": ROOT / "benchmarks" / "skeleton" / "skeleton.yaml",
}
MANY = 3 if OLDER_SPARK else 8
"""Partitions of a distributed engine."""
Answer = tuple[Attempt, Outcome]


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("documents")
    example("flights", place / "data" / "flights")
    (place / "data" / "routes").symlink_to(place / "data" / "flights")
    data.write(place / "data" / "skeleton", 20_000, dirt=0.05)
    return place


@pytest.fixture(scope="session")
def bytes_read() -> dict[tuple[str, str, int], int]:
    """The bytes of files that Spark itself read for each answer."""
    return {}


@pytest.fixture(scope="session")
def answer(folder: Path, open_engines: OpenEngines, bytes_read: dict[tuple[str, str, int], int]) -> Callable[[str, str, int], Answer]:
    """The answer of an engine to a document, with so many partitions; computed once."""
    known: dict[tuple[str, str, int], Answer] = {}

    def run(document: str, name: str, partitions: int = 0) -> Answer:
        if (document, name, partitions) not in known:
            engine: Engine[Any] = open_engines.get(name)
            open_engines.partitions = partitions or 3
            place = folder / "runs" / f"{document}-{name}-{partitions}"
            before = bytes_read_by(engine)
            known[document, name, partitions] = run_document(DOCUMENTS[document], engine, folder / "data" / document, place)
            bytes_read[document, name, partitions] = bytes_read_by(engine) - before
            open_engines.partitions = 3
        return known[document, name, partitions]

    return run


# flights takes minutes on Spark: on the newest line alone, and not in one partition, in which its rows meet in routes too
@pytest.mark.parametrize(
    ("document", "partitions"),
    [
        pytest.param("flights", MANY, marks=pytest.mark.line("newest")),
        *((document, MANY) for document in ("routes", "skeleton")),
        *(pytest.param(document, 1, marks=pytest.mark.once) for document in ("routes", "skeleton")),
    ],
)
def test_every_engine_gives_one_answer(
    document: str, partitions: int, engine_name: str, open_engines: OpenEngines, answer: Callable[..., Answer]
) -> None:
    if partitions != MANY and not open_engines.get(engine_name).capabilities.distributed:
        return  # one machine has no partitions: the case of many stands for it
    expected, _ = answer(document, "pandas")
    got, _ = answer(document, engine_name, partitions)
    found = certificate(("pandas", expected), (engine_name, got))
    assert found.same_answer, found.first_difference
    assert any(part.name.startswith("quarantine") for part in found.parts) == (document != "routes")


@pytest.mark.line("newest")
@pytest.mark.parametrize(("document", "times"), [("flights", 3), ("skeleton", 5)])
def test_spark_reads_files_once_and_twice_more_for_each_stage_that_sets_rows_aside(
    document: str,
    times: int,
    folder: Path,
    answer: Callable[..., Answer],
    bytes_read: dict[tuple[str, str, int], int],
    request: pytest.FixtureRequest,
) -> None:
    """To count the lines of each part of a file, and to name the rows by number: flights in `clean`, the skeleton in `ingest` too."""
    if is_left_out("spark", request.config):
        return
    answer(document, "spark", MANY)
    there = sum(path.stat().st_size for path in (folder / "data" / document).rglob("*.csv"))
    assert times - 0.5 < bytes_read[document, "spark", MANY] / there < times + 0.1


def test_flights_keeps_the_rows_and_reaches_the_quality_that_were_measured_by_hand(answer: Callable[..., Answer]) -> None:
    attempt, outcome = answer("flights", "pandas")
    cleaned = next(each for each in outcome.set_aside if each.stage == "clean")
    assert (cleaned.rows_in, cleaned.set_aside) == (336_776, 2_512)
    assert cleaned.reasons == {"aircraft is known": 2_512, "distance is positive": 0}
    metrics = attempt.read_json("metrics.json")["late"]
    assert metrics["auc"] >= 0.79
    assert metrics["log_loss"] < metrics["baseline_log_loss"]
    assert all(gate.held for model in outcome.models for gate in model.gates)


def test_the_skeleton_gives_what_code_written_by_hand_gives(
    engine_name: str, folder: Path, answer: Callable[..., Answer], tmp_path: Path
) -> None:
    attempt, outcome = answer("skeleton", engine_name, MANY)
    counts = by_hand_pandas.main(folder / "data" / "skeleton", tmp_path)
    assert {each.stage: (each.rows_in, each.set_aside) for each in outcome.set_aside if each.table == "orders"} == {
        "ingest": (20_000, counts["misfits"]),
        "clean": (20_000 - counts["misfits"], counts["set aside"]),
    }
    assert differences(attempt.table("orders"), tmp_path / "orders.parquet", "id") == []
    assert differences(attempt.quarantine("orders"), tmp_path / "misfits.parquet", "row") == []
    assert differences(attempt.quarantine("orders-clean"), tmp_path / "broken.parquet", "row") == []
