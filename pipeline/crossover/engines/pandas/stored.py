"""Scan of a table that an earlier stage wrote."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from crossover.engines.pandas.frames import Frame, frame_from_arrow
from crossover.relations import nodes
from crossover.relations.schema import arrow_schema, schema_of


def scan_stored(node: nodes.Scan, source: nodes.StoredTable) -> Frame:
    """Return the wanted columns of all files; a flipped bit in one of them is an error of Arrow, never a value."""
    wanted = arrow_schema(schema_of(node))
    files = sorted(Path(source.folder).glob("*.parquet"))
    tables = [pq.read_table(file, columns=list(node.columns), page_checksum_verification=True, partitioning=None) for file in files]
    whole = pa.concat_tables([table.select(wanted.names).cast(wanted) for table in tables] or [wanted.empty_table()])
    return frame_from_arrow(whole)
