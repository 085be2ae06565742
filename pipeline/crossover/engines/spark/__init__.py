"""PySpark, from 3.5 on. Nothing of it is imported before an engine is opened."""

from __future__ import annotations

import warnings
from typing import Any

from crossover.engines.base import Engine, EngineOptions
from crossover.engines.spark.java import java_problem, spark_version


def missing() -> str | None:
    """Return in one line what Spark still needs on this machine, or None."""
    version = spark_version()
    if version is None:
        return 'pyspark is not installed: pip install "crossover-ml[spark,java]"'
    return java_problem(version)


def open_engine(options: EngineOptions) -> Engine[Any]:
    """Open a Spark engine. Raises EngineError if something it needs is missing or the session does not start."""
    from crossover.core.errors import EngineError

    reason = missing()
    if reason is not None:
        raise EngineError(f"the engine spark cannot open: {reason}")
    # pyspark 4.3 says, on import and at each Arrow kernel, that it does not fully support pandas 3; no data of ours
    # passes through pandas
    warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas", category=FutureWarning)
    from crossover.engines.spark.session import SparkEngine

    return SparkEngine(options)
