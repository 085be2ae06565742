"""The fitted lines of each engine as points to draw, and where two of them cross."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from crossover.compare.choices import DISTRIBUTED
from crossover.compare.fit import Fit, Line
from crossover.compare.measurement import Measurement
from crossover.report.amounts import roughly
from crossover.report.charts import Place, Reference
from crossover.report.reading import Configuration

STEPS = 40
"""Points of a drawn line: a straight one is bent by logarithmic axes."""


@dataclass(frozen=True)
class Fitted:
    """A fitted line at one parallelism, and between which rows it was measured and may be drawn."""

    line: Line
    low: float
    measured: float
    farthest: float

    def inside(self) -> tuple[Place, ...]:
        """Return the line over what was measured."""
        return self._points(self.low, self.measured)

    def beyond(self) -> tuple[Place, ...]:
        """Return the line from there to where it is stated."""
        return self._points(self.measured, self.farthest)

    def _points(self, low: float, high: float) -> tuple[Place, ...]:
        rows = np.geomspace(low, high, STEPS) if high > low > 0 else np.array([])
        return tuple((float(each), self.line.at(float(each))) for each in rows)


def fitted(measured: Measurement, clock: str, configuration: Configuration) -> Fitted | None:
    """Return the fitted line of a configuration, None where there is none for its parallelism."""
    found = (measured.fits.get(clock) or {}).get(configuration.engine)
    if not isinstance(found, Mapping) or configuration.parallelism not in found["measured_parallelism"]:
        return None
    line = Fit(found["terms"], ()).line(configuration.parallelism)
    low, most = found["measured_rows"]
    return Fitted(line, float(low), float(most), float(found["stated_to_rows"]))


def crossing(measured: Measurement) -> tuple[Reference, ...]:
    """Return the crossover as a line across a plot of rows, if there is one."""
    found: Mapping[str, Any] = measured.crossover
    rows = found.get("rows")
    if not rows:
        return ()
    low, high = found.get("interval") or (None, None)
    ends = (float(low), float(high)) if low and high else None
    engine, until = found["challenger"]["engine"], found.get("until_rows")
    begins, stops = ["lines cross at"] * 2 if not_seen(found) else [f"{engine} wins from", f"{engine} wins up to"]
    first = Reference(f"{begins} {roughly(rows)}", float(rows), upright=True, ends=ends)
    return (first, Reference(f"{stops} {roughly(until)}", float(until), upright=True)) if until else (first,)


def not_seen(found: Mapping[str, Any]) -> bool:
    """Whether the lines let the challenger win at the largest size that was measured, and the runs there did not."""
    if found.get("rows") is None or not found.get("choices"):
        return False
    last = found["choices"][-1]
    wins = found["rows"] <= last["rows"] < (found.get("until_rows") or math.inf)
    return bool(wins and last["answer"] != DISTRIBUTED)
