"""On Spark the skeleton costs the exchanges, sorts, windows and broadcasts of code written by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.skeleton import data, spark_structure

from tests.conftest import OpenEngines, is_left_out


@pytest.mark.slow
def test_the_plan_has_the_structure_of_the_one_written_by_hand(
    open_engines: OpenEngines, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if is_left_out("spark", request.config):
        return
    engine = open_engines.get("spark")
    data.write(tmp_path, 2_000)
    open_engines.partitions = 0
    try:
        ours, by_hand = spark_structure.ours(engine, tmp_path), spark_structure.by_hand(tmp_path)
    finally:
        open_engines.partitions = 3
    assert ours == by_hand
    assert ours["exchanges"] == 2
