"""Tables of the plan as data of Spark, on both lines by way of Arrow."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest
from pyspark.sql import SparkSession

from crossover.engines.spark.frames import local_data, to_table
from crossover.language.types import BOOLEAN, DATE, DOUBLE, INT, STRING, TIMESTAMP, Fact

TABLE = pa.table(
    {
        "b": pa.array([True, None, False]),
        "i": pa.array([1, None, -(2**63)]),
        "d": pa.array([1.5, None, float("inf")]),
        "s": pa.array(["a", None, "\U0001f600\x00é"]),
        "day": pa.array([dt.date(1, 1, 1), None, dt.date(9999, 12, 31)]),
        "at": pa.array([dt.datetime(2020, 3, 8, 2, 30, 0, 5), None, dt.datetime(1, 1, 1)], pa.timestamp("us")),
        "coded": pa.array(["x", None, "x"]).dictionary_encode(),
    }
)
SCHEMA = dict(zip(TABLE.column_names, map(Fact, (BOOLEAN, INT, DOUBLE, STRING, DATE, TIMESTAMP, STRING)), strict=True))


@pytest.mark.parametrize("rows", [3, 0])
def test_a_table_comes_back_as_it_was(session: SparkSession, rows: int) -> None:
    table = TABLE.slice(0, rows)
    assert to_table(local_data(session, table), SCHEMA).to_pylist() == table.to_pylist()


def test_no_python_worker_is_started_for_it(session: SparkSession) -> None:
    plan = local_data(session, TABLE)._jdf.queryExecution().executedPlan().toString()
    assert plan.startswith("LocalTableScan")
