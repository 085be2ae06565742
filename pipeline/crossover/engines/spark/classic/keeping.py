"""Kept rows that are read by themselves, and forget how they came about where nothing can lose them.

Spark knows a kept query again by its plan, which it compares with every part of each query that follows, and does not know one again that holds an
Expand. So what follows reads the kept rows themselves, and no query carries all that led to them.

Spark sends each task everything that led to its rows, kept or not: behind five joins that takes tens of milliseconds to write and to read, for
every task, and MLlib runs a hundred jobs over a table of any size. In a session of one process kept rows end with the process alone, so
what led to them is let go. On a cluster it stays: an executor that is lost takes its rows along, and they are made anew.
"""

from __future__ import annotations

from typing import Any

from pyspark.sql import DataFrame, SparkSession


def kept_rows(session: SparkSession, data: DataFrame) -> DataFrame:
    """Return the rows alone of a query that was persisted, and not computed yet. They live until that query is unpersisted."""
    spark: Any = session
    query: Any = data
    # a session of Connect is of another class
    if not isinstance(spark, SparkSession):
        return data
    rows = spark._jsparkSession.sharedState().cacheManager().lookupCachedData(query._jdf).get().cachedRepresentation()
    forget_origin_of_rows(session.sparkContext, rows.cacheBuilder().cachedColumnBuffers())
    jvm: Any = spark._jvm
    sql = jvm.org.apache.spark.sql
    datasets = sql.classic.Dataset if session.version >= "4" else sql.Dataset
    return DataFrame(datasets.ofRows(spark._jsparkSession, rows), session)


def forget_origin_of_rows(context: Any, rows: Any) -> None:
    """The same for an RDD of the JVM that was persisted, and that no job has read."""
    if context._jsc.sc().isLocal():
        rows.localCheckpoint()
