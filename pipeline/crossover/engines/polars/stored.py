"""Scan of a table that an earlier stage wrote: it streams from its files."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from crossover.engines.polars.frames import Frame, polars_schema
from crossover.relations import nodes
from crossover.relations.schema import schema_of


def scan_stored(node: nodes.Scan, source: nodes.StoredTable) -> Frame:
    """Return the wanted columns of all files as a query."""
    schema = schema_of(node)
    types = polars_schema(schema)
    files = sorted(Path(source.folder).glob("*.parquet"))
    if not files:
        return Frame(pl.LazyFrame(schema=types), schema)
    lazy = pl.scan_parquet(files, hive_partitioning=False, glob=False)
    return Frame(lazy.select(pl.col(name).cast(type_) for name, type_ in types.items()), schema)
