"""How fast a trained model scores in a process that serves: one row at a time, and many at once, by NumPy alone.

The rows are those of the model's table, which a comparison keeps: the features of a row are there already. Computing
the row-local ones is not timed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from crossover.compare.measurement import Latency
from crossover.learning.models.fitted import MODEL
from crossover.learning.models.scorer import Scorer
from crossover.runs.folder import Attempt

ROWS = 10_000
"""Rows that are read, and scored at once."""
CALLS, WARM = 2_000, 200
"""Calls with one row each, and those before the clock runs."""
BATCHES = 5

Columns = Mapping[str, npt.NDArray[Any]]


def latencies(attempt: Attempt) -> tuple[Latency, ...]:
    """Return the latency of each model of an attempt whose table is kept and has rows."""
    found = []
    for path in sorted(attempt.path.glob(f"*/{MODEL}")):
        scorer = Scorer.load(path.parent)
        rows = _rows(attempt, scorer)
        if rows is not None and rows.num_rows:
            found.append(_latency(path.parent.name, scorer, rows))
    return tuple(found)


def _latency(name: str, scorer: Scorer, rows: pa.Table) -> Latency:
    single = rows.slice(0, CALLS).to_pylist()
    columns = {column: _array(rows[column]) for column in rows.column_names}
    times = _times(scorer.score_one, list(islice(cycle(single), CALLS)), single[:WARM])
    scorer.score(columns)
    batches = _times(scorer.score, [columns] * BATCHES, ())
    p50, p99 = np.quantile(times, [0.5, 0.99])
    return Latency(name, float(p50), float(p99), rows.num_rows, rows.num_rows / float(np.median(batches)))


def _times(score: Callable[[Any], object], given: Sequence[Any], warm: Sequence[Any]) -> npt.NDArray[np.float64]:
    """Return seconds for each call."""
    for each in warm:
        score(each)
    times = np.empty(len(given))
    for number, each in enumerate(given):
        began = time.perf_counter()
        score(each)
        times[number] = time.perf_counter() - began
    return times


def _rows(attempt: Attempt, scorer: Scorer) -> pa.Table | None:
    """Return the first rows of the table that a model was trained on, with its inputs; None where it is not there."""
    folder = _table_of(attempt, scorer.model.name)
    files = sorted(folder.glob("*.parquet")) if folder else []
    columns = list(dict.fromkeys(each.column for each in scorer.model.preparation.fitted))
    parts, missing = [], ROWS
    for file in files:
        table = _head(file, columns, missing)
        parts.append(table)
        missing -= table.num_rows
        if missing <= 0:
            break
    return pa.concat_tables(parts) if parts else None


def _head(file: Path, columns: list[str], rows: int) -> pa.Table:
    with pq.ParquetFile(file) as opened:
        batch = next(opened.iter_batches(batch_size=rows, columns=columns), None)
        return opened.schema_arrow.empty_table().select(columns) if batch is None else pa.Table.from_batches([batch])


def _table_of(attempt: Attempt, model: str) -> Path | None:
    """Return the folder of a model's table, `TABLE-for-MODEL` or `TABLE-for-MODEL-and-OTHER`."""
    for folder in sorted((attempt.path / "tables").glob("*-for-*")):
        if folder.is_dir() and model in folder.name.partition("-for-")[2].split("-and-"):
            return folder
    return None


def _array(column: pa.ChunkedArray) -> npt.NDArray[Any]:
    """Return a column as a service would have it: NaN for a null number, None for any other null."""
    values: npt.NDArray[Any] = column.to_numpy()
    return values
