"""Documents on a real cluster of processes: in one job, and stage by stage with workers that die."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from crossover.cli.main import main
from crossover.compare.certificate import Certificate, Run, compare
from crossover.engines.base import EngineOptions
from crossover.engines.registry import open_engine
from crossover.runs.commit import read_current
from crossover.runs.folder import Attempt, RunFolder
from tests.cluster.processes import ROOT, Cluster, Job, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.cluster, pytest.mark.once]

STAGES = ("ingest", "clean", "features", "join", "train", "evaluate", "score")
"""Of the routes, in the order of their document."""
SUBMITTED = ("ingest", "features", "train")
"""Those that the cluster runs; a Spark of the test's own does the others, from the same folders, in half the time."""
DIES_DURING = {"features": "store", "train": "train"}
"""Stages in which a worker is killed, and the clock that runs then."""
KILLS = 3
"""So often a worker is killed in a stage: a short clock may have ended before a busy machine looks at it."""
ON_THEIR_WAY = 1.0
"""Seconds after which tasks wait for the executors that are stopped, so that one of them dies with its executor."""


def document(name: str) -> str:
    return str(ROOT / "conf" / f"{name}.yaml")


def committed(runs: Path, pipeline: str) -> Attempt:
    folder = RunFolder(runs, pipeline)
    found = read_current(folder)
    assert found is not None
    return folder.attempt(found.run)


def certificate(name: str, arguments: Sequence[str], runs: Path) -> Certificate:
    """Compare what is committed in `runs` with a run of pandas in this process."""
    alone = runs.parent / "pandas"
    assert main(["run", document(name), *arguments, "--engine", "pandas", "--runs", str(alone), "--quiet"]) == 0
    return compare([Run("pandas", committed(alone, name)), Run("spark", committed(runs, name))])


def finished(job: Job) -> dict[str, Any]:
    """Wait for a job and return what it printed."""
    printed, _ = job.process.communicate(timeout=600)
    assert job.process.returncode == 0, printed.decode()[-2000:] + job.told()[-4000:]
    answer: dict[str, Any] = json.loads(printed.strip().splitlines()[-1])
    return answer


def wait_for_clock(folder: Path, clock: str, job: Job) -> None:
    """Wait until a clock of the run that is being written has started."""

    def runs() -> bool:
        if any(_runs(log, clock) for log in folder.glob("attempts/*/log.jsonl")):
            return True
        assert job.process.poll() is None
        return False

    wait_for(runs, f"the clock `{clock}`", every=0.02)


def _runs(log: Path, clock: str) -> bool:
    events = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines(keepends=True) if line.endswith("\n")]
    mine = [each["event"] for each in events if each.get("clock") == clock]
    return bool(mine) and mine[-1] == "started"


def kill_during(clock: str, folder: Path, cluster: Cluster, job: Job) -> bool:
    """Kill a worker and its executor while a clock runs, then give the cluster a new one. Return whether the driver missed it."""
    lost = executors_lost(job)
    cluster.wait_for_executors()
    wait_for_clock(folder, clock, job)
    with cluster.frozen():
        time.sleep(ON_THEIR_WAY)
        assert cluster.kill_a_worker() >= 2, "the worker ran no executor"
        wait_for(lambda: executors_lost(job) > lost or job.process.poll() is not None, "the end of an executor")
    cluster.fill_up()
    return executors_lost(job) > lost


def executors_lost(job: Job) -> int:
    """How many executors the driver says to have lost."""
    return len(set(re.findall(r"Lost executor (\d+)", job.told())))


def accepted(stage: str, job: Job) -> None:
    answer = finished(job)
    assert (answer["stage"], answer["engine"], answer["status"]) == (stage, "spark", "accepted")


def survives(stage: str, given: Sequence[str], folder: Path, cluster: Cluster) -> None:
    """Submit a stage, kill a worker while it runs, and see it accepted. Again if it ended before its driver missed anyone."""
    for _ in range(KILLS):
        job = cluster.submit(stage, [*given, "--again"])
        missed = kill_during(DIES_DURING[stage], folder, cluster, job)
        accepted(stage, job)
        if missed:
            return
    raise AssertionError(f"{stage} lost no executor in any of {KILLS} runs")


def test_flights_in_one_job_survive_the_death_of_workers(cluster: Cluster, flights: Path, tmp_path: Path) -> None:
    arguments = ["--set", f"data={flights}"]
    runs = tmp_path / "runs"
    job = cluster.submit("run", [document("flights"), *arguments, "--runs", str(runs)])
    assert kill_during("clean + join + features", runs / "flights", cluster, job), "it was too late"
    assert kill_during("train", runs / "flights", cluster, job), "it was too late"
    assert finished(job)["status"] == "accepted"
    assert executors_lost(job) == 2
    found = certificate("flights", arguments, runs)
    assert found.same_answer, found.first_difference


def test_routes_stage_by_stage_survive_the_death_of_workers(cluster: Cluster, flights: Path, tmp_path: Path) -> None:
    arguments = ["--set", f"data={flights}", "--set", "min_flights=5"]
    runs = tmp_path / "runs"
    with open_engine("spark", EngineOptions(parallelism=2, partitions=2)):
        for stage in STAGES:
            given = [document("routes"), *arguments, "--runs", str(runs)]
            if stage not in SUBMITTED:
                assert main(["run", *given, "--stage", stage, "--engine", "spark", "--quiet"]) == 0
            elif stage in DIES_DURING:
                survives(stage, given, runs / "routes" / "stages" / stage, cluster)
            else:
                accepted(stage, cluster.submit(stage, given))
    found = certificate("routes", arguments, runs)
    assert found.same_answer, found.first_difference
