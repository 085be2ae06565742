"""What follows from the runs of a comparison: models, latency, fits, the crossover and the verdict."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from crossover.compare.answers import reference
from crossover.compare.latency import latencies
from crossover.compare.measurement import MeasuredSize, Measurement
from crossover.compare.model_facts import model_facts
from crossover.compare.weighed import weighed
from crossover.runs.folder import Attempt


def concluded(measurement: Measurement) -> Measurement:
    """Return the measurement with all that its runs say together, its sizes from the smallest to the largest."""
    ordered = replace(measurement, sizes=tuple(sorted(measurement.sizes, key=lambda size: size.bytes)))
    return weighed(_with_models(_with_rows(ordered)))


def _with_rows(measurement: Measurement) -> Measurement:
    """Return the measurement with rows for the sizes at which no run ended well: that one did not fit there is a finding too."""
    known = [size for size in measurement.sizes if size.rows and not size.rows_estimated and size.bytes]
    if not known:
        return measurement

    def estimated(size: MeasuredSize) -> MeasuredSize:
        if size.rows is not None and not size.rows_estimated:
            return size
        nearest = min(known, key=lambda each: abs(each.bytes - size.bytes))
        return replace(size, rows=round(size.bytes * (nearest.rows or 0) / nearest.bytes), rows_estimated=True)

    return replace(measurement, sizes=tuple(map(estimated, measurement.sizes)))


def unconcluded(measurement: Measurement) -> Measurement:
    """Return the measurement without what its runs say together: a new one among them makes that anew."""
    return replace(measurement, models={}, latency=(), fits={}, crossover={}, cost={}, verdict=())


def _with_models(measurement: Measurement) -> Measurement:
    """Return the measurement with the models of its largest answered size, and their latency."""
    answers = [run for size in measurement.sizes if (run := reference(measurement, size.name)) is not None]
    if not answers:
        return measurement
    attempt = Attempt(Path(answers[-1].folder or ""))
    return replace(measurement, models=model_facts(attempt), latency=latencies(attempt))
