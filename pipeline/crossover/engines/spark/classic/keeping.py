"""Kept rows that are read by themselves, and forget how they came about where nothing can lose them.

Spark knows a kept query again by its plan, which it compares with every part of each query that follows, and does not know one again that holds an
Expand. So what follows reads the kept rows themselves, and no query carries all that led to them.

Spark sends each task everything that led to its rows, kept or not: behind five joins that takes tens of milliseconds to write and to read, for
every task, and MLlib runs a hundred jobs over a table of any size. In a session of one process kept rows end with the process alone, so
what led to them is let go. On a cluster it stays: an executor that is lost takes its rows along, and they are made anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.storagelevel import StorageLevel

COMPRESSED = "spark.sql.inMemoryColumnarStorage.compressed"


def keep(session: Any, data: DataFrame, *, plain: bool) -> DataFrame:
    """Let Spark keep a query that is not computed yet; return its rows alone, which live until the query is unpersisted.

    `plain` numbers are kept as they are where that takes no room in a cluster: Spark tries several ways to write each column shorter,
    on each of its values, which takes more CPU than a single other reading gives back.
    """
    # a session of Connect is of another class
    if not isinstance(session, SparkSession):
        return data.persist(StorageLevel.MEMORY_AND_DISK)
    with _setting(session, COMPRESSED, "false") if plain and _is_one_process(session.sparkContext) else nullcontext():
        data.persist(StorageLevel.MEMORY_AND_DISK)
    return _rows_of(session, data)


def forget_origin_of_rows(context: Any, rows: Any) -> None:
    """Let an RDD of the JVM that was persisted, and that no job has read, forget what led to it if nothing can lose it."""
    if _is_one_process(context):
        rows.localCheckpoint()


def kept_relation(session: Any, data: Any) -> Any:
    """Return what Spark holds of a query that was persisted, an `InMemoryRelation` of the JVM."""
    return session._jsparkSession.sharedState().cacheManager().lookupCachedData(data._jdf).get().cachedRepresentation()


def _rows_of(session: SparkSession, data: DataFrame) -> DataFrame:
    spark: Any = session
    rows = kept_relation(session, data)
    forget_origin_of_rows(session.sparkContext, rows.cacheBuilder().cachedColumnBuffers())
    sql: Any = spark._jvm.org.apache.spark.sql
    datasets = sql.classic.Dataset if session.version >= "4" else sql.Dataset
    return DataFrame(datasets.ofRows(spark._jsparkSession, rows), session)


def _is_one_process(context: Any) -> bool:
    return bool(context._jsc.sc().isLocal())


@contextmanager
def _setting(session: SparkSession, name: str, value: str) -> Iterator[None]:
    before = session.conf.get(name)
    assert before is not None
    session.conf.set(name, value)
    try:
        yield
    finally:
        session.conf.set(name, before)
