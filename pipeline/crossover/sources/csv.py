"""CSV files as one table. The rules are written down in docs/csv.md."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import numpy as np
import pyarrow as pa

from crossover.language.types import INT, STRING
from crossover.sources.blocks import BLOCK_BYTES, read_blocks
from crossover.sources.files import display_name, resolve
from crossover.sources.layout import Layout, layout_of
from crossover.sources.rows import RowReader
from crossover.sources.specification import FILE, HIDDEN, RAW, REASON, ROW, CsvSource
from crossover.sources.text import ARROW

T = TypeVar("T")
R = TypeVar("R")

FIRST_ROW = 2
"""Record number of the first row; the header is 1."""


def read(source: CsvSource, columns: Sequence[str], *, block_bytes: int = BLOCK_BYTES) -> pa.Table:
    """Return all rows of all files, in the order of files and records: the columns asked for, in the order asked for.

    `columns` are declared names and names of HIDDEN. Types are bool, int64, float64, string, date32 and
    timestamp[us]; `__file` is a dictionary of strings. A row that does not fit is there with null in each
    declared column; `__reason` says why. Raises DataError for files and headers, ConfigError for a dialect that
    is not read.
    """
    layouts = [layout_of(source, file, columns) for file in resolve(source.name, source.path)]
    parts, next_row = [], dict.fromkeys(layouts, FIRST_ROW)
    for layout, part in _side_by_side(_read_block, _blocks(layouts, block_bytes)):
        parts.append(_numbered(part, layout, next_row[layout], columns))
        next_row[layout] += part.num_rows
    empty = _schema(source, columns).empty_table()
    return pa.concat_tables([empty, *parts]).unify_dictionaries().select(list(columns))


def _blocks(layouts: Iterable[Layout], size: int) -> Iterator[tuple[RowReader, bytes]]:
    for layout in layouts:
        reader = RowReader(layout)
        for block in read_blocks(layout.file, layout.start, layout.dialect, size):
            yield reader, block


def _read_block(task: tuple[RowReader, bytes]) -> tuple[Layout, pa.Table]:
    reader, block = task
    return reader.layout, reader.read(block)


def _side_by_side(function: Callable[[T], R], tasks: Iterator[T]) -> Iterator[R]:
    """Yield the results in order; as many tasks at a time as pyarrow has threads, so that memory is bounded."""
    workers = pa.cpu_count()
    with ThreadPoolExecutor(workers) as pool:
        running: deque[Future[R]] = deque()
        for task in tasks:
            running.append(pool.submit(function, task))
            if len(running) > workers:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()


def _numbered(part: pa.Table, layout: Layout, first: int, columns: Sequence[str]) -> pa.Table:
    """Return the part with all columns asked for; one column more keeps the number of rows if none is."""
    if FILE in columns:
        indices = pa.array(np.zeros(part.num_rows, np.int32))
        part = part.append_column(FILE, pa.DictionaryArray.from_arrays(indices, pa.array([display_name(layout.file)])))
    rows = pa.array(np.arange(first, first + part.num_rows, dtype=np.int64))
    return part.append_column(ROW, rows).select([*dict.fromkeys([*columns, ROW])])


def _schema(source: CsvSource, columns: Sequence[str]) -> pa.Schema:
    types = {column.name: ARROW[column.type] for column in source.columns}
    types |= {FILE: pa.dictionary(pa.int32(), pa.string()), ROW: ARROW[INT], REASON: ARROW[STRING], RAW: ARROW[STRING]}
    assert set(types) >= set(HIDDEN)
    return pa.schema([(name, types[name]) for name in dict.fromkeys([*columns, ROW])])
