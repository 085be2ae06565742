"""What was measured, as points that lines are laid through."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median

from crossover.compare.fit import Point
from crossover.compare.measurement import MeasuredRun, Measurement
from crossover.compare.summary import training_seconds, without_keeping

Value = Callable[[MeasuredRun], float | None]
NEARLY_FULL = 0.8
"""Above this part of the memory a process counts as strained, and a whole machine as full: others live there too."""


def wall(run: MeasuredRun) -> float:
    """Seconds from start to exit, without what only a comparison writes."""
    return without_keeping(run)[0]


def warm(run: MeasuredRun) -> float | None:
    """The same without the start of the session; None where that is not known."""
    return None if run.session_start_s is None else wall(run) - run.session_start_s


def cpu(run: MeasuredRun) -> float:
    return without_keeping(run)[1]


def peak(run: MeasuredRun) -> float:
    return without_keeping(run)[2]


def of_clock(name: str) -> Value:
    """Return what gives the seconds of all clocks of a name, None where there is none."""

    def value(run: MeasuredRun) -> float | None:
        found = [clock.wall_s for clock in run.clocks if clock.name == name]
        return sum(found) if found else None

    return value


def of_iteration(model: str) -> Value:
    """Return what gives the seconds of one iteration of a model's training."""

    def value(run: MeasuredRun) -> float | None:
        seconds = training_seconds(run, model)
        iterations = run.iterations.get(model)
        return seconds / iterations if iterations and seconds > 0 else None

    return value


def engines_of(measurement: Measurement) -> tuple[str, ...]:
    """Return the engines that were tried, in the order of their first run."""
    return tuple(dict.fromkeys(run.engine for run in measurement.runs))


def counted(measurement: Measurement, engine: str) -> list[MeasuredRun]:
    """Return the runs of an engine that count and whose size is known."""
    known = {size.name for size in measurement.sizes if size.rows}
    return [run for run in measurement.runs if run.engine == engine and run.counts and run.usage is not None and run.size in known]


def points(measurement: Measurement, engine: str, value: Value) -> list[Point]:
    """Return a point for each run of an engine that has the value. How memory grows is asked up to its end: none is strained."""
    rows = {size.name: float(size.rows or 0) for size in measurement.sizes}
    memory = memory_of(measurement)
    found = []
    for run in counted(measurement, engine):
        measured = value(run)
        if measured is not None:
            found.append(Point(rows[run.size], run.parallelism, float(measured), value is not peak and _strained(run, memory)))
    return found


def memory_of(measurement: Measurement) -> float | None:
    """Return the bytes that a run may use: the limit, else the machine's memory."""
    machine = measurement.machine
    return machine.get("memory_limit_bytes") or machine.get("memory_bytes")


def best_parallelism(measurement: Measurement, engine: str) -> int | None:
    """Return the parallelism with the lowest median time at the largest size that the engine finished; None without runs."""
    found = points(measurement, engine, wall)
    if not found:
        return None
    largest = max(point.rows for point in found)
    times: dict[int, list[float]] = {}
    for point in found:
        if point.rows == largest:
            times.setdefault(point.parallelism, []).append(point.value)
    return min(times, key=lambda cores: (median(times[cores]), cores))


def _strained(run: MeasuredRun, memory: float | None) -> bool:
    """Whether a run spilled, or where nothing can spill, nearly filled the memory."""
    if run.spark is not None:
        return bool(run.spark.get("spill_bytes"))
    return memory is not None and peak(run) >= NEARLY_FULL * memory
