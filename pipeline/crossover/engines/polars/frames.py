"""What the engine works with: a lazy query and the schema of its columns, so that nobody asks Polars for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
import pyarrow as pa

from crossover.engines.polars.damage import told
from crossover.language.types import BOOLEAN, DATE, DOUBLE, INT, NULL, STRING, TIMESTAMP, Schema, Type
from crossover.relations.schema import arrow_schema

DTYPES: dict[Type, pl.DataType] = {
    BOOLEAN: pl.Boolean(),
    INT: pl.Int64(),
    DOUBLE: pl.Float64(),
    STRING: pl.String(),
    DATE: pl.Date(),
    TIMESTAMP: pl.Datetime("us"),
    NULL: pl.Null(),
}


@dataclass(frozen=True)
class Frame:
    """A query and its columns in order."""

    lazy: pl.LazyFrame
    schema: Schema
    absent: frozenset[str] = frozenset()
    """Columns that are known to be null in every row."""

    def select(self, names: Sequence[str]) -> Frame:
        return Frame(self.lazy.select(names), {name: self.schema[name] for name in names})


def polars_schema(schema: Schema) -> dict[str, pl.DataType]:
    return {name: DTYPES[fact.type] for name, fact in schema.items()}


def to_polars(table: pa.Table, schema: Schema) -> pl.DataFrame:
    """Return the columns of the schema in the engine's physical types."""
    frame = pl.from_arrow(table.select(list(schema)).cast(arrow_schema(schema)))
    assert isinstance(frame, pl.DataFrame)
    return frame


def to_arrow(frame: pl.DataFrame, schema: Schema) -> pa.Table:
    """Return the frame in the types that `engines.base` promises."""
    return frame.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(arrow_schema(schema))


def collect(lazy: pl.LazyFrame) -> pl.DataFrame:
    """Compute a query; what cannot stream is computed in memory by Polars itself."""
    with told():
        return lazy.collect(engine="streaming")
