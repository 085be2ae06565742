"""Kept rows that forget how they came about, where nothing can lose them.

Spark sends each task everything that led to its rows, kept or not: behind five joins that takes tens of milliseconds to write and to read, for
every task, and MLlib runs a hundred jobs over a table of any size. In a session of one process kept rows end with the process alone, so
what led to them is let go. On a cluster it stays: an executor that is lost takes its rows along, and they are made anew.
"""

from __future__ import annotations

from typing import Any

from pyspark.sql import DataFrame, SparkSession


def forget_origin(session: SparkSession, data: DataFrame) -> None:
    """Let a query that was persisted, and not computed yet, forget what it is made of once it is."""
    # a session of Connect is of another class
    if isinstance(session, SparkSession):
        spark: Any = session
        query: Any = data
        kept = spark._jsparkSession.sharedState().cacheManager().lookupCachedData(query._jdf).get()
        forget_origin_of_rows(session.sparkContext, kept.cachedRepresentation().cacheBuilder().cachedColumnBuffers())


def forget_origin_of_rows(context: Any, rows: Any) -> None:
    """The same for an RDD of the JVM that was persisted, and that no job has read."""
    if context._jsc.sc().isLocal():
        rows.localCheckpoint()
