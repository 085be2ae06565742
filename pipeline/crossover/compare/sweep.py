"""Sizes x engines x parallelism x repeats, one run after another, each in a process of its own.

comparison.json is written after every run. What it has already is not done again, so a comparison that was broken
off goes on where it was.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from crossover.compare.answers import check_inputs, rows_of, settled, with_size
from crossover.compare.conclusion import concluded, unconcluded
from crossover.compare.machine import machine_facts
from crossover.compare.measured_run import measure
from crossover.compare.measurement import FORMAT, MeasuredRun, MeasuredSize, Measurement
from crossover.compare.schedule import Configuration, Size, Turn, key_of, schedule
from crossover.compare.several import COMPARISON
from crossover.compare.summary import summarised
from crossover.core.clock import iso, utc_now
from crossover.core.errors import ConfigError
from crossover.runs.durable import read_json, write_json
from crossover.runs.folder import Attempt, RunFolder, new_run_id
from crossover.runs.record import SourceFingerprint
from crossover.runs.versions import library_versions


@dataclass(frozen=True)
class Identified:
    """The parameters of a size, and what its sources are."""

    parameters: Mapping[str, Any]
    inputs: Mapping[str, SourceFingerprint]


@dataclass(frozen=True)
class Sweep:
    """A comparison that is asked for."""

    pipeline: str
    document: str
    document_hash: str
    command: str
    """As it was typed."""
    sizes: Sequence[Size]
    configurations: Sequence[Configuration]
    repeats: int
    warm_ups: int
    memory_limit: int | None
    """Bytes that each run's process tree may take."""
    out: Path
    child: Callable[[Turn, Path, str], Sequence[str]]
    """The command that makes one run: of a turn, in a folder of runs, under a run id."""
    identify: Callable[[Size], Identified]

    @property
    def place(self) -> Path:
        return self.out / COMPARISON

    @property
    def runs(self) -> Path:
        """The folder of runs."""
        return self.out / "runs"

    @property
    def folder(self) -> RunFolder:
        return RunFolder(self.runs, self.pipeline)

    @property
    def turns(self) -> list[Turn]:
        return list(schedule(self.sizes, self.configurations, self.repeats, self.warm_ups))

    @property
    def several(self) -> bool:
        """Whether engines run with several parallelisms."""
        return len({each.parallelism for each in self.configurations}) > 1

    def request(self) -> dict[str, Any]:
        """Return what was asked for, as JSON values."""
        return {
            "engines": list(dict.fromkeys(each.engine for each in self.configurations)),
            "parallelism": list(dict.fromkeys(each.parallelism for each in self.configurations)),
            "repeats": self.repeats,
            "warm_ups": self.warm_ups,
        }


Told = Callable[[MeasuredRun, int, int], None]
"""Is told of each run: how many are done, of how many."""


def swept(sweep: Sweep, told: Told) -> Measurement:
    """Make all runs that are missing and return the whole measurement.

    Raises ConfigError where the folder holds another comparison, DataError where the data of a size has changed.
    """
    measurement = begun(sweep)
    turns, missing = sweep.turns, missing_turns(sweep, measurement)
    if not missing and measurement.verdict:
        return measurement
    _clear(sweep, measurement)
    measurement = asked(measurement, sweep)
    for size in {turn.size.name: turn.size for turn in missing}.values():
        measurement = looked_at(measurement, sweep, size)
    for turn in missing:
        measurement = _with_run(measurement, sweep, turn)
        write_json(sweep.place, measurement.to_json())
        told(measurement.runs[-1], turns.index(turn) + 1, len(turns))
    measurement = concluded(measurement)
    write_json(sweep.place, measurement.to_json())
    return measurement


def _clear(sweep: Sweep, measurement: Measurement) -> None:
    """Delete what runs left that were broken off: they are made anew. The caller holds the lease."""
    known = {run.run for run in measurement.runs}
    for path in sweep.folder.attempts.iterdir():
        if path.is_dir() and path.name not in known:
            shutil.rmtree(path)


def missing_turns(sweep: Sweep, measurement: Measurement | None = None) -> list[Turn]:
    """Return the runs that are not made yet."""
    known = {key_of(run) for run in (measurement or begun(sweep)).runs}
    return [turn for turn in sweep.turns if turn.key not in known]


def begun(sweep: Sweep) -> Measurement:
    """Return the measurement of the folder, or an empty one if nothing is there."""
    fresh = Measurement(
        pipeline=sweep.pipeline,
        document=sweep.document,
        document_hash=sweep.document_hash,
        commands=(),
        started=iso(utc_now()),
        ended=iso(utc_now()),
        machine=machine_facts(sweep.memory_limit),
        versions=library_versions(),
    )
    if not sweep.place.exists():
        return fresh
    try:
        found = read_json(sweep.place)
        known = Measurement.from_json(found) if found.get("format") == FORMAT else None
    except (OSError, ValueError, KeyError, TypeError):
        known = None
    if known is None:
        raise ConfigError(f"`{sweep.place}` is no comparison of this version", notes=[_OTHERWISE])
    _refuse_another(sweep, known, fresh)
    return known


def asked(measurement: Measurement, sweep: Sweep) -> Measurement:
    """Return the measurement with a command that adds to it, and what it asks for."""
    before, now = measurement.request, sweep.request()
    lists = {name: list(dict.fromkeys([*before.get(name, ()), *now[name]])) for name in ("engines", "parallelism")}
    numbers = {name: max(before.get(name, 0), now[name]) for name in ("repeats", "warm_ups")}
    commands = tuple(dict.fromkeys([*measurement.commands, sweep.command]))
    return replace(measurement, commands=commands, request={**lists, **numbers})


_OTHERWISE = "--again begins anew; --out names another folder"


def _refuse_another(sweep: Sweep, known: Measurement, fresh: Measurement) -> None:
    """Raise ConfigError where runs of now could not stand beside those that are there."""
    pairs: dict[str, tuple[Any, Any]] = {
        "pipeline": (known.pipeline, fresh.pipeline),
        "document": (known.document_hash[:12], fresh.document_hash[:12]),
        **{f"machine's {name}": (known.machine.get(name), fresh.machine[name]) for name in fresh.machine},
        **{f"version of {name}": (known.versions.get(name), version) for name, version in fresh.versions.items()},
    }
    for what, (before, now) in pairs.items():
        if before != now:
            told = f"`{sweep.out}` holds a comparison whose {what} was {_shown(before)}; now it is {_shown(now)}"
            raise ConfigError(told, notes=[_OTHERWISE])


def _shown(value: Any) -> str:
    return "none" if value is None else str(value)


def looked_at(measurement: Measurement, sweep: Sweep, size: Size) -> Measurement:
    """Return the measurement with a size whose inputs are those of its runs. Raises DataError if they are not."""
    found = sweep.identify(size)
    inputs = {name: asdict(each) for name, each in found.inputs.items()}
    if size.name in [each.name for each in measurement.sizes]:
        known = measurement.size(size.name)
        if known.parameters != found.parameters:
            raise ConfigError(f"`{sweep.out}` holds a size {size.name} of other parameters", notes=[_OTHERWISE])
        check_inputs(known, inputs)
        return measurement
    total = sum(each.bytes for each in found.inputs.values())
    return with_size(measurement, MeasuredSize(size.name, size.scale, None, total, found.parameters, inputs))


def _with_run(measurement: Measurement, sweep: Sweep, turn: Turn) -> Measurement:
    run_id = f"{new_run_id()}-{turn.configuration.engine}-{turn.configuration.parallelism}"
    attempt = sweep.folder.attempt(run_id)
    run = measure(turn, sweep.child(turn, sweep.runs, run_id), attempt, sweep.memory_limit)
    measurement = unconcluded(replace(measurement, runs=(*measurement.runs, run), ended=iso(utc_now())))
    if run.finished:
        measurement = _with_facts(measurement, turn.size.name, attempt)
    else:
        looked_at(measurement, sweep, turn.size)  # other data may be why it failed, and then it is no result
    several = sweep.several or len({each.parallelism for each in measurement.runs}) > 1
    return summarised(settled(measurement, run, several))


def _with_facts(measurement: Measurement, name: str, attempt: Attempt) -> Measurement:
    """Return the measurement with what a run's record tells of its size and of versions."""
    record = attempt.read_json(attempt.record.name)
    size = measurement.size(name)
    check_inputs(size, record["inputs"])
    versions = {**record["versions"], **measurement.versions}
    return with_size(replace(measurement, versions=versions), replace(size, rows=_rows(size, record), rows_estimated=False))


def _rows(size: MeasuredSize, record: Mapping[str, Any]) -> int:
    return size.rows if size.rows is not None and not size.rows_estimated else rows_of(record)
