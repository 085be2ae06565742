"""`crossover run --engine A,B`: each in a process of its own; the first one's answer is committed if all agree."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pyarrow.parquet as pq
import pytest

from crossover.core.redaction import HIDDEN
from crossover.engines.registry import ENGINES
from crossover.runs.measure.child import Finished, run_measured
from tests.cli.conftest import Shop

pytestmark = pytest.mark.once


def test_engines_that_agree_commit_the_first_one_s_answer(shop: Shop) -> None:
    done = shop("run", "shop.yaml", "--engine", "polars,pandas", "--json", "-q")
    assert done.code == 0, done.err
    assert done.err == ""
    answer = done.json
    assert answer["same_answer"] is True
    assert (answer["status"], answer["commit"]) == ("accepted", 1)
    assert [run["engine"] for run in answer["runs"]] == ["polars", "pandas"]
    assert all(run["wall_s"] > run["cpu_s"] * 0.1 > 0 and run["peak_memory"] > 50 * 2**20 for run in answer["runs"])
    assert [part["name"] for part in answer["certificate"]["parts"]] == [
        "inputs",
        "table visits",
        "table visits-for-buyer",
        "quarantine visits",
        "quarantine visits-clean",
        "scores buyer",
        "fitted state buyer",
        "model buyer",
        "metrics buyer",
        "evaluation buyer",
    ]
    committed = json.loads((shop.runs.commits / "000001.json").read_text())
    assert committed["engine"] == "polars"
    assert committed["agreed"] == ["polars", "pandas"]
    assert "comparison.json" in {file["name"] for file in committed["files"]}


def test_the_comparison_is_shown_side_by_side_and_again_without_work(shop: Shop) -> None:
    first = shop("run", "shop.yaml", "--engine", "pandas,polars")
    again = shop("run", "shop.yaml", "--engine", "pandas,polars")
    for done in (first, again):
        assert done.code == 0, done.err
        header, *rows = done.out.splitlines()
        assert header.split() == ["shop", "pandas", "polars"]
        assert "rows set aside 2 2" in [" ".join(row.split()) for row in rows]
        assert any(row.startswith("same answer: yes   10 comparisons, ") for row in rows)
    assert "polars  train buyer" in first.err
    assert "nothing was done" in again.err
    assert len(list(shop.runs.attempts.iterdir())) == 2
    # one engine alone asks for less than what is known already
    assert "nothing was done" in shop("run", "shop.yaml", "--engine", "pandas").err


def test_engines_that_differ_commit_nothing_and_the_cell_is_named(shop: Shop) -> None:
    done = shop("run", "shop.yaml", "--engine", "pandas,wrong", "--json", "-q")
    assert done.code == 6, done.err
    answer = done.json
    assert answer["same_answer"] is False
    assert (answer["status"], answer["commit"]) == ("not committed", None)
    first = answer["first_difference"]
    # 299 * 7 mod 23 = 0 pages; the wrong engine says one more
    assert (first["part"], first["column"], first["key"]) == ("table visits", "pages", {"visit": 299})
    assert first["values"] == {"pandas": 0, "wrong": 1}
    assert answer["error"]["message"] == (
        "the engines gave different answers; nothing was committed. "
        "table visits: value: column pages, visit=299, pandas 0, wrong 1"
    )
    assert shop.current is None
    assert not list(shop.runs.commits.iterdir())
    # both answers stay to be looked at
    folders = [shop.folder / run["folder"] for run in answer["runs"]]
    assert [pq.read_table(folder / "tables" / "visits").num_rows for folder in folders] == [298, 298]


def test_a_missed_gate_of_an_answer_that_all_give_is_rejected(shop: Shop) -> None:
    done = shop("run", "shop.yaml", "--engine", "pandas,polars", "--json", "-q", "--set", "least_auc=0.9999")
    assert done.code == 5
    assert done.json["same_answer"] is True
    assert done.json["status"] == "rejected"
    assert shop.current is None


def test_an_engine_that_the_system_kills_is_an_engine_error(shop: Shop) -> None:
    done = shop("run", "shop.yaml", "--engine", "killed,pandas", "-q", "--json")
    assert done.code == 4
    assert done.json["error"]["message"] == "the process of killed was ended by SIGKILL"
    assert "memory runs out" in done.json["error"]["notes"][0]
    assert shop.current is None


def test_a_fault_of_one_engine_s_process_reaches_the_user_without_secrets(shop: Shop) -> None:
    done = shop("run", "shop.yaml", "--engine", "broken,pandas", "-q")
    assert done.code == 1
    assert f"ZeroDivisionError: password={HIDDEN}" in done.err
    assert "the traceback is in" in done.err


def test_data_that_is_wrong_stops_the_comparison_with_its_own_code(shop: Shop) -> None:
    (shop.folder / "data" / "visits.csv").write_text("visit,pages\n1,2\n")
    done = shop("run", "shop.yaml", "--engine", "pandas,polars", "-q", "--json")
    assert done.code == 3
    assert done.json["error"]["kind"] == "data error"


def test_all_means_those_that_can_run_and_says_what_the_others_need(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in set(ENGINES) - {"pandas", "lacking"}:
        monkeypatch.delitem(ENGINES, name)
    done = shop("run", "shop.yaml", "--engine", "all", "-q", "--json")
    assert done.code == 0
    assert done.json["engine"] == "pandas"
    assert done.err == "crossover: lacking is left out: install the extra `lacking` of crossover-ml\n"


def test_an_engine_named_that_cannot_run_is_an_engine_error(shop: Shop) -> None:
    done = shop("run", "shop.yaml", "--engine", "pandas,lacking")
    assert done.code == 4
    assert done.err.startswith("crossover: lacking cannot run here: install the extra `lacking` of crossover-ml")
    assert not (shop.folder / "runs").exists()


def test_a_source_that_changes_between_two_engines_is_no_difference_of_theirs(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def measured(command: Sequence[str]) -> Finished:
        finished = run_measured(command)
        with (shop.folder / "data" / "visits.csv").open("a") as file:
            file.write("300,1,2.5,true\n")
        return finished

    monkeypatch.setattr("crossover.compare.several.run_measured", measured)
    done = shop("run", "shop.yaml", "--engine", "polars,pandas", "-q")
    assert done.code == 4
    assert "source `visits` was changed between the runs of polars and pandas" in done.err
    assert shop.current is None
