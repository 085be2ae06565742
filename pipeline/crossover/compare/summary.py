"""Repeats of one configuration, summed up: medians, spread, and the two shares that a Spark engineer asks for.

A comparison writes the tables that models read, so that they can be compared. A run of every day does not, so that
clock (`keep`) is taken out of time and CPU here; the runs themselves have it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import mean, median, stdev

from crossover.compare.measurement import (
    NOISE,
    RETRIES,
    ClockSummary,
    MeasuredClock,
    MeasuredRun,
    MeasuredSize,
    Measurement,
    Spread,
    Summary,
)

KEEP, START, STOP, TRAIN = "keep", "start", "stop", "train"
AFTER_PREPROCESSING = frozenset({START, STOP, KEEP, TRAIN, "evaluate", "score", "store"})
"""Clocks that are no part of preprocessing."""
NOISY = 0.10
"""A coefficient of variation of the wall time above this is marked."""

SHUFFLED = "shuffle_write_bytes"
"""What Spark tells of the bytes that it shuffled."""

Configured = tuple[str, str, int]


@dataclass(frozen=True)
class ClockFigures:
    """One clock of one table, medians over the repeats of one configuration. None is "not known"."""

    name: str
    table: str | None
    wall_s: float
    cpu_s: float
    peak_memory: float
    read_bytes: float | None
    read_share: float | None
    """Bytes read divided by the bytes of the input."""
    shuffle_share: float | None
    """Bytes shuffled divided by the bytes of the input; None for one process, which shuffles nothing."""


def summarised(measurement: Measurement) -> Measurement:
    """Return the measurement with summaries of what was measured so far, and with noisy runs marked."""
    summaries = tuple(
        summary_of(measurement.size(size), runs, _ended_badly(measurement, (size, engine, parallelism)))
        for (size, engine, parallelism), runs in _by_configuration(measurement.runs).items()
        if measurement.size(size).rows is not None
    )
    noisy = {(each.size, each.engine, each.parallelism) for each in summaries if NOISE in each.marks}
    runs = tuple(_marked(run, noisy=(run.size, run.engine, run.parallelism) in noisy) for run in measurement.runs)
    return replace(measurement, runs=runs, summaries=summaries)


def _ended_badly(measurement: Measurement, configured: Configured) -> int:
    """Return how many runs that would count did not end well."""
    return sum((run.size, run.engine, run.parallelism) == configured and not run.discarded and not run.finished for run in measurement.runs)


def summary_of(size: MeasuredSize, runs: Sequence[MeasuredRun], ended_badly: int = 0) -> Summary:
    """Return the summary of the kept runs, at least one, of one configuration, of which others ended badly."""
    first = runs[0]
    wall, cpu, peak = (spread(values) for values in zip(*(without_keeping(run) for run in runs), strict=True))
    noise = [NOISE] if wall.cv is not None and wall.cv > NOISY else []
    badly = [f"{ended_badly} of {ended_badly + len(runs)} did not end well"] if ended_badly else []
    return Summary(
        size=size.name,
        engine=first.engine,
        parallelism=first.parallelism,
        repeats=len(runs),
        wall_s=wall,
        cpu_s=cpu,
        peak_memory=peak,
        read_share=_share((run.usage.read_bytes if run.usage else None for run in runs), size.bytes),
        shuffle_share=_share((run.spark.get(SHUFFLED) if run.spark else None for run in runs), size.bytes),
        preprocessing_share=_median(_preprocessing(run) for run in runs),
        session_start_s=_median(run.session_start_s for run in runs),
        clocks=_clocks(runs),
        rows_per_s=(size.rows or 0) / wall.median,
        training_rows_per_s_per_iteration=_throughput(runs),
        marks=(*([RETRIES] if any(RETRIES in run.marks for run in runs) else []), *noise, *badly),
    )


def spread(values: Sequence[float]) -> Spread:
    """Return the spread of at least one value."""
    middle = mean(values)
    cv = stdev(values) / middle if len(values) > 1 and middle > 0 else None
    return Spread(float(median(values)), float(min(values)), float(max(values)), cv)


def _by_configuration(runs: Iterable[MeasuredRun]) -> Mapping[Configured, list[MeasuredRun]]:
    found: dict[Configured, list[MeasuredRun]] = {}
    for run in runs:
        if run.counts:
            found.setdefault((run.size, run.engine, run.parallelism), []).append(run)
    return found


def without_keeping(run: MeasuredRun) -> tuple[float, float, float]:
    """Return wall time and CPU without what only a comparison does, and peak memory."""
    assert run.usage is not None
    kept = [clock for clock in run.clocks if clock.name == KEEP]
    wall, cpu = sum(clock.wall_s for clock in kept), sum(clock.cpu_s for clock in kept)
    return run.usage.wall_s - wall, max(run.usage.cpu_s - cpu, 0.0), float(run.usage.peak_memory)


def clock_names(runs: Iterable[MeasuredRun]) -> tuple[str, ...]:
    """Return the names of clocks in their order, without the one that only a comparison has."""
    return tuple(dict.fromkeys(clock.name for run in runs for clock in run.clocks if clock.name != KEEP))


def clock_figures(size: MeasuredSize, runs: Sequence[MeasuredRun]) -> tuple[ClockFigures, ...]:
    """Return each clock of each table in its order, of the kept runs of one configuration, without what only a comparison does."""
    found: dict[tuple[str, str | None], list[list[MeasuredClock]]] = {}
    for run in runs:
        for key in dict.fromkeys((clock.name, clock.table) for clock in run.clocks if clock.name != KEEP):
            found.setdefault(key, []).append([clock for clock in run.clocks if (clock.name, clock.table) == key])
    return tuple(_figures(size, of_runs) for of_runs in found.values())


def _figures(size: MeasuredSize, of_runs: Sequence[Sequence[MeasuredClock]]) -> ClockFigures:
    """Return the medians of one clock; where it ran several times in a run these are added up, but for their memory."""
    read = [_sum(clock.read_bytes for clock in each) for each in of_runs]
    shuffled = (_sum(clock.spark.get(SHUFFLED) if clock.spark else None for clock in each) for each in of_runs)
    return ClockFigures(
        name=of_runs[0][0].name,
        table=of_runs[0][0].table,
        wall_s=float(median(sum(clock.wall_s for clock in each) for each in of_runs)),
        cpu_s=float(median(sum(clock.cpu_s for clock in each) for each in of_runs)),
        peak_memory=float(median(max(clock.peak_memory for clock in each) for each in of_runs)),
        read_bytes=_median(read),
        read_share=_share(read, size.bytes),
        shuffle_share=_share(shuffled, size.bytes),
    )


def training_seconds(run: MeasuredRun, model: str) -> float:
    """Return the seconds that the training of a model took."""
    return sum(clock.wall_s for clock in run.clocks if (clock.name, clock.table) == (TRAIN, model))


def _share(values: Iterable[int | None], size: int) -> float | None:
    found = _median(values)
    return None if found is None or not size else found / size


def _median(values: Iterable[float | None]) -> float | None:
    """Return the median of what is known, None if nothing is."""
    known = [value for value in values if value is not None]
    return float(median(known)) if known else None


def _sum(values: Iterable[int | None]) -> int | None:
    """Return the sum of what is known, None if nothing is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _preprocessing(run: MeasuredRun) -> float | None:
    counted = [clock for clock in run.clocks if clock.name not in (START, STOP, KEEP)]
    total = sum(clock.wall_s for clock in counted)
    before = sum(clock.wall_s for clock in counted if clock.name not in AFTER_PREPROCESSING)
    return before / total if total > 0 else None


def _clocks(runs: Sequence[MeasuredRun]) -> tuple[ClockSummary, ...]:
    """Return medians of the clocks in their order; those of one name in one run are added up."""
    sums = {name: [[clock for clock in run.clocks if clock.name == name] for run in runs] for name in clock_names(runs)}
    return tuple(
        ClockSummary(
            name,
            float(median(sum(clock.wall_s for clock in each) for each in of_runs)),
            float(median(sum(clock.cpu_s for clock in each) for each in of_runs)),
        )
        for name, of_runs in sums.items()
    )


def _throughput(runs: Sequence[MeasuredRun]) -> dict[str, float]:
    """Return, for each model whose iterations are known, rows times iterations per second of its training."""
    found: dict[str, list[float]] = {}
    for run in runs:
        for model, iterations in run.iterations.items():
            seconds = training_seconds(run, model)
            if seconds > 0 and model in run.training_rows:
                found.setdefault(model, []).append(run.training_rows[model] * iterations / seconds)
    return {model: float(median(values)) for model, values in found.items()}


def _marked(run: MeasuredRun, *, noisy: bool) -> MeasuredRun:
    marks = [mark for mark in run.marks if mark != NOISE]
    return replace(run, marks=(*marks, NOISE) if noisy and run.counts else tuple(marks))
