"""Where rows come from: CSV read by the package's own reader when the query runs, Parquet, and tables held by the plan."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from threading import Lock

import polars as pl
from polars.io.plugins import register_io_source

from crossover.engines.polars.capabilities import CAPABILITIES
from crossover.engines.polars.frames import Frame, from_arrow, polars_schema
from crossover.engines.polars.parquet import scan_parquet
from crossover.engines.polars.spilled import spill
from crossover.engines.polars.stored import scan_stored
from crossover.engines.single_node.memory import give_back
from crossover.language.types import Schema
from crossover.relations import nodes
from crossover.relations.schema import schema_of
from crossover.sources import csv
from crossover.sources.partitions import bytes_of, files_of
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
    return from_arrow(node.source.table, schema)


def keep(node: nodes.Relation) -> Frame | None:
    """Return the rows of a CSV source read once, in memory or in files; None for what a query streams.

    A query would cut them into small parts and copy these together again.
    """
    if not (isinstance(node, nodes.Scan) and isinstance(node.source, CsvSource)):
        return None
    schema = schema_of(node)
    if bytes_of(files_of(node.source)) >= CAPABILITIES.spills_from:
        frame = spill(csv.read_parts(node.source, tuple(schema)), schema)
    else:
        frame = from_arrow(csv.read(node.source, tuple(schema)), schema)
    give_back()
    return frame


def _read_when_asked(source: CsvSource, schema: Schema) -> pl.LazyFrame:
    lock = Lock()

    @cache
    def read() -> pl.LazyFrame:
        return from_arrow(csv.read(source, tuple(schema)), schema).lazy

    def rows(
        columns: list[str] | None, predicate: pl.Expr | None, count: int | None, batch: int | None
    ) -> Iterator[pl.DataFrame]:
        del batch
        with lock:
            whole = read()
        wanted = whole if predicate is None else whole.filter(predicate)
        if columns is not None:
            wanted = wanted.select(columns)
        yield (wanted if count is None else wanted.head(count)).collect()

    return register_io_source(
        rows, schema=polars_schema(schema), is_pure=True, explain_name="CSV", explain_detail=source.path
    )
