"""A sweep over children that make an attempt in a few milliseconds, without any engine."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from crossover.compare.measurement import DOES_NOT_FIT, FAILED, FINISHED, MeasuredRun, Measurement
from crossover.compare.schedule import Configuration, Size, Turn
from crossover.compare.sweep import Identified, Sweep, missing_turns, swept
from crossover.core.errors import ConfigError, DataError
from crossover.runs.record import SourceFingerprint

pytestmark = pytest.mark.once

CHILD = """
import json, os, pathlib, signal, sys
folder, facts = pathlib.Path(sys.argv[1]), json.loads(sys.argv[2])
folder.mkdir(parents=True)
(folder / "log.jsonl").write_text("begun")
if facts["does"] == "killed":
    os.kill(os.getpid(), signal.SIGKILL)
if facts["does"] == "raises":
    print(json.dumps({"error": {"kind": facts["kind"], "exit_code": 4, "message": "of no use", "notes": []}}))
    sys.exit(4)
if facts["does"] == "grows":
    held = bytearray(400 << 20)
    held[::4096] = b"x" * len(held[::4096])
    import time; time.sleep(60)
(folder / "tables").mkdir()
(folder / "tables" / "rows.parquet").write_text("rows")
(folder / "metrics.json").write_text(json.dumps({"m": {"auc": facts["auc"]}}))
(folder / "record.json").write_text(json.dumps(facts["record"]))
print("something else")
print(json.dumps({"folder": str(folder)}))
"""
HASH = "c0ffee" * 8


@dataclass
class Children:
    """What the children shall do, by engine; and what they were asked."""

    does: dict[str, str] = field(default_factory=dict)
    kind: str = "engine error"
    auc: dict[str, float] = field(default_factory=dict)
    digest: str = "first"
    asked: list[Turn] = field(default_factory=list)

    def __call__(self, turn: Turn, runs: Path, run_id: str) -> Sequence[str]:
        self.asked.append(turn)
        engine = turn.configuration.engine
        facts = {
            "does": self.does.get(engine, "answers"),
            "kind": self.kind,
            "auc": self.auc.get(engine, 0.75),
            "record": record(turn.size, self.digest),
        }
        return [sys.executable, "-I", "-S", "-c", CHILD, str(runs / "shop" / "attempts" / run_id), json.dumps(facts)]

    def identify(self, size: Size) -> Identified:
        return Identified(dict(size.settings), {"visits": SourceFingerprint(1, 500, f"{self.digest} {size.name}", "content")})


def record(size: Size, digest: str) -> dict[str, Any]:
    """Return what a run writes down, as far as a sweep reads it: 40 + 2 rows were read, 38 of them used."""
    places = [("ingest", "visits", 40), ("ingest", "shops", 2), ("clean", "visits", 38)]
    clocks = [{"name": name, "table": None, "wall_s": 0.5, "cpu_s": 0.25, "peak_memory": 9} for name in ("start", "ingest")]
    return {
        "document_hash": HASH,
        "parameters": dict(size.settings),
        "semantics": 1,
        "inputs": {"visits": {"files": 1, "bytes": 500, "digest": f"{digest} {size.name}", "by": "content"}},
        "versions": {"java": "17"},
        "clocks": [{**clock, "bytes_read": None, "retries": None} for clock in clocks],
        "outcome": {
            "models": [],
            "set_aside": [{"stage": stage, "table": table, "rows_in": rows, "set_aside": 0} for stage, table, rows in places],
        },
    }


@pytest.fixture
def children() -> Children:
    return Children()


@pytest.fixture
def sweep(tmp_path: Path, children: Children) -> Sweep:
    """Two sizes, two engines, two repeats."""
    sizes = [Size(name, None, {"data": name}) for name in ("small", "large")]
    configurations = [Configuration(name, 2) for name in ("pandas", "polars")]
    return Sweep("shop", "shop.yaml", HASH, "crossover compare", sizes, configurations, 2, 0, None, tmp_path, children, children.identify)


def run_all(sweep: Sweep) -> Measurement:
    sweep.folder.prepare()
    return swept(sweep, lambda run, done, of: None)


def written(sweep: Sweep) -> Measurement:
    return Measurement.from_json(json.loads(sweep.place.read_text()))


def test_every_run_is_made_measured_and_written_down(sweep: Sweep) -> None:
    told: list[tuple[MeasuredRun, int, int]] = []
    sweep.folder.prepare()
    made = swept(sweep, lambda run, done, of: told.append((run, done, of)))
    assert [(run.size, run.engine, run.repeat) for run in made.runs] == [
        ("small", "pandas", 0), ("small", "polars", 0), ("small", "polars", 1), ("small", "pandas", 1),
        ("large", "pandas", 0), ("large", "polars", 0), ("large", "polars", 1), ("large", "pandas", 1),
    ]  # fmt: skip
    assert [(done, of) for _, done, of in told] == [(number, 8) for number in range(1, 9)]
    assert all(run.finished and run.usage is not None and run.usage.wall_s > 0 and run.session_start_s == 0.5 for run in made.runs)
    assert [(each.size, each.engine, each.repeats) for each in made.summaries] == [
        (size, engine, 2) for size in ("small", "large") for engine in ("pandas", "polars")
    ]
    # what the sources held, not what a later stage saw
    assert [(size.rows, size.bytes, size.parameters) for size in made.sizes] == [(42, 500, {"data": "small"}), (42, 500, {"data": "large"})]
    assert made.versions["java"] == "17"
    assert written(sweep).runs == made.runs


def test_answers_are_compared_and_one_of_each_size_stays(sweep: Sweep) -> None:
    made = run_all(sweep)
    assert [size.same_answer for size in made.sizes] == [True, True]
    kept = [Path(run.folder or "") for run in made.runs if (Path(run.folder or "") / "tables").exists()]
    assert kept == [Path(made.runs[0].folder or ""), Path(made.runs[4].folder or "")]
    # the records of all others stay
    assert all((Path(run.folder or "") / name).exists() for run in made.runs for name in ("record.json", "log.jsonl", "metrics.json"))


def test_an_answer_that_differs_is_found_at_every_size_and_stays_to_be_looked_at(sweep: Sweep, children: Children) -> None:
    children.auc["polars"] = 0.5
    made = run_all(sweep)
    assert [size.same_answer for size in made.sizes] == [False, False]
    certificate = made.size("small").certificate
    assert certificate is not None
    assert certificate["first_difference"]["values"] == {"pandas": 0.75, "polars": 0.5}
    assert (Path(made.runs[1].folder or "") / "tables").exists()
    # repeats differ too, and are no further proof
    assert not (Path(made.runs[2].folder or "") / "tables").exists()


def test_what_is_killed_or_fails_is_a_result_and_the_sweep_goes_on(sweep: Sweep, children: Children) -> None:
    children.does |= {"pandas": "killed", "polars": "raises"}
    made = run_all(sweep)
    assert len(made.runs) == 8
    assert {(run.engine, run.outcome) for run in made.runs} == {("pandas", FAILED), ("polars", FAILED)}
    by_engine = {run.engine: run for run in made.runs}
    assert "was ended by SIGKILL" in (by_engine["pandas"].message or "")
    assert by_engine["polars"].message == "of no use"
    assert made.summaries == ()
    assert [size.same_answer for size in made.sizes] == [None, None]


def test_what_says_that_it_does_not_fit_does_not_fit(sweep: Sweep, children: Children) -> None:
    children.does["polars"], children.kind = "raises", "does not fit"
    made = run_all(replace(sweep, sizes=sweep.sizes[:1], repeats=1))
    assert [run.outcome for run in made.runs] == [FINISHED, DOES_NOT_FIT]


def test_a_child_that_takes_more_than_the_limit_is_ended_and_does_not_fit(sweep: Sweep, children: Children) -> None:
    children.does["polars"] = "grows"
    made = run_all(replace(sweep, sizes=sweep.sizes[:1], repeats=1, memory_limit=200 << 20))
    assert [(run.outcome, run.message) for run in made.runs] == [(FINISHED, None), (DOES_NOT_FIT, "does not fit in 200 MB")]
    assert made.machine["memory_limit_bytes"] == 200 << 20
    # who held it is told of each run, of those too that it did not end
    assert {run.usage and run.usage.limit_by for run in made.runs} <= {"cgroup", "watchdog"}
    assert written(replace(sweep, sizes=sweep.sizes[:1])).runs == made.runs


def test_without_a_limit_nobody_held_one(sweep: Sweep) -> None:
    made = run_all(replace(sweep, sizes=sweep.sizes[:1], repeats=1))
    assert [run.usage and run.usage.limit_by for run in made.runs] == [None, None]


def test_a_sweep_that_was_broken_off_goes_on_where_it_was(sweep: Sweep, children: Children) -> None:
    def broken(run: MeasuredRun, done: int, of: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    sweep.folder.prepare()
    with pytest.raises(KeyboardInterrupt):
        swept(sweep, broken)
    before = written(sweep)
    assert len(before.runs) == 3
    unfinished = sweep.folder.attempts / "20261121-100405-123456-abcd-pandas-2"
    unfinished.mkdir()
    made = run_all(sweep)
    assert len(children.asked) == len(made.runs) == 8
    assert [run.run for run in made.runs[:3]] == [run.run for run in before.runs]
    assert [size.same_answer for size in made.sizes] == [True, True]
    assert not unfinished.exists()
    # the same command once more does nothing
    assert missing_turns(sweep) == []
    assert run_all(sweep).runs == made.runs
    assert len(children.asked) == 8


def test_more_repeats_sizes_and_engines_are_added_to_what_is_there(sweep: Sweep, children: Children) -> None:
    run_all(replace(sweep, sizes=sweep.sizes[:1], repeats=1))
    more = replace(sweep, configurations=[*sweep.configurations, Configuration("spark", 2)])
    made = run_all(more)
    assert len(children.asked) == len(made.runs) == 12
    certificate = made.size("small").certificate
    assert certificate is not None
    assert certificate["engines"] == ["pandas", "polars", "spark"]
    assert [part["engines"] for part in certificate["parts"] if part["name"] == "inputs"] == [["pandas", "polars"], ["pandas", "spark"]]


def test_what_followed_from_fewer_runs_is_gone_as_soon_as_there_is_one_more(sweep: Sweep) -> None:
    small = replace(sweep, sizes=sweep.sizes[:1], repeats=1)
    run_all(small)
    assert written(sweep).verdict
    assert written(sweep).fits

    def broken(run: MeasuredRun, done: int, of: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        swept(replace(sweep, command="crossover compare --again-and-larger"), broken)
    left = written(sweep)
    assert len(left.runs) == 3
    assert (left.verdict, left.fits, left.crossover, left.cost, left.models, left.latency) == ((), {}, {}, {}, {}, ())
    # the command whose runs are all there concludes what another one left open
    assert run_all(small).verdict


def test_every_command_that_measured_something_is_kept_and_no_other(sweep: Sweep) -> None:
    run_all(replace(sweep, sizes=sweep.sizes[:1], repeats=1, command="first"))
    made = run_all(replace(sweep, configurations=[Configuration("spark", 2)], command="second"))
    assert made.commands == ("first", "second")
    assert made.request == {"engines": ["pandas", "polars", "spark"], "parallelism": [2], "repeats": 2, "warm_ups": 0}
    before = sweep.place.read_bytes()
    assert run_all(replace(sweep, sizes=sweep.sizes[:1], repeats=1, command="third")) == made
    assert sweep.place.read_bytes() == before


def test_a_parallelism_that_is_added_later_has_a_name_of_its_own(sweep: Sweep) -> None:
    one = replace(sweep, sizes=sweep.sizes[:1], repeats=1)
    run_all(replace(one, configurations=[Configuration("pandas", 1)]))
    certificate = run_all(replace(one, configurations=[Configuration("pandas", 2)])).sizes[0].certificate
    assert certificate is not None
    assert certificate["engines"] == ["pandas x1", "pandas x2"]


def test_an_engine_on_several_parallelisms_is_compared_with_itself(sweep: Sweep, children: Children) -> None:
    configurations = [Configuration("pandas", 1), Configuration("pandas", 2)]
    made = run_all(replace(sweep, sizes=sweep.sizes[:1], configurations=configurations, repeats=1))
    certificate = made.sizes[0].certificate
    assert certificate is not None
    assert (made.sizes[0].same_answer, certificate["engines"]) == (True, ["pandas x1", "pandas x2"])


def test_warm_ups_are_discarded_and_prove_nothing(sweep: Sweep) -> None:
    made = run_all(replace(sweep, sizes=sweep.sizes[:1], repeats=1, warm_ups=1))
    assert [run.discarded for run in made.runs] == [True, True, False, False]
    assert not (Path(made.runs[0].folder or "") / "tables").exists()
    assert (Path(made.runs[2].folder or "") / "tables").exists()
    assert [each.repeats for each in made.summaries] == [1, 1]


def test_data_that_changed_since_the_first_runs_is_refused(sweep: Sweep, children: Children) -> None:
    run_all(replace(sweep, repeats=1))
    children.digest = "second"
    with pytest.raises(DataError, match="size small: `visits` is not what the runs before have read"):
        run_all(sweep)


def test_data_that_changes_between_two_runs_is_refused(sweep: Sweep, children: Children) -> None:
    def change(run: MeasuredRun, done: int, of: int) -> None:
        children.digest = "second"

    sweep.folder.prepare()
    with pytest.raises(DataError, match="`visits` is not what the runs before have read"):
        swept(sweep, change)
    # what was measured before it changed stays
    assert len(written(sweep).runs) == 1


def test_a_run_that_failed_as_the_data_changed_is_no_result(sweep: Sweep, children: Children) -> None:
    def change(run: MeasuredRun, done: int, of: int) -> None:
        children.digest, children.does["polars"] = "second", "raises"

    sweep.folder.prepare()
    with pytest.raises(DataError, match="`visits` is not what the runs before have read"):
        swept(sweep, change)
    assert [run.outcome for run in written(sweep).runs] == [FINISHED]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"memory_limit": 1 << 30}, "machine's memory_limit_bytes was none; now it is 1073741824"),
        ({"pipeline": "other"}, "pipeline was shop; now it is other"),
        ({"document_hash": "0" * 64}, "document was c0ffeec0ffee; now it is 000000000000"),
    ],
)
def test_another_comparison_is_not_mixed_into_one_that_is_there(sweep: Sweep, changes: dict[str, Any], told: str) -> None:
    run_all(replace(sweep, sizes=sweep.sizes[:1], repeats=1))
    with pytest.raises(ConfigError, match=told):
        run_all(replace(sweep, **changes))


def test_a_size_of_the_same_name_with_other_parameters_is_refused(sweep: Sweep) -> None:
    run_all(replace(sweep, sizes=sweep.sizes[:1], repeats=1))
    with pytest.raises(ConfigError, match="a size small of other parameters"):
        run_all(replace(sweep, sizes=[Size("small", None, {"data": "elsewhere"})]))


def test_a_file_that_is_no_comparison_is_left_alone(sweep: Sweep) -> None:
    sweep.place.write_text('{"format": 99}')
    with pytest.raises(ConfigError, match="is no comparison of this version"):
        run_all(sweep)
    assert sweep.place.read_text() == '{"format": 99}'
