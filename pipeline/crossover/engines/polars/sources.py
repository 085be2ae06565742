"""Where rows come from: CSV read by the package's own reader when the query runs, Parquet, and tables held by the plan."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from threading import Lock

import polars as pl
from polars.io.plugins import register_io_source

from crossover.engines.polars.frames import Frame, polars_schema, to_polars
from crossover.engines.polars.parquet import scan_parquet
from crossover.engines.polars.stored import scan_stored
from crossover.language.types import Schema
from crossover.relations import nodes
from crossover.relations.schema import schema_of
from crossover.sources import csv
from crossover.sources.specification import CsvSource, ParquetSource


def scan(node: nodes.Scan) -> Frame:
    """Return the rows of a source. CSV files are read when the query runs, once, however often it mentions them."""
    schema = schema_of(node)
    if isinstance(node.source, ParquetSource):
        lazy, absent = scan_parquet(node.source, tuple(schema))
        return Frame(lazy, schema, absent)
    if isinstance(node.source, CsvSource):
        return Frame(_read_when_asked(node.source, schema), schema)
    if isinstance(node.source, nodes.StoredTable):
        return scan_stored(node, node.source)
    return Frame(to_polars(node.source.table, schema).lazy(), schema)


def read_whole(node: nodes.Relation) -> pl.DataFrame | None:
    """Return the rows of a scan that is read in one piece, as they are; None for what a query streams.

    A query would cut them into small parts and copy these together again.
    """
    if isinstance(node, nodes.Scan) and isinstance(node.source, CsvSource):
        schema = schema_of(node)
        return to_polars(csv.read(node.source, tuple(schema)), schema)
    return None


def _read_when_asked(source: CsvSource, schema: Schema) -> pl.LazyFrame:
    lock = Lock()

    @cache
    def read() -> pl.DataFrame:
        return to_polars(csv.read(source, tuple(schema)), schema)

    def rows(
        columns: list[str] | None, predicate: pl.Expr | None, count: int | None, batch: int | None
    ) -> Iterator[pl.DataFrame]:
        del batch
        with lock:
            frame = read()
        wanted = frame.lazy() if predicate is None else frame.lazy().filter(predicate)
        if columns is not None:
            wanted = wanted.select(columns)
        yield (wanted if count is None else wanted.head(count)).collect()

    return register_io_source(
        rows, schema=polars_schema(schema), is_pure=True, explain_name="CSV", explain_detail=source.path
    )
