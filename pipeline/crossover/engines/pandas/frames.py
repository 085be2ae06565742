"""A frame: named columns of equally many rows. A column that nobody reads is never gathered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from crossover.engines.pandas.vectors import ARROW, Positions, Vector, from_arrow, to_arrow


class Index:
    """Which rows of another frame the rows of a frame are; -1, if `optional`, is a row of nulls."""

    def __init__(self, positions: Positions, optional: bool = False) -> None:
        self.positions = positions
        self.optional = optional
        self._composed: dict[Index, Index] = {}

    def after(self, inner: Index) -> Index:
        """Return the index that takes what `inner` takes and then what this one takes; computed once for each."""
        if inner not in self._composed:
            positions = inner.positions.take(self.positions) if len(inner.positions) else self.positions
            if self.optional:
                positions = np.where(self.positions < 0, -1, positions)
            self._composed[inner] = Index(positions, self.optional or inner.optional)
        return self._composed[inner]


class Column:
    """A vector, or rows of another column that are gathered when they are first read."""

    def __init__(self, vector: Vector | None = None, source: Column | None = None, index: Index | None = None) -> None:
        self._vector = vector
        self._source = source
        self._index = index

    @property
    def vector(self) -> Vector:
        if self._vector is None:
            assert self._source is not None
            assert self._index is not None
            self._vector = self._source.vector.take(self._index.positions, self._index.optional)
            # what was gathered needs its source no more
            self._source = self._index = None
        return self._vector

    def gathered(self, index: Index) -> Column:
        """Return the rows of an index. A gather of a gather that was never read is one gather."""
        if self._vector is None:
            assert self._source is not None
            assert self._index is not None
            return Column(source=self._source, index=index.after(self._index))
        return Column(source=self, index=index)


class Frame:
    """Columns by name. Frames of the same rows share the orders in which these were once sorted."""

    def __init__(self, rows: int, columns: Mapping[str, Column], orders: dict[Any, Any] | None = None) -> None:
        self.rows = rows
        self.columns = dict(columns)
        self.orders: dict[Any, Any] = {} if orders is None else orders

    def __getitem__(self, name: str) -> Vector:
        return self.columns[name].vector

    def with_columns(self, columns: Mapping[str, Column]) -> Frame:
        """Return a frame of the same rows with other columns."""
        return Frame(self.rows, columns, self.orders)

    def gathered(self, index: Index) -> dict[str, Column]:
        """Return all columns at the rows of an index."""
        return {name: column.gathered(index) for name, column in self.columns.items()}

    def take(self, positions: Positions) -> Frame:
        """Return some rows."""
        return Frame(len(positions), self.gathered(Index(positions)))


def frame_from_arrow(table: pa.Table) -> Frame:
    """Return a table as a frame."""
    return Frame(table.num_rows, {name: Column(from_arrow(table[name])) for name in table.column_names})


def frame_to_arrow(frame: Frame, *, dictionaries: bool = False) -> pa.Table:
    """Return a frame as a table of the canonical types; strings may stay dictionaries."""
    arrays = {}
    for name, column in frame.columns.items():
        vector = column.vector
        array = to_arrow(vector, frame.rows)
        arrays[name] = array if dictionaries else array.cast(ARROW[vector.type])
    if not arrays:
        return pa.table({"rows": pa.nulls(frame.rows)}).select([])
    return pa.table(arrays)
