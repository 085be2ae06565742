"""What follows from the runs of a comparison: models, latency."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from crossover.compare.answers import reference
from crossover.compare.latency import latencies
from crossover.compare.measurement import Measurement
from crossover.compare.model_facts import model_facts
from crossover.runs.folder import Attempt


def concluded(measurement: Measurement) -> Measurement:
    """Return the measurement with what its largest answered size tells of models and of their latency."""
    answered = [size for size in measurement.sizes if reference(measurement, size.name) is not None]
    if not answered:
        return measurement
    largest = max(answered, key=lambda size: size.bytes)
    run = reference(measurement, largest.name)
    assert run is not None
    attempt = Attempt(Path(run.folder or ""))
    return replace(measurement, models=model_facts(attempt), latency=latencies(attempt))
