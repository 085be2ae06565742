"""CSV files as one table. The rules are written down in docs/csv.md."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa

from crossover.language.types import INT, STRING
from crossover.sources.blocks import BLOCK_BYTES, read_blocks
from crossover.sources.constants import TEXTS, with_constants
from crossover.sources.dialect import dialect_of
from crossover.sources.header import read_header
from crossover.sources.layout import Layout, layout_of
from crossover.sources.partitions import SourceFile, files_of
from crossover.sources.parts import joined
from crossover.sources.rows import RowReader
from crossover.sources.specification import FILE, HIDDEN, RAW, REASON, ROW, CsvSource, SourceColumn
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
    return joined(read_parts(source, columns, block_bytes=block_bytes), columns)


def read_parts(source: CsvSource, columns: Sequence[str], *, block_bytes: int = BLOCK_BYTES) -> Iterator[pa.Table]:
    """Yield what `read` returns in parts, each of one block of a file, the first of them empty; a few are in memory at a time.

    Each part has ROW too, so that it keeps its number of rows without a column.
    """
    layouts = [layout_of(source, file, columns) for file in files_of(source)]
    next_row = dict.fromkeys(layouts, FIRST_ROW)
    schema = _schema(source, columns)
    yield schema.empty_table()
    for layout, part in _side_by_side(_read_block, _blocks(layouts, block_bytes)):
        yield _numbered(part, layout, next_row[layout], columns)
        next_row[layout] += part.num_rows


def read_texts(source: CsvSource, file: Path, places: Sequence[int]) -> Iterator[pa.Table]:
    """Yield the fields of a file at these places, as they are written and whatever was declared, in parts.

    Columns are named by their place, `0`, `1` ... A record whose quotes or fields are not in order is there with nulls and
    its `__reason`. Raises DataError as `read` does.
    """
    header = read_header(source, file)
    columns = tuple(SourceColumn(str(place), (header.names[place],), STRING) for place in places)
    layout = Layout(
        source=replace(source, columns=columns, nulls=(), partitions=(), where=None),
        place=SourceFile(file),
        dialect=dialect_of(source),
        header=header.line,
        start=header.start,
        width=len(header.names),
        parsed=tuple(zip(columns, places, strict=True)),
        wanted=tuple(column.name for column in columns),
        reasons=True,
        raw=False,
    )
    for _, part in _side_by_side(_read_block, _blocks([layout], BLOCK_BYTES)):
        yield part


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
    if workers == 1:
        yield from map(function, tasks)
        return
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
    part = with_constants(part, layout.source, layout.place, columns)
    rows = pa.array(np.arange(first, first + part.num_rows, dtype=np.int64))
    return part.append_column(ROW, rows).select([*dict.fromkeys([*columns, ROW])])


def _schema(source: CsvSource, columns: Sequence[str]) -> pa.Schema:
    types = {column.name: ARROW[column.type] for column in source.columns}
    types |= {each.name: TEXTS if each.type == STRING else ARROW[each.type] for each in source.partitions}
    types |= {FILE: TEXTS, ROW: ARROW[INT], REASON: ARROW[STRING], RAW: ARROW[STRING]}
    assert set(types) >= set(HIDDEN)
    return pa.schema([(name, types[name]) for name in dict.fromkeys([*columns, ROW])])
