"""Key columns as one int for each row: equal ints, equal keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from crossover.engines.pandas.vectors import Mask, Positions, Vector
from crossover.language.types import BOOLEAN, DOUBLE, STRING, TIMESTAMP

Ints = npt.NDArray[np.int64]
LARGEST = 2**62


@dataclass(frozen=True)
class Codes:
    """Ints 0 .. size - 1, one for each row; -1 for null, or for what the other side lacks."""

    values: Ints
    size: int

    def __len__(self) -> int:
        return len(self.values)


def small(size: int, rows: int) -> bool:
    """Whether a table with a place for each code is worth its memory: then it beats any hash table."""
    return size <= 4 * rows + 65_536


def codes_of(vector: Vector) -> Codes:
    """Return codes of one column; -1 for null."""
    return _known_codes(_number(vector), vector)


def group_codes(vectors: Sequence[Vector], rows: int) -> Codes:
    """Return codes of rows by all columns together; null is a value of its own, and no code is -1."""
    values, size = np.zeros(rows, dtype=np.int64), 1
    for vector in vectors:
        each = codes_of(vector)
        known = vector.known
        with_null = each.values if known is None else np.where(known, each.values, each.size)
        values, size = _combined(values, size, with_null, each.size + (known is not None))
    return Codes(values, size)


def group_numbers(codes: Codes) -> tuple[Ints, Positions]:
    """Return numbers 0, 1, ... of the groups that occur, for each row, and a row of each group."""
    rows = len(codes)
    if small(codes.size, rows):
        place = np.full(codes.size, -1, dtype=np.intp)
        place[codes.values] = np.arange(rows)
        used = np.flatnonzero(place >= 0)
        representative = place[used]
        place[used] = np.arange(len(used))
        return place.take(codes.values), representative
    numbers, distinct = pd.factorize(codes.values)
    representative = np.empty(len(distinct), dtype=np.intp)
    representative[numbers] = np.arange(rows)
    return numbers, representative


def join_codes(left: Sequence[Vector], right: Sequence[Vector], rows: tuple[int, int]) -> tuple[Codes, Codes]:
    """Return codes of both sides in one coding, that of the right side. Null on either side is -1."""
    left_values, right_values = np.zeros(rows[0], dtype=np.int64), np.zeros(rows[1], dtype=np.int64)
    left_known: Mask | None = None
    right_known: Mask | None = None
    size = 1
    for place, (mine, theirs) in enumerate(zip(left, right, strict=True)):
        mine_codes, their_codes = _pair(mine.spread(rows[0]), theirs.spread(rows[1]))
        if place == 0:
            left_values, right_values, size = mine_codes.values, their_codes.values, their_codes.size
            continue
        left_known = _both_known(left_known, left_values, mine_codes)
        right_known = _both_known(right_known, right_values, their_codes)
        if size * their_codes.size > LARGEST:
            right_values, distinct = pd.factorize(right_values)
            left_values = places_in(distinct, left_values)
            left_known &= left_values >= 0
            size = len(distinct)
        left_values = left_values * their_codes.size + mine_codes.values
        right_values = right_values * their_codes.size + their_codes.values
        size *= their_codes.size
    return Codes(_where_known(left_values, left_known), size), Codes(_where_known(right_values, right_known), size)


def _both_known(known: Mask | None, values: Ints, more: Codes) -> Mask:
    """Return where all keys so far and one more are known; `known` None: where `values` is no -1."""
    together: Mask = (values >= 0 if known is None else known) & (more.values >= 0)
    return together


def _where_known(values: Ints, known: Mask | None) -> Ints:
    return values if known is None or known.all() else np.where(known, values, -1)


def places_in(distinct: Ints, values: Ints) -> Ints:
    """Return the place of each value among distinct ones, -1 for none."""
    return pd.Index(distinct).get_indexer(pd.Index(values)).astype(np.int64)


def _pair(left: Vector, right: Vector) -> tuple[Codes, Codes]:
    if right.type == STRING:
        size = max(len(right.strings), 1)
        left_codes = left.data if left.dictionary is right.dictionary else left.strings.map_to(right.strings).take(left.data)
        return Codes(left_codes.astype(np.int64), size), Codes(right.data.astype(np.int64), size)
    numbers, other = _number(right), _number(left)
    theirs = _known_codes(numbers, right)
    low, size = _range(numbers, right.known)
    if size < LARGEST:
        unit = _unit(right, numbers, low)
        inside = (other >= low) & (other <= low + size - 1)
        distance = np.where(inside, other - low, -1)
        values = distance if unit == 1 else np.where(distance % unit == 0, distance // unit, -1)
    else:
        distinct = pd.unique(numbers if right.known is None else numbers[right.known])
        values = places_in(distinct, other)
    known = left.known
    return Codes(values if known is None else np.where(known, values, -1), theirs.size), theirs


def _number(vector: Vector) -> Ints:
    """Return ints that are equal where the values are."""
    if vector.type == DOUBLE:
        # + 0.0 turns -0.0 into 0.0
        bits: Ints = (vector.data + 0.0).view(np.int64)
        return bits
    return vector.data.astype(np.int64, copy=False)


def _known_codes(numbers: Ints, vector: Vector) -> Codes:
    known = vector.known
    if vector.type in (STRING, BOOLEAN):
        size = 2 if vector.type == BOOLEAN else max(len(vector.strings), 1)
        return Codes(numbers if known is None else np.where(known, numbers, -1), size)
    low, size = _range(numbers, known)
    if size < LARGEST:
        unit = _unit(vector, numbers, low)
        distance = numbers - low if unit == 1 else (numbers - low) // unit
        return Codes(distance if known is None else np.where(known, distance, -1), (size - 1) // unit + 1)
    distinct = pd.unique(numbers if known is None else numbers[known])
    codes = places_in(distinct, numbers)
    return Codes(codes if known is None else np.where(known, codes, -1), max(len(distinct), 1))


def _range(numbers: Ints, known: Mask | None) -> tuple[int, int]:
    """Return the least value and how many ints there are up to the largest."""
    if known is not None:
        numbers = numbers[known]
    if not len(numbers):
        return 0, 1
    low = int(numbers.min())
    return low, int(numbers.max()) - low + 1


_UNITS = (3_600_000_000, 60_000_000, 1_000_000, 1_000)
"""Hours, minutes, seconds, milliseconds in microseconds: few timestamps are finer."""


def _unit(vector: Vector, numbers: Ints, low: int) -> int:
    """Return a unit in which all distances of timestamps are whole: fewer codes make smaller tables and shorter sorts."""
    if vector.type != TIMESTAMP:
        return 1
    numbers = numbers if vector.known is None else numbers[vector.known]
    for unit in _UNITS:
        if not ((numbers[:1000] - low) % unit).any() and not ((numbers - low) % unit).any():
            return unit
    return 1


def _combined(values: Ints, size: int, more: Ints, more_size: int) -> tuple[Ints, int]:
    if size == 1:
        return (more, more_size) if len(more) == len(values) else (np.broadcast_to(more, values.shape), more_size)
    if size * more_size > LARGEST:
        values, distinct = pd.factorize(values)
        size = len(distinct)
    if size * more_size > LARGEST:
        more, distinct = pd.factorize(more)
        more_size = len(distinct)
    return values * more_size + more, size * more_size


def sortable(vector: Vector, descending: bool) -> Codes:
    """Return codes that sort as the values do; nulls last, whichever the direction."""
    codes = _ranks(vector)
    values = codes.size - 1 - codes.values if descending else codes.values
    known = vector.known
    return Codes(values, codes.size) if known is None else Codes(np.where(known, values, codes.size), codes.size + 1)


def _ranks(vector: Vector) -> Codes:
    """Return codes in the order of the values; what stands for null has no meaning."""
    if vector.type == STRING:
        return Codes(vector.strings.ranks.take(vector.data).astype(np.int64), max(len(vector.strings), 1))
    numbers, known = _number(vector), vector.known
    if vector.type == DOUBLE:
        # the bits of negative doubles sort downwards
        numbers = numbers ^ ((numbers >> 63) & np.int64(2**63 - 1))
    elif _range(numbers, known)[1] < LARGEST:
        return _known_codes(numbers, vector)
    low, size = _range(numbers, known)
    if size < LARGEST:
        return Codes(numbers - low, size)
    distinct = np.unique(numbers if known is None else numbers[known])
    return Codes(np.searchsorted(distinct, numbers).astype(np.int64), len(distinct))
