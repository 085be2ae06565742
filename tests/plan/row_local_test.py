"""What a row must bring to be scored alone, in the words of the document."""

from __future__ import annotations

from pathlib import Path

from crossover.document.load import load_document
from crossover.plan.build import build_plan

CONF = Path(__file__).parents[2] / "conf"


def test_a_row_brings_the_columns_of_the_document_and_none_that_operations_make_for_themselves() -> None:
    row_local = build_plan(load_document(CONF / "flights.yaml", {})).models[0].row_local
    assert set(row_local.columns) == {
        "year", "month", "day", "hour", "carrier", "origin", "dest", "distance",
        "origin_lat", "origin_lon", "dest_lat", "dest_lon", "built", "seats", "temp", "wind_speed", "precip", "visib",
        "previous_delay", "airport_delay",
    }  # fmt: skip
