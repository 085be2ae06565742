"""What programs written by hand in PySpark share: a session with as many cores and as much memory as ours takes, reading, and keys that are looked at."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import psutil
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from crossover.engines.spark.settings import own_java_options


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
    # both have the same collector and start from the same archive of classes: they say nothing of what a layer costs
    settings["spark.driver.extraJavaOptions"] = own_java_options()
    builder = SparkSession.builder.appName("by hand")
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def read(spark: SparkSession, folder: Path, schema: str) -> DataFrame:
    """Return the wanted columns of a folder of Parquet or CSV files; `schema` is `name type, name type`."""
    pairs = [each.split() for each in schema.split(", ")]
    if any(folder.glob("*.parquet")):
        return spark.read.parquet(str(folder)).select(*(name for name, _ in pairs))
    texts = spark.read.csv(str(folder), header=True)
    return texts.select(*(F.col(name).cast(kind).alias(name) for name, kind in pairs))


def check_unique(table: DataFrame, *key: str) -> None:
    """A join of Spark multiplies rows without a word."""
    if not table.groupBy(*key).count().where("count > 1").isEmpty():
        raise ValueError(f"{key} is not unique")
