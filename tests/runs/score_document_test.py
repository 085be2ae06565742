"""Scoring documents: what differs from the training is all that they say; the rest is the plan that trained."""

from __future__ import annotations

import json
import math
import re
from typing import Any

import pyarrow.parquet as pq
import pytest

from crossover.runs import score_blocks
from crossover.sources import csv
from tests.conftest import chosen_engines
from tests.runs.late_trips import DATE, DOCUMENT, HEADER, Folder

LOOKED_BACK = """\
    - look_back:
        line_delay: avg(delay)
      in: trips
      using: [line]
      at: left_at
      known_at: left_at
      within: 2 days
"""


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
