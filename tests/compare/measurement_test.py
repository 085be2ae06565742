"""comparison.json comes back as it was written."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from crossover.compare.measurement import ApartStage, Latency, MeasuredUsage, Measurement
from crossover.compare.summary import summarised
from tests.compare.made_runs import clock, measurement, run

pytestmark = pytest.mark.once


def whole() -> Measurement:
    """Return a measurement in which every part is filled."""
    clocks = (clock("start", 1.0), clock("train", 2.0, 1.0, "m"))
    made = run(clocks=clocks, samples=((0.1, 0.5, 1_000), (0.2, 1.5, 2_000)), iterations={"m": 3}, training_rows={"m": 10}, marks=("retries",))
    stage = ApartStage("1", "pandas", 2, "ingest", "finished", None, MeasuredUsage(1.0, 2.0, 3), 0.5)
    failed = run(repeat=1, outcome="failed", message="no", error={"kind": "data error"}, usage=None)
    return replace(summarised(measurement(made, failed)), latency=(Latency("m", 1e-6, 2e-6, 100, 1e6),), verdict=("One.", "Two."), apart=(stage,))


def test_what_is_written_is_read_back() -> None:
    made = whole()
    text = json.dumps(made.to_json(), allow_nan=False)
    assert Measurement.from_json(json.loads(text)) == made
    assert json.loads(text)["format"] == 2


def test_what_a_later_version_adds_is_left_out() -> None:
    written = whole().to_json()
    written["weather"] = "rain"
    written["runs"][0]["weather"] = "rain"
    written["summaries"][0]["wall_s"]["weather"] = "rain"
    assert Measurement.from_json(written) == whole()
