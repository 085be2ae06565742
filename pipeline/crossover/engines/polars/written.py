"""Parquet files with page checksums: Polars computes in batches, Arrow writes them, since Polars writes no checksums."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from crossover.engines.base import WrittenFile
from crossover.engines.polars.damage import told
from crossover.engines.polars.frames import Frame, to_arrow
from crossover.relations.schema import arrow_schema

NAME = "part-00000.parquet"
ROWS_IN_GROUP = 500_000


def write_parquet(frame: Frame, folder: Path) -> list[WrittenFile]:
    """Write all rows as one file into an empty or missing folder."""
    folder.mkdir(parents=True, exist_ok=True)
    path, rows = folder / NAME, 0
    with pq.ParquetWriter(path, arrow_schema(frame.schema), compression="zstd", write_page_checksum=True) as writer, told():
        for table in _row_groups(frame):
            writer.write_table(table, row_group_size=ROWS_IN_GROUP)
            rows += table.num_rows
    return [WrittenFile(NAME, rows, path.stat().st_size)]


def _row_groups(frame: Frame) -> Iterator[pa.Table]:
    """Yield the rows in tables of about ROWS_IN_GROUP: batches come smaller, and each written table is a group."""
    waiting: list[pl.DataFrame] = []
    for batch in frame.lazy.collect_batches(chunk_size=ROWS_IN_GROUP, maintain_order=False, engine="streaming"):
        waiting.append(batch)
        if sum(each.height for each in waiting) >= ROWS_IN_GROUP:
            yield to_arrow(pl.concat(waiting), frame.schema)
            waiting = []
    if waiting:
        yield to_arrow(pl.concat(waiting), frame.schema)
