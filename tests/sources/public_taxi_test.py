"""The source `trips` of conf/taxi.yaml on files with the headers and types of the public ones, of two months."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from crossover.document.load import load_document
from crossover.engines.base import Engine
from crossover.relations.nodes import REASON, Scan
from crossover.sources.specification import ParquetSource

TAXI = Path(__file__).parents[2] / "conf" / "taxi.yaml"
EARLY = datetime(2018, 1, 5, 10)
LATE = datetime(2018, 1, 5, 10, 30, 15)


def month(int_type: pa.DataType, string: pa.DataType, moment: pa.DataType, passengers: pa.DataType) -> pa.Table:
    columns = {
        "VendorID": pa.array([1, 2, 2], int_type),
        "tpep_pickup_datetime": pa.array([EARLY, EARLY, None], moment),
        "tpep_dropoff_datetime": pa.array([LATE, LATE, LATE], moment),
        "passenger_count": pa.array([1, None, 3], passengers),
        "trip_distance": pa.array([1.5, 0.0, 20.25]),
        "RatecodeID": pa.array([1.0, None, 99.0]),
        "store_and_fwd_flag": pa.array(["N", None, "Y"], string),
        "PULocationID": pa.array([132, 1, 264], int_type),
        "DOLocationID": pa.array([1, 132, 265], int_type),
        "payment_type": pa.array([1, 2, 1], pa.int64()),
        "fare_amount": pa.array([10.5, -3.0, 52.0]),
        "extra": pa.array([0.5, 0.5, 0.0]),
        "mta_tax": pa.array([0.5, 0.5, 0.5]),
        "tip_amount": pa.array([2.0, 0.0, 10.0]),
        "tolls_amount": pa.array([0.0, 0.0, 5.76]),
        "improvement_surcharge": pa.array([0.3, 0.3, 0.3]),
        "total_amount": pa.array([13.8, -1.7, 68.56]),
        "congestion_surcharge": pa.array([None, 2.5, None], pa.float64()),
        "airport_fee": pa.nulls(3),
    }
    return pa.table(columns)


ROWS: list[tuple[Any, ...]] = [
    (1, EARLY, LATE, 1, 1.5, 1, 132, 1, 1, 10.5, 2.0, 13.8),
    (2, EARLY, LATE, None, 0.0, None, 1, 132, 2, -3.0, 0.0, -1.7),
    (2, None, LATE, 3, 20.25, 99, 264, 265, 1, 52.0, 10.0, 68.56),
]


@pytest.fixture
def trips(tmp_path: Path) -> ParquetSource:
    january = month(pa.int64(), pa.string(), pa.timestamp("us"), pa.float64())
    february = month(pa.int32(), pa.large_string(), pa.timestamp("ns"), pa.int64())
    pq.write_table(january, tmp_path / "yellow_tripdata_2018-01.parquet")
    pq.write_table(february.select(february.column_names[::-1]), tmp_path / "yellow_tripdata_2018-02.parquet")
    free = {"trips": f"{tmp_path}/*.parquet", "first_day": "2018-01-01", "last_day": "2019-12-31"}
    section = load_document(TAXI, free).document.sources["trips"]
    assert section is not None
    found = section.specification("trips")
    assert isinstance(found, ParquetSource)
    return found


def test_both_months_are_read_as_the_document_says(engine: Engine[Any], trips: ParquetSource) -> None:
    wanted = (*(column.name for column in trips.columns), REASON)
    rows = [tuple(row.values()) for row in engine.collect(Scan(trips, wanted)).to_pylist()]
    expected = [(*row, None) for row in ROWS * 2]
    assert sorted(rows, key=str) == sorted(expected, key=str)
