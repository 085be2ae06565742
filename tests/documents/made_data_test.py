"""conf/segments.yaml and conf/fraud.yaml on made data: the truth is found, and the known mistakes are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from crossover.document.load import load_document
from crossover.generate.dataset import generate
from crossover.generate.payments import INTERCEPT, OF_BUSINESS_HOUR, OF_SHARE_OF_LIMIT
from crossover.generate.replicate import Replica, replicate
from crossover.generate.request import Request
from crossover.generate.retail import SEGMENTS
from crossover.runs.folder import Attempt
from tests.conftest import OpenEngines
from tests.documents.running import certificate, run_document

pytestmark = [pytest.mark.slow, pytest.mark.document]

CONF = Path(__file__).parents[2] / "conf"
MADE = {"segments": Request("retail", "0.01"), "fraud": Request("payments", "0.01")}
Answers = Callable[[str, str], Attempt]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    for name, request in MADE.items():
        generate(request, folder / name, workers=1)
    return folder


@pytest.fixture(scope="session")
def answers(made: Path, open_engines: OpenEngines, tmp_path_factory: pytest.TempPathFactory) -> Answers:
    """The answer of an engine to a document, computed once."""
    known: dict[tuple[str, str], Attempt] = {}

    def run(document: str, engine: str) -> Attempt:
        if (document, engine) not in known:
            place = tmp_path_factory.mktemp("runs") / f"{document}-{engine}"
            attempt, outcome = run_document(CONF / f"{document}.yaml", open_engines.get(engine), made / document, place)
            assert all(gate.held for model in outcome.models for gate in model.gates)
            known[document, engine] = attempt
        return known[document, engine]

    return run


# on the older line Spark learns fraud in tests/cli/compare_command_test.py
@pytest.mark.parametrize("document", [pytest.param("segments", marks=pytest.mark.once), pytest.param("fraud", marks=pytest.mark.line("newest"))])
def test_every_engine_gives_one_answer(document: str, engine_name: str, answers: Answers) -> None:
    found = certificate(("pandas", answers(document, "pandas")), (engine_name, answers(document, engine_name)))
    assert found.same_answer, found.first_difference


@pytest.mark.parametrize("document", MADE)
def test_a_document_names_the_data_that_it_is_written_for(document: str) -> None:
    loaded = load_document(CONF / f"{document}.yaml").document
    request = MADE[document]
    assert loaded.generate == request.workload
    assert loaded.parameters["data"].default == str(Request(request.workload).folder())  # type: ignore[union-attr]
    formats = {name: source.file_format for name, source in loaded.sources.items() if source is not None}
    assert formats == request.formats()


def test_the_true_segments_are_found(answers: Answers) -> None:
    metrics = answers("segments", "polars").read_json("metrics.json")["segments"]
    assert metrics["adjusted_rand"] >= 0.95
    assert metrics["rows_with_truth"] == 707


def test_the_segments_send_back_and_order_as_they_were_made_to(answers: Answers) -> None:
    table = pq.read_table(answers("segments", "polars").table("customers-for-segments"))
    means = table.group_by("true_segment").aggregate([("return_ratio", "mean"), ("frequency", "mean"), ("frequency", "count")])
    for row in means.to_pylist():
        _, returned, orders = SEGMENTS[row["true_segment"]]
        # standard errors from the smallest segment: 0.035 / sqrt(99), and 5.3 / 3 / sqrt(99)
        assert row["return_ratio_mean"] == pytest.approx(float(returned), abs=4 * 0.0036)
        assert row["frequency_mean"] == pytest.approx(orders / 3, rel=0.05)
        assert row["frequency_count"] == pytest.approx(707 * float(SEGMENTS[row["true_segment"]][0]), abs=4 * 13)


def test_the_true_coefficients_are_found_within_four_standard_errors(answers: Answers) -> None:
    rows = answers("fraud", "polars").read_json("fraud/model.json")["facts"]["coefficients"]["rows"]
    truth = {"intercept": INTERCEPT, "business_hour": OF_BUSINESS_HOUR, "share_of_limit": OF_SHARE_OF_LIMIT}
    assert [row["name"] for row in rows] == list(truth)
    for row in rows:
        assert abs(row["coefficient"] - truth[row["name"]]) <= 4 * row["standard_error"]
        assert row["standard_error"] < 0.1


MISTAKES = {
    # an inner join with the returns: lines and orders of which nothing came back vanish
    "returned lines alone": [("{left_join: returns,", "{inner_join: returns,")],
    # the years of an order's lines are added up, so orders of one year fall apart by their number of lines
    "sum of years": [
        ("    - derive:\n        paid:", "    - derive:\n        year: year(ordered_on)\n        paid:"),
        ("        ordered_on: min(ordered_on)\n", "        year: sum(year)\n"),
        ("        year: year(ordered_on)\n  returning", "  returning"),
    ],
    # orders of which nothing came back drop out of the mean
    "null instead of nothing": [("coalesce(returned, 0)", "returned"), ("        scale: min_max", "        impute: 0\n        scale: min_max")],
}
"""Three public rewritings of TPCx-AI's UC01 disagree with it, and with each other, in these ways."""


@pytest.mark.once
@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_known_mistakes_of_rewritings_are_caught(
    mistake: str, made: Path, open_engines: OpenEngines, answers: Answers, tmp_path: Path
) -> None:
    text = (CONF / "segments.yaml").read_text(encoding="utf-8")
    for right, wrong in MISTAKES[mistake]:
        assert text.count(right) == 1
        text = text.replace(right, wrong)
    document = tmp_path / "segments.yaml"
    document.write_text(text, encoding="utf-8")
    right_answer = answers("segments", "polars")
    attempt, _ = run_document(document, open_engines.get("polars"), made / "segments", tmp_path / "run")
    # a rewriting claims to be the document, so the comparison is left with the answers alone
    attempt.write_json("record.json", right_answer.read_json("record.json"))
    found = certificate(("right", right_answer), ("rewritten", attempt))
    assert not found.same_answer
    assert "table customers-for-segments" in {part.name for part in found.parts if not part.same}


@pytest.mark.once
def test_what_a_run_sets_aside_is_the_dirt_that_was_made(open_engines: OpenEngines, tmp_path: Path) -> None:
    dirt = (("negative_amount", 0.01), ("unparsable_time", 0.01))
    folder = generate(Request("payments", "0.003", dirt=dirt), tmp_path / "data", workers=1).folder
    attempt, _ = run_document(CONF / "fraud.yaml", open_engines.get("polars"), folder, tmp_path / "run")
    truth = pyarrow.csv.read_csv(folder / "truth" / "transactions-00000.csv").to_pylist()
    places = {kind: {each["row"] for each in truth if each["kind"] == kind} for kind, _ in dirt}
    at_ingest, at_clean = (pq.read_table(attempt.quarantine(name)) for name in ("transactions", "transactions-clean"))
    assert set(at_ingest["row"].to_pylist()) == places["unparsable_time"]
    assert set(at_clean["row"].to_pylist()) == places["negative_amount"] - places["unparsable_time"]
    assert set(at_ingest["reason"].to_pylist()) == {"time: not a timestamp"}
    assert all(folder.joinpath(file).samefile(folder / "transactions" / "part-00000.csv") for file in set(at_clean["file"].to_pylist()))


@pytest.mark.once
def test_in_copies_each_row_finds_what_it_found_in_the_original(
    made: Path, open_engines: OpenEngines, answers: Answers, tmp_path: Path
) -> None:
    copies = replicate(Replica(CONF / "segments.yaml", {"data": str(made / "segments")}, 3), tmp_path / "three").folder
    attempt, _ = run_document(CONF / "segments.yaml", open_engines.get("polars"), copies, tmp_path / "run")
    ours, theirs = (pq.read_table(each.table("customers-for-segments")) for each in (attempt, answers("segments", "polars")))
    # one ulp of a mean may hang on the order of its sum, which other keys change
    columns = ("return_ratio", "frequency")
    found, expected = (sorted(tuple(round(row[name], 12) for name in columns) for row in table.to_pylist()) for table in (ours, theirs))
    assert found == [row for row in expected for _ in range(3)]
    assert len(set(ours["customer_id"].to_pylist())) == 3 * 707
