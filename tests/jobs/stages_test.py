"""Stage by stage is the same answer as in one process; what does not belong together is refused with the command to run."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from crossover.cli.job import job
from crossover.compare.certificate import Run, compare
from crossover.runs.commit import read_current
from crossover.runs.folder import Attempt, RunFolder
from tests.command import Done, run_command

ROOT = Path(__file__).parents[2]
STAGES = ("ingest", "clean", "features", "join", "train", "evaluate", "score")
DOCUMENT = """\
pipeline: visits
parameters: {data: data, longest: 60, least_auc: 0.5}
sources:
  visits:
    path: $data/visits.csv
    key: [visit]
    columns: {visit: int, shop: string, pages: int, minutes: double, bought: boolean}
    outcomes: [bought]
  shops:
    path: $data/shops.csv
    key: [shop]
    columns: {shop: string, town: string}
clean:
  visits:
    - require:
        not too long: minutes <= $longest
features:
  visits:
    - derive:
        pace: pages / minutes
join:
  visits:
    - {left_join: shops, using: [shop]}
store: [visits]
models:
  buyer:
    from: visits
    label: bought
    split: {test: 0.3}
    inputs:
      - columns: [pages, minutes, pace]
        scale: standard
      - columns: [town]
        encode: label_mean
    train: {kind: logistic_regression, l2: 0.01}
    evaluate:
      require:
        ranks well: auc >= $least_auc
"""


@dataclass
class Place:
    """A folder with the document and its data; commands run in it."""

    folder: Path
    capture: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str) -> Done:
        return run_command(self.capture, [*arguments, "--quiet"])

    def stage(self, name: str, *arguments: str) -> Done:
        return self("run", "visits.yaml", "--stage", name, *arguments)

    def all_stages(self, *arguments: str, stages: tuple[str, ...] = STAGES) -> list[dict[str, Any]]:
        answers = []
        for name in stages:
            done = self.stage(name, "--json", *arguments)
            assert done.code == 0, done.err
            answers.append(done.json)
        return answers

    def committed(self, runs: str) -> Attempt:
        folder = RunFolder(self.folder / runs, "visits")
        found = read_current(folder)
        assert found is not None
        return folder.attempt(found.run)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Place:
    (tmp_path / "data").mkdir()
    lines = [f"{n},s{n % 3},{1 + n * 7 % 11},{2 + n * 5 % 23},{n * 7 % 11 + n % 5 > 6}".lower() for n in range(400)]
    lines[7] = "7,s1,many,3,true"
    lines[9] = "9,s0,4,61,false"
    (tmp_path / "data" / "visits.csv").write_text("visit,shop,pages,minutes,bought\n" + "\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / "data" / "shops.csv").write_text("shop,town\ns0,Bonn\ns1,Köln\n", encoding="utf-8")
    (tmp_path / "visits.yaml").write_text(DOCUMENT, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return Place(tmp_path, capsys)


@pytest.mark.parametrize("engine", ["pandas", "polars"])
def test_stage_by_stage_commits_what_one_process_commits(place: Place, engine: str) -> None:
    answers = place.all_stages("--engine", engine)
    assert [each["stage"] for each in answers] == list(STAGES)
    assert place("run", "visits.yaml", "--engine", engine, "--runs", "alone").code == 0
    apart, alone = place.committed("runs"), place.committed("alone")
    found = compare([Run("apart", apart), Run("alone", alone)])
    assert found.same_answer, found.first_difference
    assert {part.name for part in found.parts} == {
        "inputs", "table visits", "quarantine visits", "quarantine visits-clean", "scores buyer",
        "fitted state buyer", "model buyer", "metrics buyer", "evaluation buyer",
    }  # fmt: skip
    outcomes = [attempt.read_json("record.json")["outcome"] for attempt in (apart, alone)]
    assert [each["tables"] for each in outcomes] == [{"visits": 398}] * 2
    assert outcomes[0]["set_aside"] == outcomes[1]["set_aside"]
    assert [(each["stage"], each["set_aside"]) for each in outcomes[0]["set_aside"]] == [("ingest", 1), ("ingest", 0), ("clean", 1)]


def test_each_stage_may_be_of_another_engine(place: Place) -> None:
    for number, stage in enumerate(STAGES):
        assert place.stage(stage, "--engine", ("pandas", "polars")[number % 2]).code == 0
    assert place("run", "visits.yaml", "--runs", "alone").code == 0
    found = compare([Run("apart", place.committed("runs")), Run("alone", place.committed("alone"))])
    assert found.same_answer, found.first_difference


def test_a_stage_hands_on_the_columns_that_later_ones_use_and_no_more(place: Place) -> None:
    columns: dict[str, dict[str, list[str]]] = {}
    for answer in place.all_stages(stages=STAGES[:4]):
        described = sorted((Path(answer["folder"]) / "tables").glob("*.schema.json"))
        columns[answer["stage"]] = {
            path.name.removesuffix(".schema.json"): [field["name"] for field in json.loads(path.read_text())["fields"]] for path in described
        }
    visits = ["visit", "shop", "pages", "minutes", "bought"]
    assert columns == {
        "ingest": {"visits": [*visits, "__file", "__row"], "shops": ["shop", "town"]},
        "clean": {"visits": visits},
        "features": {"visits": [*visits, "pace"]},
        "join": {"visits": [*visits, "pace", "town"]},
    }


def test_a_model_trained_stage_by_stage_scores_as_any_other(place: Place) -> None:
    place.all_stages()
    done = place("score", "runs/visits/current/buyer")
    assert done.code == 0, done.err


def test_the_same_stage_again_is_a_no_op_and_changed_sources_are_not(place: Place) -> None:
    place.all_stages(stages=("ingest", "clean"))
    done = place.stage("clean")
    assert done.code == 0
    assert "`clean` is accepted already as 000001; nothing was done" in done.err
    with (place.folder / "data" / "visits.csv").open("a", encoding="utf-8") as file:
        file.write("400,s1,3,4,true\n")
    # a later stage goes on from what was read: the sources may have moved on
    assert "nothing was done" in place.stage("clean").err
    assert place.all_stages(stages=("ingest", "clean"))[1]["commit"] == 2


def changed_document(place: Place) -> None:
    (place.folder / "visits.yaml").write_text(DOCUMENT.replace("not too long", "short"), encoding="utf-8")


def newer_ingest(place: Place) -> None:
    with (place.folder / "data" / "visits.csv").open("a", encoding="utf-8") as file:
        file.write("400,s1,3,4,true\n")
    assert place.stage("ingest").code == 0


@pytest.mark.parametrize(
    ("change", "arguments", "message"),
    [
        (None, [], "`join` reads what `features` hands on, which is not there yet; run crossover run visits.yaml --stage features"),
        (
            changed_document, [],
            "`join` cannot use what `ingest` handed on: the document is another one now; run crossover run visits.yaml --stage ingest",
        ),
        (
            None, ["--set", "longest=50"],
            "`join` cannot use what `ingest` handed on: `longest` was 60, now it is 50; run crossover run visits.yaml --stage ingest --set longest=50",
        ),
        (
            newer_ingest, [],
            "`join` cannot use what `clean` handed on: it was made from an older hand-over of `ingest`; run crossover run visits.yaml --stage clean",
        ),
    ],
    ids=["missing", "document", "parameter", "stale"],
)  # fmt: skip
def test_what_does_not_belong_together_is_refused_with_the_command(
    place: Place, change: Callable[[Place], None] | None, arguments: list[str], message: str
) -> None:
    place.all_stages(stages=("ingest", "clean"))
    if change is not None:
        change(place)
    done = place.stage("join", *arguments)
    assert (done.code, done.err.strip()) == (2, f"crossover: {message}")


def test_a_hand_over_that_was_changed_is_refused(place: Place) -> None:
    (answer,) = place.all_stages(stages=("ingest",))
    (file,) = (Path(answer["folder"]) / "tables" / "visits").glob("*.parquet")
    file.write_bytes(file.read_bytes()[:-1] + b"!")
    done = place.stage("clean")
    assert done.code == 3
    assert f"`{file}` is not what commit 000001 wrote" in done.err


def test_a_missed_gate_ends_evaluate_and_stops_score(place: Place) -> None:
    missed = ["--set", "least_auc=1.5"]
    place.all_stages(*missed, stages=STAGES[:5])
    for _ in range(2):
        done = place.stage("evaluate", *missed)
        assert done.code == 5
        assert "buyer missed `ranks well`" in done.err
    done = place.stage("score", *missed)
    assert (done.code, done.err.strip()) == (5, "crossover: `score` is not run: `evaluate` missed a gate (commit 000001)")
    assert read_current(RunFolder(place.folder / "runs", "visits")) is None


def test_work_that_was_accepted_goes_on_though_other_work_was_rejected_since(place: Place) -> None:
    place.all_stages()
    missed = ["--set", "least_auc=1.5"]
    place.all_stages(*missed, stages=STAGES[:5])
    assert place.stage("evaluate", *missed).code == 5
    assert [each["status"] for each in place.all_stages()] == ["accepted"] * len(STAGES)


@pytest.mark.parametrize("fault", ["quarantine", "model", "record", "attempt"])
def test_whatever_a_hand_over_lost_is_found_before_it_is_published(place: Place, fault: str) -> None:
    answers = {each["stage"]: Path(each["folder"]) for each in place.all_stages(stages=STAGES[:6])}
    lost = {
        "quarantine": next((answers["clean"] / "quarantine" / "visits-clean.parquet").glob("*.parquet")),
        "model": answers["train"] / "buyer" / "weights.safetensors",
        "record": answers["clean"] / "record.json",
    }
    if fault == "attempt":
        shutil.rmtree(answers["features"])
    else:
        content = bytearray(lost[fault].read_bytes())
        content[len(content) // 2] ^= 1
        lost[fault].write_bytes(content)
    done = place.stage("score")
    assert done.code == 3, done.err
    assert "is missing" in done.err if fault == "attempt" else "is not what commit 000001 wrote" in done.err
    assert read_current(RunFolder(place.folder / "runs", "visits")) is None


def test_a_document_that_scores_is_served_by_the_same_schedule(place: Place) -> None:
    place.all_stages()
    (place.folder / "nightly.yaml").write_text("scoring: nightly\nmodel: runs/visits/current/buyer\n", encoding="utf-8")
    done = place("run", "nightly.yaml", "--stage", "ingest")
    assert (done.code, done.err.strip()) == (0, "crossover: `nightly` has no stage `ingest`; nothing was done")
    assert place("run", "nightly.yaml", "--stage", "score").code == 0
    assert place("run", "nightly.yaml", "--stage", "scroe").code == 2


def test_a_document_without_models_is_committed_by_its_last_stage(place: Place) -> None:
    text = DOCUMENT[: DOCUMENT.index("models:")]
    (place.folder / "visits.yaml").write_text(text, encoding="utf-8")
    place.all_stages(stages=STAGES[:4])
    assert place("run", "visits.yaml", "--runs", "alone").code == 0
    found = compare([Run("apart", place.committed("runs")), Run("alone", place.committed("alone"))])
    assert found.same_answer, found.first_difference
    done = place.stage("train")
    assert (done.code, done.err.strip()) == (0, "crossover: `visits` has no stage `train`; nothing was done")


def test_an_unknown_stage_and_two_engines_are_refused(place: Place) -> None:
    done = place.stage("cleen")
    assert done.code == 2
    assert "there is no stage `cleen`; did you mean `clean`?" in done.err
    done = place.stage("ingest", "--engine", "pandas,polars")
    assert done.code == 2
    assert "`--stage` takes one engine" in done.err


def test_a_job_is_the_command_with_its_stage(place: Place) -> None:
    assert job("ingest", ["visits.yaml", "--engine", "pandas", "--quiet"]) == 0
    done = subprocess.run(
        [sys.executable, str(ROOT / "jobs" / "clean.py"), "visits.yaml", "--engine=pandas", "--json", "--quiet"],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert (answer["stage"], answer["status"], answer["outcome"]["tables"]) == ("clean", "accepted", {"visits": 398})


def test_there_is_a_job_for_each_stage_and_they_hold_no_logic() -> None:
    jobs = {path.stem: path.read_text(encoding="utf-8").splitlines() for path in (ROOT / "jobs").glob("*.py")}
    assert set(jobs) == {*STAGES, "run"}
    for name, lines in jobs.items():
        stage = "None" if name == "run" else f'"{name}"'
        assert lines[-1] == f"    sys.exit(job({stage}, sys.argv[1:]))"
        assert len(lines) == 14
