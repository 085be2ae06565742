"""What a run on Spark tells of itself: as a whole, and clock by clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from crossover.core.clock import from_iso
from crossover.engines.spark.event_log import SparkLog, read_log
from crossover.runs.folder import Attempt


def spark_log_of(attempt: Attempt) -> SparkLog | None:
    """Return what an attempt's Spark session wrote down, None where it had none."""
    return read_log(attempt.spark_events) if attempt.spark_events.is_dir() else None


def by_clock(log: SparkLog | None, record: Mapping[str, Any]) -> list[dict[str, Any] | None]:
    """Return what Spark did in each clock of a run's record; None for each without Spark."""
    if log is None:
        return [None] * len(record["clocks"])
    began = from_iso(record["started"]).timestamp()
    spans = [(began + clock["started_s"], began + clock["started_s"] + clock["wall_s"]) for clock in record["clocks"]]
    return [asdict(work) for work in log.within(spans)]
