"""Each stage as a job of its own, its tables written for the next one: a breakdown beside the runs, never part of them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from crossover.compare.child_answer import last_object
from crossover.compare.measured_run import outcome_of, usage_of
from crossover.compare.measurement import FINISHED, ApartStage, Measurement
from crossover.compare.schedule import Configuration, Size
from crossover.compare.summary import START
from crossover.compare.sweep import Sweep, asked, looked_at
from crossover.runs.durable import write_json
from crossover.runs.folder import Attempt
from crossover.runs.measure.child import run_measured


@dataclass(frozen=True)
class Stages:
    """The stages of a document, and the command that runs one of them in a folder of runs."""

    names: Sequence[str]
    child: Callable[[Size, Configuration, Path, str], Sequence[str]]


Told = Callable[[ApartStage], None]


def taken_apart(sweep: Sweep, stages: Stages, measurement: Measurement, told: Told) -> Measurement:
    """Return the measurement with the stages of each size and configuration, where they are not there yet, in it.

    Raises DataError where the data of a size is no longer what its runs have read.
    """
    known = {(each.size, each.engine, each.parallelism) for each in measurement.apart}
    for size in sweep.sizes:
        missing = [each for each in sweep.configurations if (size.name, each.engine, each.parallelism) not in known]
        if missing:
            measurement = asked(looked_at(measurement, sweep, size), sweep)
        for configuration in missing:
            made: list[ApartStage] = []
            for stage in _stages(sweep, stages, size, configuration):
                made.append(stage)
                told(stage)
            measurement = replace(measurement, apart=(*measurement.apart, *made))
            write_json(sweep.place, measurement.to_json())
    return measurement


def _stages(sweep: Sweep, stages: Stages, size: Size, configuration: Configuration) -> Iterator[ApartStage]:
    """Yield the stages until one does not end well. What they hand on is deleted in the end."""
    runs = sweep.out / "apart"
    try:
        for name in stages.names:
            made = _stage(sweep, stages.child(size, configuration, runs, name), (size, configuration, name))
            yield made
            if made.outcome != FINISHED:
                return
    finally:
        shutil.rmtree(runs, ignore_errors=True)


def _stage(sweep: Sweep, command: Sequence[str], what: tuple[Size, Configuration, str]) -> ApartStage:
    size, configuration, name = what
    finished = run_measured(command, sweep.memory_limit)
    outcome, message = outcome_of(finished)
    start = None
    if outcome == FINISHED:
        attempt = Attempt(Path(last_object(finished.output)["folder"]))
        clocks = attempt.read_json(attempt.record.name)["clocks"]
        start = sum(clock["wall_s"] for clock in clocks if clock["name"] == START)
    return ApartStage(size.name, configuration.engine, configuration.parallelism, name, outcome, message, usage_of(finished), start)
