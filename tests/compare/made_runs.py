"""Runs and sizes as a comparison writes them down, with what a test wants to say of them."""

from __future__ import annotations

from typing import Any

from crossover.compare.measurement import FINISHED, MeasuredClock, MeasuredRun, MeasuredSize, MeasuredUsage, Measurement

MIB = 2**20


def clock(name: str, wall_s: float, cpu_s: float = 0.0, table: str | None = None) -> MeasuredClock:
    return MeasuredClock(name, table, wall_s, cpu_s, 100 * MIB)


def run(wall_s: float = 10.0, cpu_s: float = 8.0, peak: int = 200 * MIB, read: int | None = None, **given: Any) -> MeasuredRun:
    """Return a finished run of pandas on two threads at size 1."""
    usage = MeasuredUsage(wall_s, cpu_s, peak, read, None)
    known = {"size": "1", "engine": "pandas", "parallelism": 2, "repeat": 0, "discarded": False, "outcome": FINISHED, "usage": usage}
    return MeasuredRun(**{**known, **given})


def size(name: str = "1", rows: int | None = 1_000, byte_count: int = 1_000_000) -> MeasuredSize:
    return MeasuredSize(name, float(name), rows, byte_count)


def measurement(*runs: MeasuredRun, sizes: tuple[MeasuredSize, ...] = ()) -> Measurement:
    moment = "2026-11-21T10:04:05.123456Z"
    return Measurement(
        "shop", "shop.yaml", "d" * 64, ("crossover compare shop.yaml",), moment, moment, {"cpus": 2}, {"python": "3.11"},
        sizes=sizes or (size(),), runs=runs,
    )  # fmt: skip
