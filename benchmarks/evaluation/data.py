"""Scores of a classifier that is right more often than not, with days on which rows are alike."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from crossover.language.types import DOUBLE, INT, STRING, Fact, Schema

SCHEMA: Schema = {"label": Fact(INT, False), "probability": Fact(DOUBLE, False), "day": Fact(INT, False), "origin": Fact(STRING)}
PART = 1_000_000
"""Rows of a file."""


def write(folder: Path, rows: int) -> None:
    """Write label, probability, day (of 365) and origin (of three, and null) as Parquet files."""
    random = np.random.default_rng(20)
    days = random.normal(scale=0.5, size=365)
    for part, begin in enumerate(range(0, rows, PART)):
        size = min(PART, rows - begin)
        day = random.integers(0, 365, size)
        margin = random.normal(scale=1.2, size=size) + days[day] - 1.4
        label = (random.random(size) < 1 / (1 + np.exp(-margin))).astype(np.int64)
        probability = 1 / (1 + np.exp(-(margin + random.normal(scale=0.3, size=size))))
        origin = pa.array(np.array(["EWR", "JFK", "LGA", None], dtype=object)[random.integers(0, 4, size)], pa.string())
        table = pa.table({"label": label, "probability": probability, "day": day.astype(np.int64), "origin": origin})
        pq.write_table(table, folder / f"part-{part:05d}.parquet", write_page_checksum=True)
