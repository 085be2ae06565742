"""What to take at each size that was measured: one machine, the distributed engine, or whichever is simpler."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from crossover.compare.measurement import DOES_NOT_FIT, MeasuredSize, Measurement, Summary

ONE_MACHINE, DISTRIBUTED, TOO_CLOSE = "one machine", "distributed", "too close"
CLOSE = 0.10
"""Medians that differ by less than this part are too close to tell."""


@dataclass(frozen=True)
class Choice:
    """The answer for one size."""

    size: str
    rows: int
    answer: str
    """one machine, distributed, or too close."""
    take: Summary
    """The configuration to take: where it is too close, the simpler one."""
    other: Summary | None
    """The best of the other kind; None where none finished."""
    finished: tuple[Summary, ...] = ()
    """The best of each engine that finished, the fastest first."""
    out_of_memory: tuple[str, ...] = ()
    """Engines that did not fit at this size in any configuration."""


def choices(measurement: Measurement, distributed: Collection[str]) -> tuple[Choice, ...]:
    """Return an answer for each size at which something finished, from the smallest to the largest."""
    sizes = sorted((size for size in measurement.sizes if size.rows), key=lambda size: size.rows or 0)
    found = (_choice(measurement, size, distributed) for size in sizes)
    return tuple(choice for choice in found if choice is not None)


def fastest(summaries: Collection[Summary]) -> Summary | None:
    """Return the summary with the lowest median wall time."""
    return min(summaries, key=lambda each: each.wall_s.median, default=None)


def too_close(one: Summary, other: Summary) -> bool:
    """Whether two medians lie within a tenth of the larger, or one's repeats reach into the other's (from two on)."""
    low, high = sorted((one, other), key=lambda each: each.wall_s.median)
    if low.wall_s.median > (1 - CLOSE) * high.wall_s.median:
        return True
    return min(one.repeats, other.repeats) > 1 and low.wall_s.highest >= high.wall_s.lowest


def _choice(measurement: Measurement, size: MeasuredSize, distributed: Collection[str]) -> Choice | None:
    here = [summary for summary in measurement.summaries if summary.size == size.name]
    single = fastest([each for each in here if each.engine not in distributed])
    many = fastest([each for each in here if each.engine in distributed])
    best = sorted(filter(None, (fastest([each for each in here if each.engine == engine]) for engine in {each.engine for each in here})), key=_wall)
    unfit = {run.engine: None for run in measurement.runs if run.size == size.name and run.outcome == DOES_NOT_FIT}
    gone = tuple(engine for engine in unfit if engine not in {each.engine for each in best})
    if single is None or many is None:
        only = single or many
        answer = ONE_MACHINE if single is not None else DISTRIBUTED
        return None if only is None else Choice(size.name, int(size.rows or 0), answer, only, None, tuple(best), gone)
    close, single_wins = too_close(single, many), single.wall_s.median < many.wall_s.median
    answer = TOO_CLOSE if close else ONE_MACHINE if single_wins else DISTRIBUTED
    take, other = (single, many) if close or single_wins else (many, single)
    return Choice(size.name, int(size.rows or 0), answer, take, other, tuple(best), gone)


def _wall(summary: Summary) -> tuple[float, str]:
    return summary.wall_s.median, summary.engine
