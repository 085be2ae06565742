"""What the engine works with: a lazy query and the schema of its columns, so that nobody asks Polars for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from tempfile import TemporaryDirectory

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
    folder: TemporaryDirectory[str] | None = None
    """Where the rows are, if they are kept in files."""

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
    texts: dict[str, list[str]] = {}
    rows: dict[str, pl.DataFrame | pl.Series] = {}
    for name in (name for name in schema if name not in absent):
        column = columns[name]
        if pa.types.is_dictionary(column.type) and column.num_chunks:
            column, texts[name] = numbered(column)
        else:
            column = column.cast(types.field(name).type)
        rows[name] = pl.from_arrow(column, rechunk=False)
    return held(pl.DataFrame(rows), schema, absent, texts)


def numbered(column: pa.ChunkedArray) -> tuple[pa.ChunkedArray, list[str]]:
    """Return the numbers of a dictionary's texts, and the texts. The name of its file beside each row is 4 bytes and not 16."""
    column = column.unify_dictionaries()
    return pa.chunked_array([chunk.indices for chunk in column.chunks], pa.int32()), column.chunk(0).dictionary.to_pylist()


def held(rows: pl.DataFrame, schema: Schema, absent: frozenset[str], texts: Mapping[str, Sequence[str]] | None = None) -> Frame:
    """Return rows in memory as a query of the columns of the schema; of those that are null in every row none is held.

    `texts` are those that the numbers of a column stand for.
    """
    return Frame(as_query(rows.lazy(), schema, absent, texts or {}), schema, absent)


def as_query(rows: pl.LazyFrame, schema: Schema, absent: frozenset[str], texts: Mapping[str, Sequence[str]]) -> pl.LazyFrame:
    """Return all columns of the schema: nulls for those that are absent, texts for the numbers that stand for them."""
    wanted = polars_schema(schema)
    nothing = [pl.lit(None, wanted[name]).alias(name) for name in schema if name in absent]
    spelled = [_spelled(name, each) for name, each in texts.items() if name not in absent]
    return rows.with_columns(*nothing, *spelled).select(list(schema))


def _spelled(name: str, texts: Sequence[str]) -> pl.Expr:
    if not texts:
        return pl.lit(None, pl.String()).alias(name)
    return pl.col(name).replace_strict(range(len(texts)), texts, default=None, return_dtype=pl.String)


def to_arrow(frame: pl.DataFrame, schema: Schema) -> pa.Table:
    """Return the frame in the types that `engines.base` promises."""
    return frame.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(arrow_schema(schema))


def collect(lazy: pl.LazyFrame) -> pl.DataFrame:
    """Compute a query; what cannot stream is computed in memory by Polars itself."""
    with told():
        return lazy.collect(engine="streaming")
