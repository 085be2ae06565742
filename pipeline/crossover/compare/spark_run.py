"""What a run on Spark tells of itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crossover.engines.spark.event_log import spark_figures
from crossover.runs.folder import Attempt


def spark_figures_of(attempt: Attempt) -> Mapping[str, Any] | None:
    """Return the figures of an attempt's Spark session, None where it had none."""
    if not attempt.spark_events.is_dir():
        return None
    figures = spark_figures(attempt.spark_events)
    return None if figures is None else figures.to_json()
