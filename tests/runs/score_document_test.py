"""Scoring documents: what differs from the training is all that they say; the rest is the plan that trained."""

from __future__ import annotations

import json
import math
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pyarrow.parquet as pq
import pytest

from crossover.cli.main import main
from crossover.runs import score_blocks
from crossover.sources import csv
from tests.conftest import chosen_engines

DOCUMENT = """\
pipeline: late
parameters:
  data: data
  from_minutes: 15
  today: {type: date, default: "2026-01-31", frozen: false}
sources:
  trips:
    path: $data/trips/*.csv
    key: [id]
    columns: {id: int, day: date, left_at: timestamp, km: double, kind: string, line: string, delay: double, note: int}
    outcomes: [delay]
  lines:
    path: $data/lines.csv
    key: [line]
    columns: {line: string, stops: int}
  limits:
    path: $data/limits.csv
    key: [line]
    columns: {line: string, limit_minutes: int}
clean:
  trips:
    - require:
        not after today: day <= $today
        length is known: km is not null
join:
  trips:
    - {left_join: lines, using: [line]}
    - {left_join: limits, using: [line]}
features:
  trips:
    - derive:
        late: delay > coalesce(limit_minutes, $from_minutes)
        log_km: ln(km)
        hour: hour(left_at)
        per_stop: km / stops
        weekend: weekday(day) in (6, 7)
models:
  late:
    from: trips
    label: late
    rows: note is not null
    split: {by: [id], test: 0.3}
    inputs:
      - {columns: [km, log_km, per_stop], impute: median, scale: standard}
      - {columns: [weekend]}
      - {columns: [kind, hour], encode: one_hot}
      - {columns: [line], encode: label_mean}
    train: {kind: logistic_regression, l2: 0.01}
    score: {keep: [day, delay]}
"""
LOOKED_BACK = """\
    - look_back:
        line_delay: avg(delay)
      in: trips
      using: [line]
      at: left_at
      known_at: left_at
      within: 2 days
"""
NIGHTLY = """\
scoring: nightly
about: Each night.
model: runs/late/current/late
parameters:
  date: {type: date}
  lake: lake
set:
  today: $date
sources:
  trips: {path: $lake/$date.csv}
rows: kind = 'bus'
keep: [line, hour]
"""
HEADER = "id,day,left_at,km,kind,line"


def trip(random: Random, number: int, day: int) -> str:
    km = "" if random.random() < 0.05 else f"{random.uniform(1, 90):.2f}"
    at = f"2026-01-0{day} {random.randrange(24):02d}:15:00"
    return f"{number},2026-01-0{day},{at},{km},{random.choice(('bus', 'train', 'tram', ''))},{random.choice('abcd')}"


def write_data(folder: Path) -> None:
    random = Random(3)
    trips, lake = folder / "data" / "trips", folder / "lake"
    for each in (trips, lake):
        each.mkdir(parents=True)
    for day in range(1, 5):
        rows = [
            f"{trip(random, day * 1000 + number, day)},{random.gauss(15, 10):.1f},{random.choice(('', '1'))}" for number in range(150)
        ]
        (trips / f"{day}.csv").write_text("\n".join([f"{HEADER},delay,note", *rows, ""]))
    tonight = [trip(random, 5000 + number, 5) for number in range(80)]
    tonight[7] = f"5007,2026-01-09,2026-01-09 10:00:00,{7},bus,a"
    tonight[8] = "5008,2026-01-05,2026-01-05 10:00:00,many,bus,a"
    (lake / "2026-01-05.csv").write_text("\n".join([HEADER, *tonight, ""]))
    (folder / "data" / "lines.csv").write_text("line,stops\na,3\nb,5\nc,8\n")
    (folder / "data" / "limits.csv").write_text("line,limit_minutes\na,10\nb,20\nc,15\n")


@dataclass
class Done:
    code: int
    out: str
    err: str


@dataclass
class Folder:
    """A folder with a model that pandas trained, which is where commands run."""

    path: Path
    capture: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str) -> Done:
        self.capture.readouterr()
        code = main(arguments)
        captured = self.capture.readouterr()
        return Done(code, captured.out, captured.err)

    def scores(self, pipeline: str, model: str = "late") -> dict[int, dict[str, Any]]:
        run = json.loads((self.path / "runs" / pipeline / "current.json").read_text())["run"]
        table = pq.read_table(self.path / "runs" / pipeline / "attempts" / run / "scores" / model)
        return {row["id"]: row for row in table.to_pylist()}

    def changed(self, *changes: tuple[str, str]) -> None:
        text = NIGHTLY
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        (self.path / "nightly.yaml").write_text(text)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("trained")
    write_data(place)
    (place / "late.yaml").write_text(DOCUMENT)
    (place / "nightly.yaml").write_text(NIGHTLY)
    command = [sys.executable, "-m", "crossover", "run", "late.yaml", "--quiet"]
    subprocess.run(command, cwd=place, check=True, capture_output=True)
    return place


@pytest.fixture
def folder(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Folder:
    copied = tmp_path / "work"
    shutil.copytree(trained, copied)
    monkeypatch.chdir(copied)
    return Folder(copied, capsys)


DATE = ("--set", "date=2026-01-05")


def by_hand(folder: Folder) -> set[int]:
    """The trips of tonight's file that are scored: buses that fit, of known length, not after today."""
    lines = (folder.path / "lake" / "2026-01-05.csv").read_text().splitlines()[1:]
    rows = [line.split(",") for line in lines]
    return {int(row[0]) for row in rows if row[4] == "bus" and re.fullmatch(r"[0-9.]+", row[3]) and row[1] == "2026-01-05"}


def test_tonight_s_rows_are_scored_though_label_and_outcomes_are_not_there(folder: Folder) -> None:
    done = folder("score", "nightly.yaml", *DATE, "--json", "--quiet")
    assert done.code == 0, done.out + done.err
    outcome = json.loads(done.out)["outcome"]
    found = folder.scores("nightly")
    assert found.keys() == by_hand(folder)
    assert set(next(iter(found.values()))) == {"id", "line", "hour", "probability", "prediction"}
    aside = {(each["stage"], each["table"]): each for each in outcome["set_aside"]}
    assert set(aside) == {("ingest", "trips"), ("ingest", "lines"), ("clean", "trips")}
    assert aside["ingest", "trips"]["set_aside"] == 1
    assert aside["clean", "trips"]["reasons"]["not after today"] == 1


def test_the_scores_are_those_that_training_gave_the_same_rows(folder: Folder) -> None:
    folder.changed(("rows: kind = 'bus'\n", ""), ("$lake/$date.csv", "data/trips/*.csv"))
    assert folder("run", "nightly.yaml", "--set", "date=2026-01-31", "--quiet").code == 0
    expected, found = folder.scores("late"), folder.scores("nightly")
    assert found.keys() == expected.keys()
    assert all(math.isclose(found[key]["probability"], row["probability"], rel_tol=1e-12) for key, row in expected.items())


@pytest.mark.slow
@pytest.mark.once
def test_every_engine_gives_one_answer(folder: Folder, request: pytest.FixtureRequest) -> None:
    engines = chosen_engines(request.config)
    done = folder("run", "nightly.yaml", *DATE, "--engine", ",".join(engines), "--json", "--quiet")
    assert done.code == 0, done.out + done.err
    if len(engines) > 1:
        assert json.loads(done.out)["same_answer"] is True
    assert folder.scores("nightly").keys() == by_hand(folder)


def test_the_same_work_again_is_no_work(folder: Folder) -> None:
    assert folder("score", "nightly.yaml", *DATE, "--quiet").code == 0
    assert "the same scores are there already as 000001" in folder("score", "nightly.yaml", *DATE, "--quiet").err
    (folder.path / "lake" / "2026-01-05.csv").write_text(f"{HEADER}\n")
    assert "committed as 000002" in folder("score", "nightly.yaml", *DATE, "--quiet").err
    assert folder.scores("nightly") == {}


def test_a_look_back_into_outcomes_still_needs_them_in_the_files(folder: Folder) -> None:
    text = DOCUMENT.replace("models:\n", f"{LOOKED_BACK}models:\n").replace("[km, log_km, per_stop]", "[km, log_km, line_delay]")
    (folder.path / "late.yaml").write_text(text)
    assert folder("run", "late.yaml", "--quiet").code == 0
    done = folder("score", "nightly.yaml", *DATE, "--quiet")
    assert (done.code, "has no column `delay`" in done.err) == (3, True)
    folder.changed(("rows: kind = 'bus'\n", ""), ("$lake/$date.csv", "data/trips/*.csv"))
    assert folder("score", "nightly.yaml", "--set", "date=2026-01-31", "--quiet").code == 0
    expected, found = folder.scores("late"), folder.scores("nightly")
    assert found.keys() == expected.keys()
    assert all(math.isclose(found[key]["probability"], row["probability"], rel_tol=1e-12) for key, row in expected.items())


# the checker

MISTAKES: dict[str, tuple[tuple[tuple[str, str], ...], str]] = {
    "frozen parameter": (
        (("  today: $date\n", "  today: $date\n  from_minutes: 60\n"),),
        """\
nightly.yaml:9:3: `from_minutes` is frozen in the model (15, late.yaml:4); it cannot be set                                 [frozen-parameter]
      9 |   from_minutes: 60
        unfrozen: today. To change from_minutes, train again: crossover run late.yaml --set from_minutes=60""",
    ),
    "unfrozen parameter that is not set": (
        (("set:\n  today: $date\n", ""),),
        """\
nightly.yaml:1:1: the scoring document does not set `today`, which each scoring run gives anew                              [missing-parameter]
      1 | scoring: nightly
        `frozen: false` in late.yaml:5. Write: set: {today: ...}""",
    ),
    "names": (
        (("today: $date", "todya: $date"), ("trips: {path", "trip: {path"), ("kind = 'bus'", "kid = 'bus'"), ("[line, hour]", "[line, huor]")),
        """\
nightly.yaml:8:3: the model's document has no parameter `todya`; did you mean `today`?                                      [unknown-parameter]
      8 |   todya: $date
        parameters of late.yaml: data, from_minutes, today""",
    ),
    "a setting": (
        (("rows: kind", "row: kind"), ("about: Each night.", "stages: 1")),
        """\
nightly.yaml:2:1: `stages` is no setting of a scoring document""",
    ),
    "rows by an outcome": (
        (("kind = 'bus'", "delay > 3"),),
        """\
nightly.yaml:11:7: `delay` is not known when the question is asked, so it cannot say which rows are scored                  [outcome-rows]
     11 | rows: delay > 3""",
    ),
    "a value of another type": (
        (("today: $date", "today: tomorrow"),),
        """\
nightly.yaml:8:10: `tomorrow` is not a date as 2011-09-01                                                                   [wrong-value]
      8 |   today: tomorrow""",
    ),
    "a parameter of another type": (
        (("today: $date", "today: $lake"),),
        """\
nightly.yaml:8:10: `today` is date in the model's document; the parameter `lake` is string                                  [wrong-value]
      8 |   today: $lake""",
    ),
    "a folder without a model": (
        (("current/late", "current/early"),),
        """\
nightly.yaml:3:8: `runs/late/current/early`: commit 000001 holds no `early`                                                 [model]
      3 | model: runs/late/current/early
        it holds: late, quarantine, scores""",
    ),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_shown_with_place_line_and_remedy(folder: Folder, case: str) -> None:
    changes, expected = MISTAKES[case]
    folder.changed(*changes)
    done = folder("check", "nightly.yaml", *DATE)
    assert done.code == 2
    assert expected in done.err


def test_all_mistakes_are_shown_at_once(folder: Folder) -> None:
    folder.changed(*MISTAKES["names"][0])
    told = folder("check", "nightly.yaml", *DATE).err
    assert re.findall(r"nightly.yaml:(\d+):(\d+): .*\[(.*)\]", told) == [
        ("7", "1", "missing-parameter"), ("8", "3", "unknown-parameter"), ("10", "3", "unknown-source"),
        ("11", "7", "unknown-column"), ("12", "14", "unknown-column"),
    ]  # fmt: skip


def test_a_correct_document_says_what_it_reads(folder: Folder) -> None:
    done = folder("check", "nightly.yaml", *DATE)
    assert (done.code, done.out) == (0, "nightly.yaml: correct. Scores with late, from trips, lines.\n")


def test_a_source_that_scoring_does_not_read_is_remarked(folder: Folder) -> None:
    folder.changed(("sources:\n", "sources:\n  limits: {path: elsewhere.csv}\n"))
    done = folder("check", "nightly.yaml", *DATE)
    assert done.code == 0
    assert "scoring reads nothing of source `limits`" in done.err


def test_a_damaged_model_is_a_fault_of_the_data(folder: Folder) -> None:
    (attempt,) = (folder.path / "runs" / "late" / "attempts").iterdir()
    content = bytearray((attempt / "late" / "weights.safetensors").read_bytes())
    content[-3] ^= 1
    (attempt / "late" / "weights.safetensors").write_bytes(content)
    done = folder("score", "nightly.yaml", *DATE, "--quiet")
    assert done.code == 3
    assert "is not what commit 000001 wrote" in done.err


@pytest.mark.parametrize(("content", "said"), [("{", "is missing or damaged"), ('{"path": "a"}', "is missing or damaged"), (None, "is missing or damaged")])
def test_a_model_without_its_document_is_one_line(folder: Folder, content: str | None, said: str) -> None:
    (attempt,) = (folder.path / "runs" / "late" / "attempts").iterdir()
    shutil.copytree(attempt / "late", folder.path / "copied")
    document = folder.path / "copied" / "document.json"
    document.unlink()
    if content is not None:
        document.write_text(content)
    done = folder("score", "copied", "--set", "today=2026-01-05", "--quiet")
    assert (done.code, said in done.err) == (3, True)


def test_each_run_by_the_model_s_folder_gives_what_is_not_frozen(folder: Folder) -> None:
    done = folder("score", "runs/late/current/late", "--quiet")
    assert (done.code, "add: --set today=..." in done.err) == (2, True)
    assert folder("score", "runs/late/current/late", "--set", "today=2026-01-02", "--quiet").code == 0
    assert {row["day"].day for row in folder.scores("late-late-scores").values()} == {1, 2}


def test_explain_shows_the_plan_without_label_and_outcomes(folder: Folder) -> None:
    for command in (["explain", "nightly.yaml", *DATE], ["explain", "late.yaml", "--scoring"]):
        shown = folder(*command)
        assert shown.code == 0, shown.err
        assert "delay" not in shown.out
        assert "limit" not in shown.out
        assert "weekend: " in shown.out
        assert "prepares by what was fitted before, scores" in shown.out
    assert "late: " in folder("explain", "late.yaml").out


# block by block


def test_a_source_of_any_size_is_scored_in_bounded_memory(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    rows = (folder.path / "lake" / "2026-01-05.csv").read_text().splitlines()[1:]
    big = folder.path / "lake" / "big"
    big.mkdir()
    for part in range(4):
        (big / f"{part}.csv").write_text("\n".join([HEADER, *(f"{part}{row}" for row in rows * 3), ""]))
    folder.changed(("$lake/$date.csv", "$lake/big/*.csv"), ("rows: kind = 'bus'\n", ""))
    read, one_block = csv.read_parts, score_blocks._Blocks._block
    held: list[tuple[int, int]] = []

    def small_parts(source: Any, columns: Any, **_: Any) -> Any:
        return read(source, columns, block_bytes=4000)

    def counted_block(self: Any, table: Any, sink: Any) -> None:
        one_block(self, table, sink)
        held.append((table.num_rows, len(self.engine._kept)))

    def scored(engine: str, *, blocks: bool) -> list[list[dict[str, Any]]]:
        with monkeypatch.context() as patched:
            if blocks:
                patched.setattr(csv, "read_parts", small_parts)
                patched.setattr(score_blocks._Blocks, "_block", counted_block)
            else:
                patched.setattr(score_blocks, "_in_blocks", lambda plan: False)
            assert folder("score", "nightly.yaml", *DATE, "--engine", engine, "--again", "--json", "--quiet").code == 0
        run = json.loads((folder.path / "runs" / "nightly" / "current.json").read_text())["run"]
        attempt = folder.path / "runs" / "nightly" / "attempts" / run
        places = (attempt / "scores" / "late", attempt / "quarantine" / "trips.parquet")
        return [sorted(pq.read_table(place).to_pylist(), key=str) for place in places]

    for engine in (each for each in chosen_engines(request.config) if each != "spark"):
        held.clear()
        in_blocks = scored(engine, blocks=True)
        assert sum(rows for rows, _ in held) == 4 * 3 * 80
        assert max(rows for rows, _ in held) < 120
        assert {kept for _, kept in held} == {2}, "the source of lines, and its table; nothing of a block"
        assert len(in_blocks[1]) == 4 * 3
        assert in_blocks == scored(engine, blocks=False)
