"""A table of Arrow as data of Spark 3.5, which has for it under private names what `createDataFrame` of Spark 4 does."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession, types


def from_arrow(session: SparkSession, table: pa.Table, schema: types.StructType) -> DataFrame:
    """Return a table that has rows. From a list of rows Spark would start Python workers, which hand them to the JVM."""
    from pyspark.sql.pandas.serializers import ArrowStreamSerializer

    private: Any = session
    jvm = private._jvm
    read, serve = jvm.PythonSQLUtils.readArrowStreamFromFile, jvm.ArrowIteratorServer
    batches = private._sc._serialize_to_jvm(table.to_batches(), ArrowStreamSerializer(), read, serve)
    return DataFrame(jvm.PythonSQLUtils.toDataFrame(batches, schema.json(), private._jsparkSession), session)
