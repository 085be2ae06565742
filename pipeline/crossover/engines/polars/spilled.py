"""A large source that is kept: in files on this machine's disk, from which each query streams the columns that it reads."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

import polars as pl
import pyarrow as pa

from crossover.core.errors import EngineError
from crossover.engines.polars.frames import Frame, as_query, from_arrow, numbered
from crossover.language.types import Schema
from crossover.relations.schema import arrow_schema

PREFIX = "crossover-polars-"


def spill(parts: Iterable[pa.Table], schema: Schema) -> Frame:
    """Write the rows of all parts into a temporary folder and return them as a query, in their order.

    A column is written from the first part on in which it has a value: why rows do not fit is null in nearly all of them.
    The folder goes when the frame is forgotten. Raises EngineError if there is no room.
    """
    try:
        with ExitStack() as unless_held:
            folder = TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True)
            unless_held.callback(folder.cleanup)
            frame = _Spill(folder, schema).of(parts)
            if frame.folder is not None:
                unless_held.pop_all()
            return frame
    except OSError as error:
        notes = ["TMPDIR names the folder for what does not stay in memory"]
        raise EngineError(f"a source cannot be kept in {gettempdir()}: {error.strerror or error}", notes=notes) from error


class _Spill:
    """Files of one source while they are written."""

    def __init__(self, folder: TemporaryDirectory[str], schema: Schema) -> None:
        self._folder = folder
        self._schema = schema
        self._absent = frozenset(schema)
        self._numbers: dict[str, dict[str, int]] = {}
        self._alike: list[tuple[frozenset[str], list[Path]]] = []
        """Files one after the other that lack the same columns."""

    def of(self, parts: Iterable[pa.Table]) -> Frame:
        for number, part in enumerate(each for each in parts if each.num_rows):
            self._add(part, Path(self._folder.name) / f"{number:06}.arrow")
        if not self._alike:
            return from_arrow(arrow_schema(self._schema).empty_table(), self._schema)
        return Frame(pl.concat([self._query(*each) for each in self._alike]), self._schema, self._absent, self._folder)

    def _add(self, part: pa.Table, path: Path) -> None:
        self._absent -= {name for name in self._schema if part[name].null_count < part.num_rows}
        if len(self._absent) == len(self._schema):
            self._absent -= {next(iter(self._schema))}  # rows are counted by a column
        columns = {name: self._column(name, part[name]) for name in self._schema if name not in self._absent}
        pl.DataFrame(columns).write_ipc(path, compression="uncompressed")
        if not self._alike or self._alike[-1][0] != self._absent:
            self._alike.append((self._absent, []))
        self._alike[-1][1].append(path)

    def _column(self, name: str, column: pa.ChunkedArray) -> pl.Series:
        """Return the values; of texts that are a dictionary, as the name of a file is, their numbers."""
        if not pa.types.is_dictionary(column.type):
            return pl.Series(pl.from_arrow(column.cast(arrow_schema(self._schema).field(name).type)))
        numbers = self._numbers.setdefault(name, {})
        places, texts = numbered(column)
        known = pl.Series([numbers.setdefault(text, len(numbers)) for text in texts], dtype=pl.Int32)
        return known.gather(pl.Series(pl.from_arrow(places)))

    def _query(self, absent: frozenset[str], files: list[Path]) -> pl.LazyFrame:
        texts = {name: list(numbers) for name, numbers in self._numbers.items()}
        return as_query(pl.scan_ipc(files, glob=False, hive_partitioning=False), self._schema, absent, texts)
