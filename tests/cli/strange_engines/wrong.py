"""An engine whose answer is wrong in one cell of every table it writes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from crossover.engines.base import Engine, EngineOptions, WrittenFile
from crossover.engines.registry import open_engine as open_right
from crossover.relations.nodes import Relation


def missing() -> str | None:
    return None


def open_engine(options: EngineOptions) -> Engine[Any]:
    engine = open_right("polars", options)
    write = engine.write

    def write_wrongly(relation: Relation, folder: Path) -> list[WrittenFile]:
        written = write(relation, folder)
        path = next(iter(sorted(folder.glob("*.parquet"))))
        table = pq.read_table(path, partitioning=None)
        if "pages" in table.column_names:
            largest = pc.equal(table["visit"], pc.max(table["visit"]))
            pages = pc.if_else(largest, pc.add(table["pages"], pa.scalar(1, pa.int64())), table["pages"])
            table = table.set_column(table.column_names.index("pages"), "pages", pages)
            pq.write_table(table, path)
        return written

    engine.write = write_wrongly  # type: ignore[method-assign]
    return engine
