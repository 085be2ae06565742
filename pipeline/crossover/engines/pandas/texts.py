"""Functions of strings: computed once for each distinct string, or each distinct combination, then looked up."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from crossover.engines.pandas.keys import group_codes, group_numbers
from crossover.engines.pandas.vectors import Vector, concatenated, from_arrow, nulls, to_arrow
from crossover.language.types import BOOLEAN, DATE, DOUBLE, INT, STRING, TIMESTAMP, Type
from crossover.sources import text

Text = Callable[..., pa.Array]
"""A function of arrow values; arguments that are the same for all rows come as Python values."""


def _cast_to(type_: Type) -> Text:
    return lambda strings: text.cast(strings, type_)


def _substring(strings: Any, start: Any, count: Any) -> pa.Array:
    if not (isinstance(start, int) and isinstance(count, int)):
        return _by_row(lambda string, first, size: _part(string, first, size), strings, start, count)
    end = max(start + count - 1, 0)
    first = max(start, 1) - 1
    if count < 1 or end <= first:
        return pc.if_else(pc.is_valid(strings), "", strings)
    # more characters than a string can have is all of them
    return pc.utf8_slice_codeunits(strings, min(first, 2**31 - 1), min(end, 2**31 - 1))


def _part(string: str, start: int, count: int) -> str:
    return string[max(start, 1) - 1 : max(start + count - 1, 0)] if count >= 1 else ""


def _replace(strings: Any, old: Any, new: Any) -> pa.Array:
    if not (isinstance(old, str) and isinstance(new, str)):
        return _by_row(lambda string, before, after: string.replace(before, after) if before else string, strings, old, new)
    return pc.replace_substring(strings, old, new) if old else strings


def _tested(arrow: Callable[[pa.Array, str], pa.Array], python: Callable[[str, str], bool]) -> Text:
    return lambda strings, wanted: arrow(strings, wanted) if isinstance(wanted, str) else _by_row(python, strings, wanted)


def _by_row(function: Callable[..., Any], *arguments: Any) -> pa.Array:
    """Call a Python function for each row; null if an argument is."""
    rows = next(len(each) for each in arguments if isinstance(each, pa.Array))
    columns = [each.to_pylist() if isinstance(each, pa.Array) else [each] * rows for each in arguments]
    return pa.array([None if None in row else function(*row) for row in zip(*columns, strict=True)])


TEXT: dict[str, Text] = {
    "lower": pc.ascii_lower,
    "upper": pc.ascii_upper,
    "trim": lambda strings: pc.utf8_trim(strings, " "),
    "length": pc.utf8_length,
    "substring": _substring,
    "concat": lambda *strings: pc.binary_join_element_wise(*strings, ""),
    "replace": _replace,
    "starts_with": _tested(lambda strings, wanted: pc.starts_with(strings, wanted), str.startswith),
    "ends_with": _tested(lambda strings, wanted: pc.ends_with(strings, wanted), str.endswith),
    "contains": _tested(lambda strings, wanted: pc.match_substring(strings, wanted), str.__contains__),
    "matches": lambda strings, pattern: pc.match_substring_regex(strings, rf"(?s)\A(?:{pattern})\z"),
    "int_to_string": lambda numbers: numbers.cast(pa.string()),
    "string_to_int": _cast_to(INT),
    "string_to_double": _cast_to(DOUBLE),
    "string_to_boolean": _cast_to(BOOLEAN),
    "string_to_date": _cast_to(DATE),
    "string_to_timestamp": _cast_to(TIMESTAMP),
}
"""Result types follow from the arrow type, but for a result without any value: see RESULT."""

RESULT: dict[str, Type] = {
    "length": INT,
    "starts_with": BOOLEAN,
    "ends_with": BOOLEAN,
    "contains": BOOLEAN,
    "matches": BOOLEAN,
    "string_to_int": INT,
    "string_to_double": DOUBLE,
    "string_to_boolean": BOOLEAN,
    "string_to_date": DATE,
    "string_to_timestamp": TIMESTAMP,
}
"""Of each text function whose result is no string."""


def text_function(name: str) -> Callable[..., Vector]:
    """Return a primitive of TEXT over vectors."""

    def call(*vectors: Vector) -> Vector:
        result = RESULT.get(name, STRING)
        if any(vector.constant and vector.known is not None for vector in vectors):
            return nulls(result)
        varying = [vector for vector in vectors if not vector.constant]
        if len(varying) == 1 and varying[0].type == STRING:
            return _over_dictionary(name, vectors, varying[0], result)
        if not varying:
            arguments = [to_arrow(vectors[0], 1), *(_scalar(vector) for vector in vectors[1:])]
            return _as_constant(_computed(name, _plain(arguments), result))
        return _over_combinations(name, vectors, varying, result)

    return call


def _computed(name: str, arguments: Sequence[Any], result: Type) -> Vector:
    values = TEXT[name](*arguments)
    return nulls(result).spread(len(values)) if pa.types.is_null(values.type) else from_arrow(values)


def _over_dictionary(name: str, vectors: Sequence[Vector], varying: Vector, result: Type) -> Vector:
    """Compute over the strings of a dictionary, once for each set of constants, and look the codes up."""
    arguments = [None if vector is varying else _scalar(vector) for vector in vectors]
    strings = varying.strings

    def table() -> Vector:
        over = [strings.values if argument is None else argument for argument in arguments]
        return concatenated([_computed(name, over, result), nulls(result)], [len(strings), 1])

    kept: Vector = strings.keep((name, *arguments), table)
    return look_up(kept, varying)


def _over_combinations(name: str, vectors: Sequence[Vector], varying: Sequence[Vector], result: Type) -> Vector:
    """Compute over the distinct combinations of values, and look their numbers up."""
    numbers, first = group_numbers(group_codes(varying, len(varying[0])))
    arguments = [
        _scalar(vector) if vector.constant else to_arrow(vector.take(first, False), len(first)) for vector in vectors
    ]
    return _computed(name, _plain(arguments), result).take(numbers, False)


def look_up(table: Vector, codes: Vector) -> Vector:
    """Return the values of a table at the codes of a string vector; the table's last value is that of null."""
    found = table.take(codes.data, False)
    found.constant = codes.constant
    if found.valid is not None and found.valid.all():
        found.valid = None
    return found


def _scalar(vector: Vector) -> Hashable:
    value: Hashable = to_arrow(vector, 1)[0].as_py()
    return value


def _plain(arguments: Sequence[Any]) -> list[Any]:
    """Return the arguments with dictionaries turned into plain strings."""
    return [
        argument.cast(pa.string()) if isinstance(argument, pa.Array) and pa.types.is_dictionary(argument.type) else argument
        for argument in arguments
    ]


def _as_constant(vector: Vector) -> Vector:
    vector.constant = True
    return vector
