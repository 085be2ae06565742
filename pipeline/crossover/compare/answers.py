"""The answers of one size: each is compared with the first one, and then deleted if it is the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from crossover.compare.certificate import Run, compare
from crossover.compare.measured_run import keep_records
from crossover.compare.measurement import MeasuredRun, MeasuredSize, Measurement
from crossover.core.errors import DataError
from crossover.plan.build import INGEST
from crossover.runs.fingerprint import other_source
from crossover.runs.folder import Attempt


def reference(measurement: Measurement, size: str) -> MeasuredRun | None:
    """Return the run whose whole answer stays: the first kept one of a size that ended well."""
    return next((run for run in measurement.runs if run.size == size and run.counts), None)


def settled(measurement: Measurement, run: MeasuredRun, several: bool) -> Measurement:
    """Return the measurement, of which `run` is the newest, with its answer compared if it is the first of its configuration.

    The first answer of a size stays, those that are the same are deleted, and so is what a repeat, a warm-up or a
    failure left; answers that differ stay to be looked at. `several`: names tell the parallelism too.
    """
    attempt = Attempt(Path(run.folder or ""))
    alike = [each for each in measurement.runs if each.counts and (each.size, each.engine, each.parallelism) == _of(run)]
    if alike[:1] != [run]:
        keep_records(attempt)
        return measurement
    first = reference(measurement, run.size)
    if first is None or first == run:
        return measurement
    sides = [Run(_name(each, several), Attempt(Path(each.folder or ""))) for each in (first, run)]
    found = compare(sides)
    if found.same_answer:
        keep_records(attempt)
    size = measurement.size(run.size)
    certificate = _merged(size.certificate, found.to_json())
    return with_size(measurement, replace(size, certificate=certificate, same_answer=certificate["same_answer"]))


def _of(run: MeasuredRun) -> tuple[str, str, int]:
    return run.size, run.engine, run.parallelism


def _name(run: MeasuredRun, several: bool) -> str:
    return f"{run.engine} x{run.parallelism}" if several else run.engine


def _merged(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> dict[str, Any]:
    """Return one certificate of two that have their first answer in common."""
    if before is None:
        return dict(after)
    return {
        **after,
        "same_answer": before["same_answer"] and after["same_answer"],
        "engines": list(dict.fromkeys([*before["engines"], *after["engines"]])),
        "first_difference": before["first_difference"] or after["first_difference"],
        "parts": [*before["parts"], *after["parts"]],
    }


def with_size(measurement: Measurement, size: MeasuredSize) -> Measurement:
    """Return the measurement with a size put in, or in place of the one of this name."""
    known = [each.name for each in measurement.sizes]
    sizes = measurement.sizes if size.name in known else (*measurement.sizes, size)
    return replace(measurement, sizes=tuple(size if each.name == size.name else each for each in sizes))


def check_inputs(size: MeasuredSize, inputs: Mapping[str, Any]) -> None:
    """Raise DataError if a source is not what the other runs of the size have read."""
    source = other_source(size.inputs, inputs)
    if source is not None:
        raise DataError(
            f"size {size.name}: `{source}` is not what the runs before have read, so no run can be compared with them",
            notes=["--again begins the comparison anew; nothing else changes the data while it lasts"],
        )


def rows_of(record: Mapping[str, Any]) -> int:
    """Return the rows that a run read, of all sources together, from its record."""
    places = record["outcome"]["set_aside"]
    return sum(place["rows_in"] for place in places if place["stage"] == INGEST)
