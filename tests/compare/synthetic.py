"""Comparisons that were never run: times and memory follow formulas that the tests know."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from crossover.compare.measurement import (
    DOES_NOT_FIT,
    FINISHED,
    MeasuredClock,
    MeasuredRun,
    MeasuredSize,
    MeasuredUsage,
    Measurement,
)
from crossover.compare.summary import summarised
from crossover.compare.weighed import weighed

Time = Callable[[float, int], float]
"""Seconds for rows and cores."""
GIB = 2.0**30


class Comparison:
    """Engines with their formulas; `measurement()` gives what a sweep would have measured."""

    def __init__(self, scales: Sequence[float], repeats: int = 3, noise: float = 0.0, rows: float = 1e6, seed: int = 1) -> None:
        self.scales, self.repeats, self.noise, self.rows = scales, repeats, noise, rows
        self.random = np.random.default_rng(seed)
        self.runs: list[MeasuredRun] = []
        self.machine: dict[str, Any] = {"cpus": 2, "memory_bytes": 64 * GIB, "memory_limit_bytes": None}
        self.same_answer: bool | None = True

    def engine(
        self,
        name: str,
        time: Time,
        cores: Sequence[int] = (2,),
        memory: Callable[[float], float] = lambda rows: 1e8 + 100 * rows,
        spills: Callable[[float], bool] = lambda rows: False,
        fits: Callable[[float], bool] = lambda rows: True,
        start: float = 0.0,
    ) -> Comparison:
        """Add the runs of an engine."""
        for scale in self.scales:
            for parallelism in cores:
                for repeat in range(self.repeats):
                    rows = scale * self.rows
                    seconds = time(rows, parallelism) * float(1 + self.noise * self.random.standard_normal())
                    spark = {"spill_bytes": 10 if spills(rows) else 0} if name == "spark" else None
                    fitted = fits(rows)
                    clocks = (MeasuredClock("start", None, start, start, 10), MeasuredClock("join", "t", seconds - start, 1.0, 10))
                    self.runs.append(
                        MeasuredRun(
                            size=f"{scale:g}",
                            engine=name,
                            parallelism=parallelism,
                            repeat=repeat,
                            discarded=False,
                            outcome=FINISHED if fitted else DOES_NOT_FIT,
                            usage=MeasuredUsage(seconds, 2 * seconds, int(memory(rows))) if fitted else None,
                            session_start_s=start if fitted else None,
                            clocks=clocks if fitted else (),
                            spark=spark,
                        )
                    )
        return self

    def measurement(self) -> Measurement:
        sizes = tuple(
            MeasuredSize(f"{scale:g}", scale, int(scale * self.rows), int(scale * 1e8), same_answer=self.same_answer)
            for scale in self.scales
        )
        bare = Measurement(
            "p", "p.yaml", "h", ("crossover compare p.yaml",), "", "", self.machine, {}, sizes=sizes, runs=tuple(self.runs)
        )
        return summarised(bare)

    def weighed(self) -> Measurement:
        return weighed(self.measurement())


def straight(fixed: float, per_million: float) -> Time:
    return lambda rows, cores: fixed + per_million * rows / 1e6


def verdict_of(comparison: Comparison) -> tuple[str, str]:
    first, second = comparison.weighed().verdict
    return first, second

