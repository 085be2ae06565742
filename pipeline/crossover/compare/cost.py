"""COST: the smallest parallelism at which the distributed engine beats one thread, and the best of one machine.

McSherry, Isard, Murray: Scalability! But at what COST? (HotOS 2015).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crossover.compare.choices import fastest
from crossover.compare.crossover_point import WORST_ERROR
from crossover.compare.fit import Fit, middles
from crossover.compare.measurement import Measurement, Summary

FARTHEST_CORES = 4
"""More cores are predicted up to this many times the most that were measured; beyond, only a bound is told."""
MEASURED, PREDICTED, NOT_MEASURED = "measured", "predicted", "not measured"
ONE_THREAD, BEST_SINGLE_NODE = "one_thread", "best_single_node"


@dataclass(frozen=True)
class Beaten:
    """From which parallelism on a time of one machine is beaten."""

    engine: str
    parallelism: int
    wall_s: float
    by: int | None
    """Cores of the distributed engine; None where none was found."""
    how: str
    """measured, predicted, or not measured: no number up to 4 times the measured ones does it."""
    never: bool = False
    """Whether the bound of the fit lies above the time: even without end no number of cores would do it."""

    def to_json(self) -> dict[str, Any]:
        return {
            "engine": self.engine, "parallelism": self.parallelism, "wall_s": self.wall_s,
            "beaten_by_cores": self.by, "how": self.how, "never": self.never,
        }  # fmt: skip


def cost(measurement: Measurement, engine: str, found: Fit | None, distributed: Collection[str]) -> dict[str, Any]:
    """Return COST of a distributed engine at each size, and its times at more cores for the largest size.

    `found` is the fit of its time; None where there is none, and then nothing is predicted.
    """
    able = found is not None and len(found.parallelism) > 1 and (found.mean_error or 0.0) <= WORST_ERROR
    usable = found if able else None
    sizes = sorted((size for size in measurement.sizes if size.rows), key=lambda size: size.rows or 0)
    entries = [
        {"size": size.name, "rows": size.rows, **beaten}
        for size in sizes
        if (beaten := _at_size(measurement, size.name, float(size.rows or 0), engine, usable, distributed))
    ]
    return {
        "engine": engine,
        "measured_cores": sorted({summary.parallelism for summary in measurement.summaries if summary.engine == engine}),
        "sizes": entries,
        "more_cores": more_cores(usable, usable.sizes[-1]) if usable else [],
    }


def more_cores(found: Fit, rows: float) -> list[dict[str, Any]]:
    """Return seconds at the measured cores and at doubled numbers up to 4 times those, then the bound for any more.

    The bound: what cores do not speed up, and what each adds at the most that was predicted. It is marked `not measured`.
    """
    times = {point.parallelism: middle for point, middle in zip(found.points, middles(found.points), strict=True) if point.rows == rows}
    lines = [{"cores": cores, "rows": rows, "wall_s": float(wall), "how": MEASURED} for cores, wall in sorted(times.items())]
    for cores in _doubled(found.parallelism[-1]):
        lines.append({"cores": cores, "rows": rows, "wall_s": found.at(rows, cores), "how": PREDICTED})
    beyond = FARTHEST_CORES * found.parallelism[-1]
    return [*lines, {"cores": None, "more_than": beyond, "rows": rows, "at_least_s": bound_of(found, rows), "how": NOT_MEASURED}]


def bound_of(found: Fit, rows: float) -> float:
    """Return seconds that no more cores than 4 times the measured ones would go below: nothing is left of the part per core."""
    unsped = {**found.terms, "per_row_per_core": 0.0}
    return Fit(unsped, found.points).at(rows, FARTHEST_CORES * found.parallelism[-1])


def _at_size(
    measurement: Measurement, size: str, rows: float, engine: str, found: Fit | None, distributed: Collection[str]
) -> Mapping[str, Any]:
    here = [summary for summary in measurement.summaries if summary.size == size]
    times = {summary.parallelism: summary.wall_s.median for summary in here if summary.engine == engine}
    single = [summary for summary in here if summary.engine not in distributed]
    targets = {ONE_THREAD: fastest([each for each in single if each.parallelism == 1]), BEST_SINGLE_NODE: fastest(single)}
    if not times:
        return {}
    return {name: None if target is None else _beaten(target, times, rows, found).to_json() for name, target in targets.items()}


def _beaten(target: Summary, times: Mapping[int, float], rows: float, found: Fit | None) -> Beaten:
    wall = target.wall_s.median
    measured = [cores for cores, seconds in sorted(times.items()) if seconds < wall]
    if measured:
        return Beaten(target.engine, target.parallelism, wall, measured[0], MEASURED)
    if found is None:
        return Beaten(target.engine, target.parallelism, wall, None, NOT_MEASURED)
    most = max(*found.parallelism, *times)
    for cores in range(most + 1, FARTHEST_CORES * most + 1):
        if found.at(rows, cores) < wall:
            return Beaten(target.engine, target.parallelism, wall, cores, PREDICTED)
    return Beaten(target.engine, target.parallelism, wall, None, NOT_MEASURED, never=bound_of(found, rows) >= wall)


def _doubled(most: int) -> Sequence[int]:
    """Return 2 and 4 times a number of cores."""
    return [most * times for times in (2, FARTHEST_CORES)]
