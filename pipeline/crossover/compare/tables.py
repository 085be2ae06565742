"""Two tables, cell by cell, rows matched by their key."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from crossover.compare.difference import Difference, Inexact, Part
from crossover.compare.tolerance import CELL, PREDICTION, PROBABILITY, Floats, Tolerance
from crossover.compare.written_table import Order, WrittenTable, as_floats, plain
from crossover.runs.table_schema import Field

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class _Column:
    """What comparing one column gave: how many cells differ, the first in key order, the largest difference."""

    differences: int = 0
    first: Difference | None = None
    largest: Difference | None = None
    strain: float = 0.0
    """The largest difference divided by what is allowed there."""


def compare_tables(name: str, left: WrittenTable, right: WrittenTable, *, scores: bool = False) -> Part:
    """Compare schema, rows, keys and every cell of two tables."""
    fields = left.schema.fields
    part = Part(
        name, (left.engine, right.engine), same=True, rows=left.rows, columns=len(fields), exact_columns=len(left.exact),
        key=left.matched_by,
    )  # fmt: skip
    wrong = _schema_difference(left, right)
    if wrong is not None:
        return replace(part, same=False, differences=1, first=wrong)
    part = replace(part, checksums={each.engine: each.checksum() for each in (left, right)})
    missing, wrong = _rows_apart(left, right)
    if wrong is not None:
        return replace(part, same=False, differences=missing, first=wrong)
    pair = _Pair(left, right)
    allowed = {field.name: _tolerance(field, scores) for field in fields}
    columns = {name: pair.compare(name, tolerance) for name, tolerance in allowed.items()}
    first = next((column.first for column in columns.values() if column.first is not None), None)
    return replace(
        part,
        same=first is None,
        differences=sum(column.differences for column in columns.values()),
        first=first,
        largest=max(columns.values(), key=lambda column: column.strain, default=_Column()).largest,
        inexact=tuple(
            Inexact(name, str(tolerance), columns[name].differences, columns[name].largest)
            for name, tolerance in allowed.items()
            if tolerance is not None
        ),
    )


def _tolerance(field: Field, scores: bool) -> Tolerance | None:
    if field.exact or field.type not in ("int", "double"):
        return None
    if scores and field.name.startswith("probability"):
        return PROBABILITY
    return PREDICTION if scores and field.name == "prediction" else CELL


def _schema_difference(left: WrittenTable, right: WrittenTable) -> Difference | None:
    if left.schema.key != right.schema.key:
        values: dict[str, Any] = {each.engine: list(each.schema.key) for each in (left, right)}
        return Difference("schema: key", None, {}, values)
    mine, other = (
        {field.name: f"{field.type}{'' if field.exact else ' inexact'}" for field in each.schema.fields} for each in (left, right)
    )
    for column in dict.fromkeys([*mine, *other]):
        if mine.get(column) != other.get(column):
            return Difference("schema", column, {}, {left.engine: mine.get(column), right.engine: other.get(column)})
    return None


def _rows_apart(left: WrittenTable, right: WrittenTable) -> tuple[int, Difference | None]:
    """Return how many rows one side has and the other lacks, and the first of them in key order."""
    found: list[Difference] = []
    apart = 0
    if np.array_equal(left.ordered_hashes, right.ordered_hashes):
        return 0, None
    for one, other in ((left, right), (right, left)):
        positions = _surplus(one, other)
        apart += len(positions)
        if len(positions):
            key = one.row(_smallest(one, positions))
            found.append(Difference("row", None, key, {one.engine: "has it", other.engine: "lacks it"}))
    return apart, min(found, key=lambda each: [(value is None, str(value)) for value in each.key.values()], default=None)


def _surplus(one: WrittenTable, other: WrittenTable) -> Order:
    """Return positions of rows of `one` beyond as many as `other` has of their hash."""
    order = np.argsort(one.match_hashes, kind="stable")
    hashes = one.match_hashes[order]
    others = np.sort(other.match_hashes)
    nth = np.arange(len(hashes)) - np.searchsorted(hashes, hashes, side="left")
    there = np.searchsorted(others, hashes, side="right") - np.searchsorted(others, hashes, side="left")
    surplus: Order = order[nth >= there]
    return surplus


@dataclass(frozen=True)
class _Pair:
    """Two tables with the same rows."""

    left: WrittenTable
    right: WrittenTable

    def compare(self, name: str, tolerance: Tolerance | None) -> _Column:
        """Compare a column; without a tolerance its cells must be equal."""
        mine, other = self.left.ordered(name), self.right.ordered(name)
        nulls_differ = _mask(pc.xor(mine.is_null(), other.is_null()))
        if tolerance is None:
            differ = nulls_differ | _mask(pc.fill_null(pc.not_equal(mine, other), fill_value=False))
            return _Column(int(differ.sum()), self._cell(name, mine, other, self._first(differ)))
        x, y = as_floats(mine), as_floats(other)
        with np.errstate(invalid="ignore"):  # equal infinities
            apart = np.abs(x - y)
        apart = np.where((x == y) | np.isnan(x) | np.isnan(y), 0.0, apart)
        allowed = tolerance.allowed(x, y)
        strain = np.divide(apart, allowed, out=np.where(apart > 0, np.inf, 0.0), where=allowed > 0)
        differ = nulls_differ | (apart > allowed)
        worst = int(np.argmax(strain)) if apart.any() else None
        first, largest = (self._cell(name, mine, other, at, apart, allowed) for at in (self._first(differ), worst))
        return _Column(int(differ.sum()), first, largest, 0.0 if worst is None else float(strain[worst]))

    def _first(self, differ: Mask) -> int | None:
        """Return the place, in the common order, of the differing row with the smallest key."""
        places = np.flatnonzero(differ)
        if not len(places):
            return None
        smallest = _smallest(self.left, self.left.order[places])
        return int(places[np.flatnonzero(self.left.order[places] == smallest)[0]])

    def _cell(
        self, name: str, mine: pa.Array, other: pa.Array, at: int | None, apart: Floats | None = None, allowed: Floats | None = None
    ) -> Difference | None:
        if at is None:
            return None
        values = {self.left.engine: plain(mine[at]), self.right.engine: plain(other[at])}
        key = self.left.row(int(self.left.order[at]))
        if None in values.values():
            return Difference("null", name, key, values)
        sizes = [None if each is None else float(each[at]) for each in (apart, allowed)]
        return Difference("value", name, key, values, *sizes)


def _smallest(table: WrittenTable, positions: Order) -> int:
    """Return the position of the row with the smallest key; of rows that nothing tells apart the first."""
    if not table.match_columns:
        return int(positions[0])
    keys = pa.table({name: column.take(pa.array(positions)) for name, column in table.match_columns.items()})
    order = pc.sort_indices(keys, sort_keys=[(name, "ascending") for name in keys.column_names])
    return int(positions[order[0].as_py()])


def _mask(values: pa.Array) -> Mask:
    mask: Mask = values.to_numpy(zero_copy_only=False)
    return mask
