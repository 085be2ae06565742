"""The session of the programs written by hand in PySpark: as many cores and as much memory as ours takes."""

from __future__ import annotations

import os
import sys

import psutil
from pyspark.sql import SparkSession


def session() -> SparkSession:
    """Return a local session with settings that suit one machine."""
    os.environ["PYSPARK_PYTHON"] = sys.executable
    cores = len(os.sched_getaffinity(0))
    heap = int(min(max(psutil.virtual_memory().total // 4, 1 << 30), 8 << 30) >> 20)
    settings = {
        "spark.master": f"local[{cores}]",
        "spark.driver.memory": f"{heap}m",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": str(2 * cores),
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.parquet.compression.codec": "zstd",
        "spark.log.level": "ERROR",
    }
    builder = SparkSession.builder.appName("by hand")
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()
