"""Logic of three values, comparisons and choice over vectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crossover.engines.pandas.texts import look_up
from crossover.engines.pandas.vectors import Mask, Vector, all_known, nulls, unified
from crossover.language.types import BOOLEAN, DOUBLE, NULL, STRING

Function = Callable[..., Vector]

# boolean data is False where it is null


def and_(a: Vector, b: Vector) -> Vector:
    known_a, known_b = a.known, b.known
    data = a.data & b.data
    if known_a is None and known_b is None:
        return Vector(BOOLEAN, data)
    # null and false is false
    return Vector(BOOLEAN, data, _false(a) | _false(b) | data)


def or_(a: Vector, b: Vector) -> Vector:
    known = all_known(a, b)
    data = a.data | b.data
    return Vector(BOOLEAN, data, None if known is None else known | data)


def not_(a: Vector) -> Vector:
    return Vector(BOOLEAN, _false(a), a.valid)


def _false(a: Vector) -> Mask:
    return ~a.data if a.valid is None else ~a.data & a.valid


def is_null(a: Vector) -> Vector:
    known = a.known
    return Vector(BOOLEAN, np.zeros(len(a), dtype=np.bool_) if known is None else ~known)


def is_equal(a: Vector, b: Vector) -> Mask:
    """Return where two vectors are equal, neither null."""
    if a.type == STRING:
        a, b = (b, a) if a.constant else (a, b)
        if b.constant:
            has_code: Mask = a.data == _code_in(a, b)
            return has_code
        (left, right), _ = unified([a, b])
        same: Mask = (left == right) & (left >= 0)
        return same
    equal: Mask = a.data == b.data
    known = None if a.type == DOUBLE else all_known(a, b)
    return equal if known is None else equal & known


def _code_in(a: Vector, b: Vector) -> Any:
    """Return the code in a's dictionary of the constant b; one that no row has if it lacks or is null."""
    if b.data[0] < 0:
        return np.int32(-2)
    value = b.strings.values[int(b.data[0])].as_py()
    code: int = a.strings.keep(("code", value), lambda: pc.index(a.strings.values, value).as_py())
    return np.int32(code if code >= 0 else -2)


def comparison(numbers: np.ufunc, strings: Callable[[Any, Any], pa.Array]) -> Callable[[Vector, Vector], Mask]:
    """Return a function that says where a comparison is true, neither side being null."""

    def call(a: Vector, b: Vector) -> Mask:
        if a.type == STRING:
            return of_strings(a, b)
        true: Mask = numbers(a.data, b.data)
        # a comparison with NaN is false
        known = None if a.type == DOUBLE else all_known(a, b)
        return true if known is None else true & known

    def of_strings(a: Vector, b: Vector) -> Mask:
        if a.constant != b.constant:
            return with_constant(a, b)
        (left, right), dictionary = unified([a, b])
        ranks = dictionary.ranks
        true: Mask = numbers(ranks.take(left), ranks.take(right))
        return true & (left >= 0) & (right >= 0)

    def with_constant(a: Vector, b: Vector) -> Mask:
        """Compare each string of the dictionary once."""
        varying, fixed = (b, a) if a.constant else (a, b)
        if fixed.data[0] < 0:
            return np.zeros(len(varying), dtype=np.bool_)
        value = fixed.strings.values[int(fixed.data[0])]

        def table() -> Vector:
            both = (value, varying.strings.values) if a.constant else (varying.strings.values, value)
            true = strings(*both).to_numpy(zero_copy_only=False)
            return Vector(BOOLEAN, np.append(true, False))

        kept: Vector = varying.strings.keep((numbers, a.constant, value.as_py()), table)
        return look_up(kept, varying).data

    return call


less = comparison(np.less, pc.less)
less_equal = comparison(np.less_equal, pc.less_equal)


def compared(true: Callable[[Vector, Vector], Mask]) -> Function:
    return lambda a, b: Vector(BOOLEAN, true(a, b), all_known(a, b))


def in_(a: Vector, *values: Vector) -> Vector:
    true = reduce(np.logical_or, (is_equal(a, value) for value in values)) if len(values) <= 8 else _in_many(a, values)
    return Vector(BOOLEAN, true, a.known)


def _in_many(a: Vector, values: Sequence[Vector]) -> Mask:
    if a.type == STRING:
        wanted = np.zeros(len(a.strings) + 1, dtype=np.bool_)
        codes = np.array([int(_code_in(a, value)) for value in values])
        wanted[codes[codes >= 0]] = True
        return wanted.take(a.data)
    found = np.isin(a.data, np.concatenate([value.data for value in values]))
    return found if a.valid is None else found & a.valid


# choice


def coalesce(*vectors: Vector) -> Vector:
    typed = [vector for vector in vectors if vector.type != NULL] or list(vectors[:1])
    result = typed[0]
    for vector in typed[1:]:
        known = result.known
        if known is None and result.type != STRING:
            return result
        # strings always: each block of rows must end in the same dictionary
        result = chosen(np.ones(1, dtype=np.bool_) if known is None else known, result, vector)
    return result


def chosen(condition: Mask, a: Vector, b: Vector) -> Vector:
    """Return a where the condition is true, else b."""
    a, b = _of_one_type(a, b)
    if a.type == STRING:
        (left, right), dictionary = unified([a, b])
        return Vector(STRING, np.where(condition, left, right), None, dictionary)
    data = np.where(condition, a.data, b.data)
    if a.type == DOUBLE or (a.valid is None and b.valid is None):
        return Vector(a.type, data)
    valid = np.where(condition, True if a.valid is None else a.valid, True if b.valid is None else b.valid)
    return Vector(a.type, data, None if valid.all() else valid)


def _of_one_type(a: Vector, b: Vector) -> tuple[Vector, Vector]:
    """Return both with the bare null turned into the other's type."""
    if a.type == NULL != b.type:
        return nulls(b.type), b
    return (a, nulls(a.type)) if b.type == NULL != a.type else (a, b)


def case(otherwise: Vector, *branches: Vector) -> Vector:
    """Return the value of the first branch whose condition is true; `branches` are condition, value, condition ..."""
    result = otherwise
    for condition, value in zip(branches[-2::-2], branches[::-2], strict=True):
        result = chosen(condition.data, value, result)
    return result


def extreme(doubles: np.ufunc, others: np.ufunc) -> Function:
    def call(*vectors: Vector) -> Vector:
        return reduce(_extreme_of_two, vectors)

    def _extreme_of_two(a: Vector, b: Vector) -> Vector:
        a, b = _of_one_type(a, b)
        if a.type == DOUBLE:
            # fmax and fmin skip NaN
            return Vector(DOUBLE, doubles(a.data, b.data))
        known_a, known_b = a.known, b.known
        take_a = _takes_first(a, b, others)
        if known_b is not None:
            take_a |= ~known_b
        if known_a is not None:
            take_a &= known_a
        return chosen(take_a, a, b)

    return call


def _takes_first(a: Vector, b: Vector, function: np.ufunc) -> Mask:
    if a.type == STRING:
        (left, right), dictionary = unified([a, b])
        ranks = dictionary.ranks
        first, second = ranks.take(left), ranks.take(right)
    else:
        first, second = a.data, b.data
    return np.array(function(first, second) == first)
