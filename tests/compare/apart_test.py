"""Stages as jobs of their own, beside the runs of a sweep."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from crossover.compare.apart import Stages, taken_apart
from crossover.compare.measurement import FAILED, FINISHED, ApartStage, Measurement
from crossover.compare.schedule import Configuration, Size
from crossover.compare.sweep import Sweep, swept
from crossover.core.errors import DataError
from tests.compare.sweep_test import CHILD, HASH, Children, record

pytestmark = pytest.mark.once


@dataclass
class Jobs:
    """The stages, of which one may fail on an engine."""

    fails: tuple[str, str] = ("", "")
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    def __call__(self, size: Size, configuration: Configuration, runs: Path, stage: str) -> Sequence[str]:
        self.asked.append((size.name, configuration.engine, stage))
        does = "raises" if (configuration.engine, stage) == self.fails else "answers"
        facts = {"does": does, "kind": "data error", "auc": 0.5, "record": record(size, "first")}
        return [sys.executable, "-I", "-S", "-c", CHILD, str(runs / stage), json.dumps(facts)]


@pytest.fixture
def sweep(tmp_path: Path) -> Sweep:
    children = Children()
    configurations = [Configuration(engine, 2) for engine in ("pandas", "polars")]
    made = Sweep(
        "shop", "shop.yaml", HASH, "crossover compare", [Size("small", None, {})], configurations, 1, 0, None, tmp_path, children, children.identify
    )
    made.folder.prepare()
    return made


def test_stages_stand_beside_the_runs_and_enter_no_summary(sweep: Sweep) -> None:
    before = swept(sweep, lambda run, done, of: None)
    told: list[ApartStage] = []
    made = taken_apart(sweep, Stages(("ingest", "clean", "train"), Jobs()), before, told.append)
    assert [(each.engine, each.stage) for each in made.apart] == [
        (engine, stage) for engine in ("pandas", "polars") for stage in ("ingest", "clean", "train")
    ]
    assert all(each.outcome == FINISHED and each.session_start_s == 0.5 and each.usage and each.usage.wall_s > 0 for each in made.apart)
    assert (made.runs, made.summaries, made.fits) == (before.runs, before.summaries, before.fits)
    assert tuple(told) == made.apart == Measurement.from_json(json.loads(sweep.place.read_text())).apart
    assert not (sweep.out / "apart").exists()


def test_a_stage_that_fails_is_the_last_one_of_its_engine(sweep: Sweep) -> None:
    jobs = Jobs(fails=("pandas", "clean"))
    made = taken_apart(sweep, Stages(("ingest", "clean", "train"), jobs), swept(sweep, lambda run, done, of: None), lambda stage: None)
    assert [(each.engine, each.stage, each.outcome) for each in made.apart] == [
        ("pandas", "ingest", FINISHED), ("pandas", "clean", FAILED),
        ("polars", "ingest", FINISHED), ("polars", "clean", FINISHED), ("polars", "train", FINISHED),
    ]  # fmt: skip
    assert made.apart[1].message == "of no use"


def test_stages_of_other_data_than_that_of_the_runs_are_refused(sweep: Sweep) -> None:
    made = swept(sweep, lambda run, done, of: None)
    changed = replace(sweep, identify=Children(digest="second").identify)
    with pytest.raises(DataError, match="`visits` is not what the runs before have read"):
        taken_apart(changed, Stages(("ingest", "train"), Jobs()), made, lambda stage: None)


def test_what_was_taken_apart_is_not_done_again(sweep: Sweep) -> None:
    jobs = Jobs()
    stages = Stages(("ingest", "train"), jobs)
    made = taken_apart(sweep, stages, swept(sweep, lambda run, done, of: None), lambda stage: None)
    assert taken_apart(sweep, stages, made, lambda stage: None) == made
    assert len(jobs.asked) == 4
