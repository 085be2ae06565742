"""Aggregates of groups: one pass over rows numbered by their group, nothing is sorted."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

from crossover.engines.pandas.frames import Column, Frame, Index
from crossover.engines.pandas.keys import codes_of, group_codes, group_numbers
from crossover.engines.pandas.sorting import sorted_rows
from crossover.engines.pandas.vectors import Array, Mask, Vector
from crossover.language.types import BOOLEAN, DOUBLE, INT, STRING, Type
from crossover.relations import nodes

Ints = npt.NDArray[np.int64]


def aggregate(node: nodes.Aggregate, frame: Frame) -> Frame:
    """Return one row for each group."""
    if node.by:
        groups, representatives = group_numbers(group_codes([frame[name] for name in node.by], frame.rows))
    else:
        groups, representatives = np.zeros(frame.rows, dtype=np.int64), np.zeros(1, dtype=np.intp)
    count = len(representatives)
    keys = Index(representatives)
    columns = {name: frame.columns[name].gathered(keys) for name in node.by}
    rows_of_groups = _Groups(groups, count)
    for name, call in node.calls:
        if call.function in ("first", "last"):
            columns[name] = _edge(node, frame, call, groups, count)
        else:
            vector = frame[call.column].spread(frame.rows) if call.column else None
            columns[name] = Column(rows_of_groups.reduce(call.function, vector))
    return Frame(count, columns)


def _edge(node: nodes.Aggregate, frame: Frame, call: nodes.AggregateCall, groups: Ints, count: int) -> Column:
    """Return the values of the first or last row of each group in the order."""
    found = sorted_rows(frame, node.by, node.order, ())
    places = np.flatnonzero(found.begins) if call.function == "first" else np.flatnonzero(np.append(found.begins[1:], True))
    # without rows there is no place, and the one row of no groups has a null
    rows = found.positions[places[: frame.rows]]
    position = np.full(count, -1, dtype=np.intp)
    position[groups[rows]] = rows
    assert call.column
    return frame.columns[call.column].gathered(Index(position, optional=True))


class _Groups:
    """Rows numbered by group. Counts of the values of one column are made once."""

    def __init__(self, groups: Ints, count: int) -> None:
        self.groups = groups
        self.count = count
        self._kept: dict[int, tuple[Vector, Ints, Array, Ints]] = {}

    def reduce(self, function: str, vector: Vector | None) -> Vector:
        if vector is None:
            return Vector(INT, self._counted(self.groups))
        groups, data, counts = self._values(vector)
        if function == "count_rows":
            return Vector(INT, self._counted(self.groups))
        if function == "count":
            return Vector(INT, counts)
        if function == "count_distinct":
            return Vector(INT, self._distinct(vector))
        if function in ("min", "max"):
            return self._extreme(function, vector, groups, data, counts)
        type_, result, known = _REDUCTIONS[function](self, groups, data, counts)
        return Vector(type_, np.where(known, result, np.nan)) if type_ == DOUBLE else Vector(type_, result, known)

    def _counted(self, groups: Ints) -> Ints:
        return np.array([len(groups)]) if self.count == 1 else np.bincount(groups, minlength=self.count)

    def _values(self, vector: Vector) -> tuple[Ints, Array, Ints]:
        """Return groups and data of the values that are not null, and how many each group has."""
        if id(vector) not in self._kept:
            known = vector.known
            groups, data = (self.groups, vector.data) if known is None else (self.groups[known], vector.data[known])
            self._kept[id(vector)] = (vector, groups, data, self._counted(groups))
        _, groups, data, counts = self._kept[id(vector)]
        return groups, data, counts

    def _distinct(self, vector: Vector) -> Ints:
        codes = codes_of(vector)
        both = np.flatnonzero(codes.values >= 0)
        if codes.size * self.count < 2**62:
            pairs = pd.unique(self.groups[both] * codes.size + codes.values[both])
            return np.bincount(pairs // codes.size, minlength=self.count)
        numbers, values = pd.factorize(codes.values[both])
        pairs = pd.unique(self.groups[both] * len(values) + numbers)
        return np.bincount(pairs // len(values), minlength=self.count)

    def _extreme(self, function: str, vector: Vector, groups: Ints, data: Array, counts: Ints) -> Vector:
        if vector.type == STRING:
            data = vector.strings.ranks.take(data)
        reduced = self._fold(np.minimum if function == "min" else np.maximum, groups, data)
        known = counts > 0
        if vector.type == STRING:
            ordered = vector.strings.sorted
            codes = ordered.take(reduced).astype(np.int32) if len(ordered) else np.full(self.count, -1, dtype=np.int32)
            return Vector(STRING, np.where(known, codes, np.int32(-1)), None, vector.dictionary)
        if vector.type == DOUBLE:
            return Vector(DOUBLE, np.where(known, reduced, np.nan))
        return Vector(vector.type, reduced & known if vector.type == BOOLEAN else reduced, known)

    def _fold(self, function: np.ufunc, groups: Ints, data: Array) -> Array:
        result = np.zeros(self.count, dtype=data.dtype)
        if self.count == 1:
            result[:] = function.reduce(data) if len(data) else 0
            return result
        # any value of the group is a start
        result[groups] = data
        function.at(result, groups, data)
        return result

    def sums(self, groups: Ints, data: Array) -> Array:
        """Return sums of doubles; by pairs where there is one group."""
        if self.count == 1:
            return np.array([np.add.reduce(data)], dtype=np.float64)
        return np.bincount(groups, weights=data, minlength=self.count)

    def int_sums(self, groups: Ints, data: Ints) -> tuple[Ints, Mask]:
        """Return sums modulo 2**64, exact where they stay in int64, and where they do."""
        total = np.zeros(self.count, dtype=np.int64)
        if self.count == 1:
            total[0] = np.add.reduce(data)
        else:
            np.add.at(total, groups, data)
        if not len(data) or max(int(data.max()), -int(data.min())) * len(data) < 2**63:
            return total, np.ones(self.count, dtype=np.bool_)
        # the double sum is off by far less than the 2**64 by which an overflow is
        return total, np.abs(self.sums(groups, data.astype(np.float64)) - total) < 2.0**63


def _sum(of: _Groups, groups: Ints, data: Array, counts: Ints) -> tuple[Type, Array, Mask]:
    if data.dtype.kind == "f":
        with np.errstate(over="ignore", invalid="ignore"):
            total = of.sums(groups, data)
        return DOUBLE, total, (counts > 0) & np.isfinite(total)
    exact, fits = of.int_sums(groups, data)
    return INT, exact, (counts > 0) & fits


def _avg(of: _Groups, groups: Ints, data: Array, counts: Ints) -> tuple[Type, Array, Mask]:
    with np.errstate(over="ignore", invalid="ignore"):
        mean = of.sums(groups, data.astype(np.float64, copy=False)) / np.maximum(counts, 1)
    return DOUBLE, mean, (counts > 0) & np.isfinite(mean)


def _variance(of: _Groups, groups: Ints, data: Array, counts: Ints) -> tuple[Type, Array, Mask]:
    """Two passes: means, then distances from them. The second term takes out the rounding of the mean."""
    data = data.astype(np.float64, copy=False)
    divisor = np.maximum(counts, 1)
    with np.errstate(over="ignore", invalid="ignore"):
        mean = of.sums(groups, data) / divisor
        distance = data - (mean[0] if of.count == 1 else mean.take(groups))
        squares = of.sums(groups, distance * distance) - of.sums(groups, distance) ** 2 / divisor
        result = np.maximum(squares, 0.0) / np.maximum(counts - 1, 1)
    return DOUBLE, result, (counts > 1) & np.isfinite(result)


def _stddev(of: _Groups, groups: Ints, data: Array, counts: Ints) -> tuple[Type, Array, Mask]:
    type_, variance, known = _variance(of, groups, data, counts)
    return type_, np.sqrt(np.where(known, variance, 0.0)), known


_REDUCTIONS: dict[str, Callable[..., tuple[Type, Array, Mask]]] = {
    "sum": _sum,
    "avg": _avg,
    "variance": _variance,
    "stddev": _stddev,
}


