"""One Spark session for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pyspark.sql import SparkSession

from crossover.engines.base import Engine, EngineOptions
from crossover.engines.registry import open_engine
from crossover.engines.spark.session import SparkEngine
from tests.conftest import OpenEngines


@pytest.fixture(scope="session")
def spark_engine(open_engines: OpenEngines) -> Iterator[Engine[Any]]:
    """An engine over the JVM of `open_engines`, whose own spreads what it scans."""
    open_engines.get("spark")
    with open_engine("spark", EngineOptions(parallelism=2, partitions=3)) as engine:
        yield engine


@pytest.fixture
def session(spark_engine: Engine[Any]) -> SparkSession:
    assert isinstance(spark_engine, SparkEngine)
    return spark_engine.session


@pytest.fixture
def settings(session: SparkSession) -> Iterator[Any]:
    """The session's settings, put back afterwards."""
    configuration = session.conf
    names = ("spark.sql.ansi.enabled", "spark.sql.files.maxPartitionBytes", "spark.sql.autoBroadcastJoinThreshold")
    before = {name: configuration.get(name) for name in names}
    yield configuration
    for name, value in before.items():
        configuration.set(name, value)
