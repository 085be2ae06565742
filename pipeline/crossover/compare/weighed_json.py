"""Fits, crossover and choices as JSON values: the part of comparison.json that a report draws."""

from __future__ import annotations

from typing import Any

from crossover.compare.choices import Choice
from crossover.compare.crossover_point import FARTHEST, CrossoverPoint
from crossover.compare.fit import Fit
from crossover.compare.measurement import Measurement
from crossover.compare.memory_end import MemoryEnd
from crossover.compare.resample import LEVEL, interval


def fit_json(found: Fit, cores: int) -> dict[str, Any]:
    """Return the line at a parallelism (`fixed` + `per_row` times rows), its terms, and how far it can be trusted."""
    line = found.line(cores)
    sampled = found.sampled_lines(cores)
    ends = None if sampled is None else {"fixed": list(interval(sampled[0])), "per_row": list(interval(sampled[1])), "level": LEVEL}
    errors = found.errors
    return {
        "fixed": line.fixed,
        "per_row": line.per_row,
        "parallelism": cores,
        "terms": dict(found.terms),
        "measured_rows": [found.sizes[0], found.sizes[-1]],
        "stated_to_rows": FARTHEST * found.sizes[-1],
        "points": len(found.points),
        "sizes": len(found.sizes),
        "measured_parallelism": list(found.parallelism),
        "mean_error": found.mean_error,
        "largest_error": None if errors is None else float(abs(errors).max()),
        "interval": ends,
        "left_out": [{"rows": point.rows, "parallelism": point.parallelism, "value": point.value} for point in found.left_out],
    }


def point_json(measurement: Measurement, found: CrossoverPoint | None) -> dict[str, Any]:
    """Return a crossover, empty where none could be looked for."""
    if found is None:
        return {}
    return {
        "challenger": {"engine": found.challenger.engine, "parallelism": found.challenger.parallelism},
        "holders": [{"engine": each.engine, "parallelism": each.parallelism} for each in found.holders],
        "rows": found.rows,
        "until_rows": found.until,
        "scale": scale_of(measurement, found.rows),
        "interval": None if found.interval is None else list(found.interval),
        "level": LEVEL,
        "share": found.share,
        "limit_rows": found.limit,
        "none_below_rows": found.none_below,
        "measured_to_rows": found.limit / FARTHEST,
        "doubt": found.doubt,
    }


def end_json(measurement: Measurement, end: MemoryEnd) -> dict[str, Any]:
    """Return where an engine's memory ends."""
    return {
        "parallelism": end.parallelism,
        "rows": end.rows,
        "scale": scale_of(measurement, end.rows),
        "interval": None if end.interval is None else list(end.interval),
        "memory_bytes": end.memory,
        "limit_rows": end.limit,
        "none_below_rows": end.none_below,
        "finished_rows": end.finished,
        "failed_rows": end.failed,
        "doubt": end.doubt,
    }


def choice_json(choice: Choice) -> dict[str, Any]:
    """Return the answer for one size."""
    other = choice.other
    return {
        "size": choice.size,
        "rows": choice.rows,
        "answer": choice.answer,
        "take": {"engine": choice.take.engine, "parallelism": choice.take.parallelism, "wall_s": choice.take.wall_s.median},
        "other": None if other is None else {"engine": other.engine, "parallelism": other.parallelism, "wall_s": other.wall_s.median},
        "out_of_memory": list(choice.out_of_memory),
    }


def scale_of(measurement: Measurement, rows: float | None) -> float | None:
    """Return the scale that so many rows belong to, as rows grow from one size to the next; None without scales."""
    scaled = sorted((float(size.rows), size.scale) for size in measurement.sizes if size.rows and size.scale)
    if rows is None or not scaled:
        return None
    nearest = min(scaled, key=lambda each: abs(each[0] - rows))
    return rows * nearest[1] / nearest[0]
