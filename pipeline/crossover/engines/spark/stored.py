"""Scan of a table that an earlier stage wrote."""

from __future__ import annotations

from pathlib import Path

from pyspark.sql import SparkSession, types

from crossover.engines.spark.frames import SPARK_TYPES, SparkFrame
from crossover.relations import nodes
from crossover.relations.schema import schema_of

MEMORY_PER_BYTE = 4
"""Bytes in memory for a byte of a compressed file, at most: what decides whether a table is sent to every task."""


def scan_stored(session: SparkSession, node: nodes.Scan, source: nodes.StoredTable) -> SparkFrame:
    """Return the wanted columns of all files. The schema is given, so no file is opened to find it."""
    folder = Path(source.folder)
    schema = types.StructType([types.StructField(name, SPARK_TYPES[fact.type]) for name, fact in schema_of(node).items()])
    data = session.read.schema(schema).parquet(folder.absolute().as_uri())
    size = sum(file.stat().st_size for file in folder.glob("*.parquet"))
    return SparkFrame(data, node.columns, MEMORY_PER_BYTE * size)
