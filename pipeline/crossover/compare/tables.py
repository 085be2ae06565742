"""Two tables, cell by cell, rows matched by their key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from crossover.compare.difference import Difference, Part
from crossover.compare.tolerance import CELL, PROBABILITY, Tolerance
from crossover.compare.written_table import WrittenTable, as_floats

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
    engines = (left.engine, right.engine)
    fields = left.schema.fields
    facts = {"rows": left.rows, "columns": len(fields), "exact_columns": len(left.exact)}
    wrong = _schema_difference(left, right)
    if wrong is not None:
        return Part(name, engines, same=False, differences=1, first=wrong, **facts)
    checksums = {each.engine: each.checksum() for each in (left, right)}
    missing, first_missing = _rows_apart(left, right)
    if first_missing is not None:
        return Part(
            name, engines, same=False, differences=missing, first=first_missing, checksums=checksums, **facts
        )
    columns = [_compare_column(field.name, left, right, _tolerance(field.name, field.exact, field.type, scores)) for field in fields]
    first = next((column.first for column in columns if column.first is not None), None)
    largest = max(columns, key=lambda column: column.strain, default=_Column()).largest
    return Part(
        name, engines, same=first is None, differences=sum(column.differences for column in columns),
        first=first, largest=largest, checksums=checksums, **facts,
    )  # fmt: skip


def _tolerance(name: str, exact: bool, kind: str, scores: bool) -> Tolerance | None:
    if exact or kind not in ("int", "double"):
        return None
    return PROBABILITY if scores and name.startswith("probability") else CELL


def _schema_difference(left: WrittenTable, right: WrittenTable) -> Difference | None:
    if left.schema.key != right.schema.key:
        values: dict[str, Any] = {each.engine: list(each.schema.key) for each in (left, right)}
        return Difference("schema: key", None, {}, values)
    mine = {field.name: f"{field.type}{'' if field.exact else ' inexact'}" for field in left.schema.fields}
    other = {field.name: f"{field.type}{'' if field.exact else ' inexact'}" for field in right.schema.fields}
    for column in dict.fromkeys([*mine, *other]):
        if mine.get(column) != other.get(column):
            return Difference("schema", column, {}, {left.engine: mine.get(column), right.engine: other.get(column)})
    return None


def _rows_apart(left: WrittenTable, right: WrittenTable) -> tuple[int, Difference | None]:
    """Return how many rows one side has and the other lacks, and the first of them in key order."""
    if len(left.match_hashes) == len(right.match_hashes) and np.array_equal(
        np.sort(left.match_hashes), np.sort(right.match_hashes)
    ):
        return 0, None
    candidates = []
    apart = 0
    for one, other in ((left, right), (right, left)):
        positions = _surplus(one, other)
        apart += len(positions)
        if len(positions):
            candidates.append((one.row(_smallest(one, positions)), one, other))
    key, one, other = min(candidates, key=lambda found: [(value is None, str(value)) for value in found[0].values()])
    return apart, Difference("row", None, key, {one.engine: "has it", other.engine: "lacks it"})


def _surplus(one: WrittenTable, other: WrittenTable) -> npt.NDArray[np.int64]:
    """Return positions of rows of `one` beyond as many as `other` has of their hash."""
    order = np.argsort(one.match_hashes, kind="stable")
    hashes = one.match_hashes[order]
    others = np.sort(other.match_hashes)
    nth = np.arange(len(hashes)) - np.searchsorted(hashes, hashes, side="left")
    there = np.searchsorted(others, hashes, side="right") - np.searchsorted(others, hashes, side="left")
    surplus: npt.NDArray[np.int64] = order[nth >= there]
    return surplus


def _compare_column(name: str, left: WrittenTable, right: WrittenTable, tolerance: Tolerance | None) -> _Column:
    mine, other = left.ordered(name), right.ordered(name)
    nulls_differ = _mask(pc.xor(mine.is_null(), other.is_null()))
    if tolerance is None:
        differ = nulls_differ | _mask(pc.fill_null(pc.not_equal(mine, other), fill_value=False))
        return _Column(int(differ.sum()), _first(name, left, right, mine, other, differ)) if differ.any() else _Column()
    x, y = as_floats(mine), as_floats(other)
    apart = np.nan_to_num(np.abs(x - y), nan=0.0)
    allowed = np.nan_to_num(tolerance.allowed(x, y), nan=0.0)
    differ = nulls_differ | (apart > allowed)
    first = _first(name, left, right, mine, other, differ, apart, allowed) if differ.any() else None
    if not apart.any():
        return _Column(int(differ.sum()), first)
    strain = np.divide(apart, allowed, out=np.where(apart > 0, np.inf, 0.0), where=allowed > 0)
    worst = int(np.argmax(strain))
    key = left.row(int(left.order[worst]))
    values = {left.engine: mine[worst].as_py(), right.engine: other[worst].as_py()}
    largest = Difference("value", name, key, values, float(apart[worst]), float(allowed[worst]))
    return _Column(int(differ.sum()), first, largest, float(strain[worst]))


def _first(
    name: str,
    left: WrittenTable,
    right: WrittenTable,
    mine: pa.Array,
    other: pa.Array,
    differ: Mask,
    apart: npt.NDArray[np.float64] | None = None,
    allowed: npt.NDArray[np.float64] | None = None,
) -> Difference:
    positions = np.flatnonzero(differ)
    smallest = _smallest(left, left.order[positions])
    at = int(positions[np.flatnonzero(left.order[positions] == smallest)[0]])
    values = {left.engine: mine[at].as_py(), right.engine: other[at].as_py()}
    known = apart is not None and allowed is not None and None not in values.values()
    return Difference(
        "null" if None in values.values() else "value",
        name,
        left.row(smallest),
        values,
        float(apart[at]) if known and apart is not None else None,
        float(allowed[at]) if known and allowed is not None else None,
    )


def _smallest(table: WrittenTable, positions: npt.NDArray[np.int64]) -> int:
    """Return the position of the row with the smallest key."""
    names = list(table.matched_by)
    keys = pa.table({name: table.column(name).take(pa.array(positions)) for name in names})
    order = pc.sort_indices(keys, sort_keys=[(name, "ascending") for name in names], null_placement="at_end")
    return int(positions[order[0].as_py()])


def _mask(values: pa.Array) -> Mask:
    mask: Mask = values.to_numpy(zero_copy_only=False)
    return mask
