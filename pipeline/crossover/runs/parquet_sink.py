"""A Parquet file that grows by tables: what is written block by block."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from crossover.language.types import Schema
from crossover.relations.schema import arrow_schema


class ParquetSink:
    """One file with page checksums in a folder of its own. Use as a context manager, or close it."""

    def __init__(self, folder: Path, schema: Schema) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.rows = 0
        self._schema = arrow_schema(schema)
        path = folder / "part-00000.parquet"
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd", write_page_checksum=True)

    def write(self, table: pa.Table) -> None:
        """Append the rows of a table as a row group."""
        self._writer.write_table(table.cast(self._schema))
        self.rows += table.num_rows

    def close(self) -> None:
        self._writer.close()

    def __enter__(self) -> ParquetSink:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()
