"""The physical form of values: NumPy arrays, one form for each logical type.

| type            | data                                  | null                            |
| double          | float64                               | NaN, which is no value here     |
| int             | int64                                 | `valid` is False                |
| boolean         | bool, False where null                | `valid` is False                |
| string          | int32 codes into a dictionary         | code -1                         |
| date, timestamp | int64 days, microseconds since 1970   | `valid` is False                |

What stands under a null int, date or timestamp has no meaning, but is a number.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from crossover.language.types import BOOLEAN, DATE, DOUBLE, INT, NULL, STRING, TIMESTAMP, Type

Array = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.intp]
Codes = npt.NDArray[np.int32]

ARROW: dict[Type, pa.DataType] = {
    BOOLEAN: pa.bool_(),
    INT: pa.int64(),
    DOUBLE: pa.float64(),
    STRING: pa.string(),
    DATE: pa.date32(),
    TIMESTAMP: pa.timestamp("us"),
    NULL: pa.null(),
}


class Dictionary:
    """Distinct strings, none null; compared by identity. What is computed from them is kept with them."""

    def __init__(self, values: pa.Array) -> None:
        self.values = values
        self._kept: dict[Hashable, Any] = {}

    def __len__(self) -> int:
        return len(self.values)

    def keep(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Return what `make` gives, computed once for each key."""
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]

    @property
    def ranks(self) -> Codes:
        """Rank of each string in the order of code points; behind the last, -1 for null."""
        return self.keep("ranks", self._ranks)  # type: ignore[no-any-return]

    def _ranks(self) -> Codes:
        ranks = np.full(len(self) + 1, -1, dtype=np.int32)
        ranks[self.sorted] = np.arange(len(self), dtype=np.int32)
        return ranks

    @property
    def sorted(self) -> Positions:
        """Codes in the order of code points, which is that of the bytes of UTF-8."""
        return self.keep("sorted", lambda: pc.sort_indices(self.values).to_numpy().astype(np.intp))  # type: ignore[no-any-return]

    def codes_of(self, values: pa.Array) -> Codes:
        """Return the codes of strings, -1 for null and for those that are not in it."""
        return pc.fill_null(pc.index_in(values, self.values), -1).to_numpy()  # type: ignore[no-any-return]

    def map_to(self, other: Dictionary) -> Codes:
        """Return for each own code the code in another dictionary, -1 if it lacks; behind the last, -1 for null."""
        return self.keep(("map", other), lambda: np.append(other.codes_of(self.values), np.int32(-1)))  # type: ignore[no-any-return]

    def united(self, others: tuple[Dictionary, ...]) -> Dictionary:
        """Return a dictionary that begins with this one and has the strings of all others."""
        return self.keep(("united", others), lambda: self._united(others))  # type: ignore[no-any-return]

    def _united(self, others: tuple[Dictionary, ...]) -> Dictionary:
        arrays = [self.values, *(other.values for other in others if other is not self)]
        distinct = pc.unique(pa.chunked_array(arrays))
        return self if len(distinct) == len(self) else Dictionary(distinct)


@dataclass(eq=False, slots=True)
class Vector:
    """Values of one type. A constant has one value that stands for all rows."""

    type: Type
    data: Array
    valid: Mask | None = None
    """Which values are not null, None: all; not used by double and string, see `known`."""
    dictionary: Dictionary | None = None
    constant: bool = False
    _known: Mask | None = field(default=None, repr=False)
    _searched: bool = field(default=False, repr=False)

    def __len__(self) -> int:
        return len(self.data)

    @property
    def known(self) -> Mask | None:
        """Which values are not null; None: all."""
        if self.type not in (DOUBLE, STRING):
            return self.valid
        if not self._searched:
            known = self.data == self.data if self.type == DOUBLE else self.data >= 0
            self._known = None if known.all() else known
            self._searched = True
        return self._known

    @property
    def strings(self) -> Dictionary:
        """The dictionary of a string vector."""
        assert self.dictionary is not None
        return self.dictionary

    def part(self, rows: slice) -> Vector:
        """Return some rows, as a view; a constant stays whole."""
        if self.constant:
            return self
        valid = None if self.valid is None else self.valid[rows]
        part = Vector(self.type, self.data[rows], valid, self.dictionary)
        if self._searched and self._known is None:
            part._searched = True
        return part

    def spread(self, rows: int) -> Vector:
        """Return it with a value for each row."""
        if not self.constant:
            return self
        valid = None if self.valid is None else np.full(rows, self.valid[0])
        return Vector(self.type, np.full(rows, self.data[0], dtype=self.data.dtype), valid, self.dictionary)

    def take(self, positions: Positions, optional: bool) -> Vector:
        """Return the values at positions; where one is -1 and `optional`, null."""
        if self.constant:
            if not optional:
                return self
            return self.spread(len(positions)).keep_where(positions >= 0)
        if not len(self.data):
            return nulls(self.type, self.dictionary).spread(len(positions))
        # numpy takes the last for -1
        data = self.data.take(positions)
        valid = None if self.valid is None else self.valid.take(positions)
        taken = Vector(self.type, data, valid, self.dictionary)
        if not optional:
            taken._searched = self._searched and self._known is None
            return taken
        found = positions >= 0
        return taken if found.all() else taken.keep_where(found)

    def keep_where(self, condition: Mask) -> Vector:
        """Return it with null where the condition is false."""
        if self.type == DOUBLE:
            return replace(self, data=np.where(condition, self.data, np.nan), _known=None, _searched=False)
        if self.type == STRING:
            return replace(self, data=np.where(condition, self.data, np.int32(-1)), _known=None, _searched=False)
        valid = condition if self.valid is None else condition & self.valid
        return replace(self, data=self.data & condition if self.type == BOOLEAN else self.data, valid=valid)


EMPTY = Dictionary(pa.array([], pa.string()))
DTYPES: dict[Type, npt.DTypeLike] = {
    BOOLEAN: np.bool_,
    INT: np.int64,
    DOUBLE: np.float64,
    STRING: np.int32,
    DATE: np.int64,
    TIMESTAMP: np.int64,
    NULL: np.bool_,
}


def nulls(type_: Type, dictionary: Dictionary | None = None) -> Vector:
    """Return the constant null of a type."""
    if type_ == DOUBLE:
        return Vector(type_, np.array([np.nan]), constant=True)
    if type_ == STRING:
        return Vector(type_, np.array([-1], dtype=np.int32), None, dictionary or EMPTY, constant=True)
    return Vector(type_, np.zeros(1, dtype=DTYPES[type_]), np.zeros(1, dtype=np.bool_), constant=True)


def boolean(data: Mask, known: Mask | None) -> Vector:
    """Return a boolean vector in its form: False where it is null."""
    return Vector(BOOLEAN, data if known is None else data & known, known)


def all_known(*vectors: Vector) -> Mask | None:
    """Return where no vector is null; None: everywhere."""
    together: Mask | None = None
    for vector in vectors:
        known = vector.known
        if known is not None:
            together = known if together is None else together & known
    return together


def unified(vectors: Sequence[Vector]) -> tuple[list[Codes], Dictionary]:
    """Return the codes of string vectors in one dictionary that has all their strings."""
    dictionary = vectors[0].strings.united(tuple(vector.strings for vector in vectors[1:]))
    return [_recoded(vector, dictionary) for vector in vectors], dictionary


def _recoded(vector: Vector, dictionary: Dictionary) -> Codes:
    if vector.dictionary is dictionary:
        return vector.data
    return vector.strings.map_to(dictionary).take(vector.data)


def concatenated(vectors: Sequence[Vector], sizes: Sequence[int]) -> Vector:
    """Return the rows of all vectors of one type, one behind the other."""
    vectors = [vector.spread(size) for vector, size in zip(vectors, sizes, strict=True)]
    type_ = vectors[0].type
    if type_ == STRING:
        codes, dictionary = unified(vectors)
        return Vector(STRING, np.concatenate(codes), None, dictionary)
    valid = None
    if any(vector.valid is not None for vector in vectors):
        valid = np.concatenate(
            [np.ones(len(vector), dtype=np.bool_) if vector.valid is None else vector.valid for vector in vectors]
        )
    return Vector(type_, np.concatenate([vector.data for vector in vectors]), valid)


# arrow


def from_arrow(values: pa.Array | pa.ChunkedArray) -> Vector:
    """Return arrow values (bool, integers, float64, strings, dictionaries of them, date32, timestamp[us]) as a vector."""
    kind = values.type
    if pa.types.is_dictionary(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _strings_from_arrow(values)
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks() if values.num_chunks != 1 else values.chunk(0)
    if pa.types.is_floating(kind):
        return Vector(DOUBLE, values.cast(pa.float64()).to_numpy(zero_copy_only=False))
    valid = pc.is_valid(values).to_numpy(zero_copy_only=False) if values.null_count else None
    if pa.types.is_null(kind):
        return nulls(NULL).spread(len(values))
    if pa.types.is_boolean(kind):
        return Vector(BOOLEAN, values.fill_null(False).to_numpy(zero_copy_only=False), valid)
    if pa.types.is_date(kind):
        return Vector(DATE, _filled(values.cast(pa.date32()).cast(pa.int32()).cast(pa.int64())), valid)
    if pa.types.is_timestamp(kind):
        return Vector(TIMESTAMP, _filled(values.cast(pa.timestamp("us")).cast(pa.int64())), valid)
    return Vector(INT, _filled(values.cast(pa.int64())), valid)


def _filled(values: pa.Array) -> Array:
    return (values.fill_null(0) if values.null_count else values).to_numpy()  # type: ignore[no-any-return]


def _strings_from_arrow(values: pa.Array | pa.ChunkedArray) -> Vector:
    if values.null_count == len(values):
        return Vector(STRING, np.full(len(values), -1, dtype=np.int32), None, EMPTY)
    if not pa.types.is_dictionary(values.type):
        values = values.dictionary_encode()
    if isinstance(values, pa.ChunkedArray):
        values = values.unify_dictionaries()
        dictionary = values.chunk(0).dictionary
        indices = pa.chunked_array([chunk.indices for chunk in values.chunks])
    else:
        dictionary, indices = values.dictionary, values.indices
    codes = indices.cast(pa.int32())
    codes = (pc.fill_null(codes, -1) if codes.null_count else codes).to_numpy()
    dictionary = dictionary.cast(pa.string())
    if dictionary.null_count or len(pc.unique(dictionary)) < len(dictionary):
        distinct = Dictionary(pc.unique(dictionary.drop_null()))
        return Vector(STRING, np.append(distinct.codes_of(dictionary), np.int32(-1)).take(codes), None, distinct)
    return Vector(STRING, codes, None, Dictionary(dictionary))


def to_arrow(vector: Vector, rows: int) -> pa.Array:
    """Return the values as arrow; strings as a dictionary."""
    vector = vector.spread(rows)
    known = vector.known
    missing = None if known is None else ~known
    if vector.type == STRING:
        return pa.DictionaryArray.from_arrays(pa.array(vector.data, mask=missing), vector.strings.values)
    if vector.type == NULL:
        return pa.nulls(rows)
    data = vector.data
    if vector.type == DATE:
        data = (data if known is None else np.where(known, data, 0)).astype(np.int32)
    return pa.array(data, mask=missing).cast(ARROW[vector.type])
