"""The size at which an engine no longer fits into memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crossover.compare.crossover_point import FARTHEST, WORST_ERROR
from crossover.compare.fit import MEMORY, Fit, fit
from crossover.compare.measured_points import NEARLY_FULL, counted, memory_of, peak, points
from crossover.compare.measurement import DOES_NOT_FIT, Measurement
from crossover.compare.resample import interval, resampled


@dataclass(frozen=True)
class MemoryEnd:
    """Where the peak memory of an engine at one parallelism reaches what there is."""

    engine: str
    parallelism: int
    rows: float | None
    """None where it is beyond `limit`, or nothing can be said."""
    memory: float
    """Bytes that may be used."""
    limit: float = 0.0
    """Nothing is said beyond this many rows."""
    finished: float = 0.0
    """The most rows that fitted."""
    failed: float | None = None
    """The fewest rows that did not."""
    interval: tuple[float, float] | None = None
    doubt: str | None = None

    @property
    def none_below(self) -> float | None:
        """The rows up to which memory is expected to do, where no end was found."""
        return self.limit if self.rows is None and self.doubt is None else None


def memory_end(measurement: Measurement, engine: str, parallelism: int, seed: int = 0) -> MemoryEnd | None:
    """Return the end, None where no memory is known.

    Without a limit four fifths of the machine's memory count. What was measured goes before the line: the end lies above
    every size that fitted, and at or below each that did not.
    """
    whole = memory_of(measurement)
    if not whole:
        return None
    memory = float(whole) if measurement.machine.get("memory_limit_bytes") else NEARLY_FULL * whole
    rows = {size.name: float(size.rows or 0) for size in measurement.sizes}
    of_engine = [run for run in measurement.runs if run.engine == engine and run.parallelism == parallelism and not run.discarded]
    failed = min((rows[run.size] for run in of_engine if run.outcome == DOES_NOT_FIT and rows.get(run.size)), default=None)
    finished = max((rows[run.size] for run in counted(measurement, engine) if run.parallelism == parallelism), default=0.0)
    found = fit(points(measurement, engine, peak), MEMORY, parallelism)
    limit = FARTHEST * finished
    end, ends, doubt = _by_line(resampled(found, seed) if found else None, parallelism, memory, limit)
    if failed is not None:
        inside = end is not None and finished < end <= failed
        return MemoryEnd(engine, parallelism, end if inside else failed, memory, limit, finished, failed, ends if inside else None)
    if end is not None and end < finished:
        return MemoryEnd(engine, parallelism, None, memory, limit, finished, doubt="more fitted than the line of its memory allows")
    return MemoryEnd(engine, parallelism, end, memory, limit, finished, None, ends, doubt)


def _by_line(
    found: Fit | None, parallelism: int, memory: float, limit: float
) -> tuple[float | None, tuple[float, float] | None, str | None]:
    if found is None:
        return None, None, "too few sizes were measured"
    if found.mean_error is not None and found.mean_error > WORST_ERROR:
        return None, None, f"the fit of its memory misses by {found.mean_error:.0%} on average"
    line = found.line(parallelism)
    end = (memory - line.fixed) / line.per_row if line.per_row > 0 else None
    if end is None or end > limit:
        return None, None, None
    sampled = found.sampled_lines(parallelism)
    if sampled is None:
        return end, None, None
    fixed, per_row = sampled
    ends = [(memory - a) / b for a, b in zip(fixed.tolist(), per_row.tolist(), strict=True) if b > 0]
    return end, interval(np.array(ends)) if ends else None, None
