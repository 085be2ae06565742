"""`crossover run` on one engine: commits once, says so the second time, and rejects what misses a gate."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from crossover.engines.base import EngineOptions
from crossover.engines.registry import open_engine
from tests.cli.conftest import Shop

pytestmark = pytest.mark.once


@pytest.fixture(params=["pandas", "polars"])
def engine(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def test_a_run_is_committed_with_its_record(shop: Shop, engine: str) -> None:
    done = shop("run", "shop.yaml", "--engine", engine, "--json", "-q")
    assert done.code == 0, done.err
    assert done.err == ""
    answer = done.json
    assert (answer["status"], answer["commit"], answer["unchanged"]) == ("accepted", 1, False)
    # 300 visits, one of which is dirty and one too long
    assert answer["outcome"]["tables"] == {"visits": 298}
    aside = {(each["stage"], each["table"]): (each["rows_in"], each["set_aside"], each["reasons"]) for each in answer["outcome"]["set_aside"]}
    assert aside == {("ingest", "visits"): (300, 1, {}), ("clean", "visits"): (299, 1, {"not too long": 1})}
    assert shop.current == 1
    attempt = shop.runs.attempt(answer["run"])
    record = attempt.read_json("record.json")
    assert record["parameters"] == {"data": "data", "longest": 60, "least_auc": 0.6}
    assert record["inputs"]["visits"]["bytes"] == (shop.folder / "data" / "visits.csv").stat().st_size
    names = [clock["name"] for clock in record["clocks"]]
    assert set(names) >= {"ingest", "clean", "train", "score"}
    assert (names[0], names[-1]) == ("start", "stop")
    assert all(clock["wall_s"] >= 0 and clock["peak_memory"] > 0 for clock in record["clocks"])
    assert json.loads(attempt.log.read_text().splitlines()[-1])["event"] == "ended"
    assert not (shop.runs.path / "lease.json").exists()


def test_the_same_work_again_is_a_no_op_that_says_so(shop: Shop) -> None:
    assert shop("run", "shop.yaml", "-q").code == 0
    again = shop("run", "shop.yaml", "-q")
    assert again.code == 0
    assert "the same work is accepted already as 000001; nothing was done" in again.err
    assert len(list(shop.runs.attempts.iterdir())) == 1
    assert shop("run", "shop.yaml", "-q", "--json").json["unchanged"] is True


@pytest.mark.parametrize(
    "arguments", [["--again"], ["--set", "longest=61"], ["--engine", "polars"]], ids=["again", "parameter", "engine"]
)
def test_other_work_is_done(shop: Shop, arguments: list[str]) -> None:
    assert shop("run", "shop.yaml", "-q").code == 0
    assert shop("run", "shop.yaml", "-q", *arguments).code == 0
    assert shop.current == 2


def test_changed_input_is_other_work(shop: Shop) -> None:
    assert shop("run", "shop.yaml", "-q").code == 0
    with (shop.folder / "data" / "visits.csv").open("a") as file:
        file.write("300,5,2.5,true\n")
    assert shop("run", "shop.yaml", "-q").code == 0
    assert shop.current == 2


def test_a_comment_in_the_document_is_no_other_work(shop: Shop) -> None:
    assert shop("run", "shop.yaml", "-q").code == 0
    shop.document.write_text("# a remark\n" + shop.document.read_text())
    assert shop("run", "shop.yaml", "-q").code == 0
    assert shop.current == 1


def test_a_committed_answer_that_was_changed_from_outside_is_made_again(shop: Shop) -> None:
    assert shop("run", "shop.yaml", "-q").code == 0
    attempt = next(shop.runs.attempts.iterdir())
    (attempt / "metrics.json").write_text("{}")
    assert shop("run", "shop.yaml", "-q").code == 0
    assert shop.current == 2


def test_a_missed_gate_is_committed_as_rejected_and_current_stays(shop: Shop) -> None:
    assert shop("run", "shop.yaml", "-q").code == 0
    missed = shop("run", "shop.yaml", "-q", "--set", "least_auc=0.9999")
    assert missed.code == 5
    assert "buyer missed `ranks well`: auc >= $least_auc (auc is 0." in missed.err
    assert shop.current == 1
    assert json.loads((shop.runs.commits / "000002.json").read_text())["status"] == "rejected"
    again = shop("run", "shop.yaml", "-q", "--set", "least_auc=0.9999", "--json")
    assert again.code == 5
    assert again.json["unchanged"] is True
    assert again.json["error"]["kind"] == "gate missed"


def test_text_and_progress_name_clocks_rows_and_reasons(shop: Shop) -> None:
    done = shop("run", "shop.yaml")
    assert "ingest visits" in done.err
    assert "299 rows" in done.err
    assert "accepted as 000001" in done.err
    for expected in ("shop on pandas", "rows of visits", "298", "not so: not too long", "buyer: auc", "ranks well", "held"):
        assert expected in done.out


def test_while_one_writes_a_second_is_refused(shop: Shop) -> None:
    first = shop.start("run", "shop.yaml", "--engine", "slow", "-q")
    try:
        _until(lambda: (shop.runs.path / "lease.json").exists())
        second = shop("run", "shop.yaml", "-q", "--json")
    finally:
        first.terminate()
        _, err = first.communicate(timeout=60)
    assert second.code == 4
    assert f"(process {first.pid} on " in second.json["error"]["message"]
    assert second.json["error"]["transient"] is True
    assert first.returncode == 143
    assert "stopped by SIGTERM" in err


def test_a_stopped_run_is_logged_as_aborted_and_commits_nothing(shop: Shop) -> None:
    run = shop.start("run", "shop.yaml", "--engine", "slow", "-q")
    _until(lambda: any("started" in log.read_text() for log in shop.runs.attempts.glob("*/log.jsonl")))
    run.terminate()
    run.communicate(timeout=60)
    assert run.returncode == 143
    [log] = shop.runs.attempts.glob("*/log.jsonl")
    assert json.loads(log.read_text().splitlines()[-1])["event"] == "aborted"
    assert shop.current is None
    assert not (shop.runs.path / "lease.json").exists()
    assert shop("run", "shop.yaml", "-q").code == 0


def test_a_killed_run_leaves_no_lock_behind(shop: Shop) -> None:
    run = shop.start("run", "shop.yaml", "--engine", "killed", "-q")
    run.communicate(timeout=60)
    assert run.returncode == -9
    after = shop("run", "shop.yaml")
    assert after.code == 0
    assert "ended without giving back its lease" in after.err


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "did not happen within a minute"
        time.sleep(0.05)


def test_a_missed_gate_on_a_group_is_told_with_its_metric(shop: Shop) -> None:
    text = shop.document.read_text().replace("      require:\n", "      by: [pages]\n      threshold: {best: f1}\n      require:\n")
    shop.document.write_text(text.replace("auc >= $least_auc", "least_rows_by_pages > 100"))
    missed = shop("run", "shop.yaml")
    assert missed.code == 5
    assert "buyer missed `ranks well`: least_rows_by_pages > 100 (least_rows_by_pages is" in missed.err
    assert shop.current is None
    shown = [line for line in missed.out.splitlines() if line.startswith("buyer: ")]
    assert len(shown) <= 18, "the rest stands in metrics.json"
    assert any(line.startswith("buyer: auc ") and "95 %: " in line and "baseline 0.5" in line for line in shown)
    (attempt,) = (shop.folder / "runs" / "shop" / "attempts").iterdir()
    tables = json.loads((attempt / "buyer" / "evaluation.json").read_text())
    assert list(tables) == ["calibration", "curve", "lift", "groups"]
    metrics = json.loads((attempt / "metrics.json").read_text())["buyer"]
    assert json.loads((attempt / "buyer" / "model.json").read_text())["settings"]["threshold"] == metrics["threshold"] != 0.5


def test_an_answer_of_data_that_changed_meanwhile_is_not_published(shop: Shop, engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def opened(name: str, options: EngineOptions) -> Any:
        with (shop.folder / "data" / "visits.csv").open("a") as file:
            file.write("300,1,2.5,true\n")
        return open_engine(name, options)

    monkeypatch.setattr("crossover.runs.run.open_engine", opened)
    done = shop("run", "shop.yaml", "--engine", engine, "-q")
    assert done.code == 4
    assert "source `visits` was changed while it was read" in done.err
    assert shop.current is None
