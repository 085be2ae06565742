"""What the engine works with: a lazy query and the schema of its columns, so that nobody asks Polars for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

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


def from_arrow(table: pa.Table, schema: Schema) -> Frame:
    """Return the columns of the schema. Chunks stay as they are: to copy them together would take all memory twice."""
    columns = {name: table[name] for name in schema}
    empty = [name for name, column in columns.items() if column.null_count == table.num_rows > 0]
    absent = frozenset(empty if len(empty) < len(columns) else empty[1:])
    types = arrow_schema(schema)
    rows = pl.DataFrame(
        [_series(name, column, types.field(name).type) for name, column in columns.items() if name not in absent]
    )
    return held(rows, schema, absent)


def _series(name: str, column: pa.ChunkedArray, wanted: pa.DataType) -> pl.Series:
    if pa.types.is_dictionary(column.type) and column.num_chunks:
        return pl.concat([_texts(chunk) for chunk in column.chunks], rechunk=False).alias(name)
    series = pl.from_arrow(column.cast(wanted), rechunk=False)
    assert isinstance(series, pl.Series)
    return series.alias(name)


def _texts(array: pa.DictionaryArray) -> pl.Series:
    """Return the texts of a dictionary. The name of a file is the same in all its rows, and is held once."""
    found = pc.min_max(array.indices).as_py()
    if array.null_count == 0 and found["min"] == found["max"] is not None:
        return pl.repeat(array.dictionary[found["min"]].as_py(), len(array), dtype=pl.String, eager=True)
    return pl.Series(array.cast(pa.string()))


def held(rows: pl.DataFrame, schema: Schema, absent: frozenset[str]) -> Frame:
    """Return rows in memory as a query of the columns of the schema; of those that are null in every row none is held."""
    wanted = polars_schema(schema)
    nothing = [pl.lit(None, wanted[name]).alias(name) for name in schema if name in absent]
    return Frame(rows.lazy().with_columns(*nothing).select(list(schema)), schema, absent)


def to_arrow(frame: pl.DataFrame, schema: Schema) -> pa.Table:
    """Return the frame in the types that `engines.base` promises."""
    return frame.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(arrow_schema(schema))


def collect(lazy: pl.LazyFrame) -> pl.DataFrame:
    """Compute a query; what cannot stream is computed in memory by Polars itself."""
    with told():
        return lazy.collect(engine="streaming")
