"""What the engine works with: a DataFrame and what the plan knows of it, so that Spark is never asked for a schema."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession, types

from crossover.engines.spark.classic.arrow_data import from_arrow
from crossover.language.types import BOOLEAN, DATE, DOUBLE, INT, STRING, TIMESTAMP, Schema, Type
from crossover.relations.schema import arrow_schema, arrow_type, type_of_arrow

BROADCAST_BYTES = 32 * 2**20
"""The right side of a join that is surely smaller than this is sent to every task instead of shuffling the left."""

TAKES_ARROW = hasattr(DataFrame, "toArrow")
"""Whether Spark gives and takes tables of Arrow by public names: from 4.0 on."""

SPARK_TYPES: dict[Type, types.DataType] = {
    BOOLEAN: types.BooleanType(),
    INT: types.LongType(),
    DOUBLE: types.DoubleType(),
    STRING: types.StringType(),
    DATE: types.DateType(),
    TIMESTAMP: types.TimestampNTZType(),
}


@dataclass(frozen=True, eq=False)
class SparkFrame:
    """A DataFrame with its columns, an upper bound of its bytes if one is known, and sets of columns that are unique."""

    data: DataFrame
    columns: tuple[str, ...]
    bytes: int | None = None
    unique: frozenset[frozenset[str]] = frozenset()
    table: pa.Table | None = None
    """The rows themselves, where the plan holds them."""
    kept: DataFrame | None = None
    """The query whose rows Spark keeps, of which `data` reads the rows alone."""

    @property
    def small(self) -> bool:
        """Whether it may be broadcast."""
        return self.bytes is not None and self.bytes < BROADCAST_BYTES

    def is_unique(self, columns: frozenset[str]) -> bool:
        """Whether no two rows have equal values in the columns, by construction or by a look at a table of the plan."""
        if self.table is not None:
            return bool(self.table.group_by(sorted(columns)).aggregate([]).num_rows == self.table.num_rows)
        return any(each <= columns for each in self.unique)

    def repartition(self, partitions: int) -> SparkFrame:
        """Return the same rows spread over so many partitions."""
        return replace(self, data=self.data.repartition(partitions))


def from_table(session: SparkSession, table: pa.Table) -> SparkFrame:
    """Return a table of the plan as a frame, without pandas."""
    return SparkFrame(local_data(session, table), tuple(table.column_names), bytes=table.nbytes, table=table)


def local_data(session: SparkSession, table: pa.Table) -> DataFrame:
    """Return a small table as data of Spark. By way of Arrow no Python worker is started for it, which takes seconds."""
    fields = [(field.name, type_of_arrow(field.type), field.nullable) for field in table.schema]
    schema = types.StructType([types.StructField(name, SPARK_TYPES[type_], nullable) for name, type_, nullable in fields])
    plain = table.cast(pa.schema([pa.field(name, arrow_type(type_), nullable) for name, type_, nullable in fields]))
    if TAKES_ARROW:
        return session.createDataFrame(plain, schema)
    # a session of Connect is of another class in Spark 3.5
    if plain.num_rows and isinstance(session, SparkSession):
        return from_arrow(session, plain, schema)
    return session.createDataFrame([tuple(row.values()) for row in plain.to_pylist()], schema, verifySchema=False)


def to_table(data: DataFrame, schema: Schema) -> pa.Table:
    """Return all rows on the driver, in Arrow all the way."""
    wanted = arrow_schema(schema)
    if TAKES_ARROW:
        return data.toArrow().cast(wanted)
    # Spark 3.5 has the same under a private name; its own toPandas is built on it.
    private: Any = data
    batches = private._collect_as_arrow()
    return pa.Table.from_batches(batches).cast(wanted) if batches else wanted.empty_table()
