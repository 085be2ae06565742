"""`hash_rows` against the `xxhash` package, and against values that Spark printed."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import xxhash

from crossover.core.hashing import hash_rows, share

TEXTS = ["", "a", "abc", "abcd", "abcdefg", "abcdefgh", "äöü", "日本", "x" * 31, "y" * 32, "z" * 33, "é" * 77, "q" * 95 + "🎈", None]


def encoded(value: object) -> bytes | None:
    match value:
        case None:
            return None
        case bool():
            return struct.pack("<i", int(value))
        case int():
            return struct.pack("<q", value)
        case float():
            return struct.pack("<d", value + 0.0)
        case str():
            return value.encode()
        case datetime():
            elapsed = value - datetime(1970, 1, 1)
            return struct.pack("<q", (elapsed.days * 86_400 + elapsed.seconds) * 1_000_000 + elapsed.microseconds)
        case date():
            return struct.pack("<i", (value - date(1970, 1, 1)).days)
    raise TypeError(value)


def chained(values: Sequence[object]) -> int:
    seed = 42
    for value in values:
        content = encoded(value)
        if content is not None:
            seed = xxhash.xxh64_intdigest(content, seed)
    return seed


COLUMNS: dict[str, tuple[pa.DataType, list[Any]]] = {
    "string": (pa.string(), TEXTS),
    "large_string": (pa.large_string(), TEXTS),
    "int": (pa.int64(), [0, 1, -1, 2**63 - 1, -(2**63), 17850, None]),
    "double": (pa.float64(), [0.0, -0.0, 1.5, -2.25e300, 5e-324, None]),
    "boolean": (pa.bool_(), [True, False, None]),
    "date": (pa.date32(), [date(1970, 1, 1), date(1, 1, 1), date(9999, 12, 31), None]),
    "timestamp": (pa.timestamp("us"), [datetime(1970, 1, 1), datetime(1, 1, 1), datetime(2013, 1, 1, 10, 0, 0, 1), None]),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_a_column_hashes_as_the_xxhash_package_says(name: str) -> None:
    kind, values = COLUMNS[name]
    assert hash_rows([pa.array(values, kind)], len(values)).tolist() == [chained([value]) for value in values]


@pytest.mark.parametrize("name", COLUMNS)
def test_columns_chain_in_either_order(name: str) -> None:
    kind, values = COLUMNS[name]
    other = [f"key {index % 5}" * index for index in range(len(values))]
    array = pa.array(values, kind)
    expected = [chained(["salt", a, b, 7]) for a, b in zip(other, values, strict=True)]
    assert hash_rows(["salt", pa.array(other), array, 7], len(values)).tolist() == expected
    expected = [chained([b, 1.5, "", "long scalar, long scalar, long scalar", a]) for a, b in zip(other, values, strict=True)]
    got = hash_rows([array, 1.5, "", "long scalar, long scalar, long scalar", pa.array(other)], len(values))
    assert got.tolist() == expected


def test_the_same_as_spark_printed() -> None:
    # select xxhash64('split', 'UA', 1545L), xxhash64(null, 5L), xxhash64('s', date'2013-01-01',
    # timestamp_ntz'2013-01-01 10:00:00.000001', true, -0.0D, 'a longer ...'): equal on 3.5.9 and 4.3.0
    signed = hash_rows(["split", "UA", 1545], 1).view(np.int64).tolist()
    assert signed == [-9040342002686924600]
    assert hash_rows([None, 5], 1).view(np.int64).tolist() == [6251837290343458373]
    row = ["s", date(2013, 1, 1), datetime(2013, 1, 1, 10, 0, 0, 1), True, -0.0, "a longer string, of more than 32 bytes: é"]
    assert hash_rows(row, 1).view(np.int64).tolist() == [-2374222680715579250]
    assert hash_rows([None], 1).tolist() == [42]


@pytest.mark.parametrize("before", [[], ["salt"], [pa.array(range(len(TEXTS)))]])
def test_a_dictionary_hashes_as_its_strings(before: list[Any]) -> None:
    plain = pa.array(TEXTS)
    expected = hash_rows([*before, plain], len(TEXTS)).tolist()
    encoded_column = plain.dictionary_encode()
    assert hash_rows([*before, encoded_column], len(TEXTS)).tolist() == expected
    with_null_entry = pa.DictionaryArray.from_arrays(pa.array(range(len(TEXTS)), pa.int8()), plain)
    assert hash_rows([*before, with_null_entry], len(TEXTS)).tolist() == expected


@pytest.mark.parametrize("name", COLUMNS)
def test_slices_and_chunks_hash_as_the_whole(name: str) -> None:
    kind, values = COLUMNS[name]
    rows = [*values * 3, None, *values]
    array = pa.array(rows, kind)
    keys = pa.array(range(len(rows)))
    expected = [chained([index, value]) for index, value in enumerate(rows)]
    chunked = pa.chunked_array([array.slice(0, 2), array.slice(2, 0), array.slice(2)])
    assert hash_rows([keys, chunked], len(rows)).tolist() == expected
    assert hash_rows([keys.slice(1), array.slice(1)], len(rows) - 1).tolist() == expected[1:]


def test_many_blocks_hash_as_single_rows() -> None:
    rows = 40_000
    texts = [f"{index % 977}:{'n' * (index % 71)}" for index in range(rows)]
    hashes = hash_rows(["s", pa.array(texts), pa.array(range(rows))], rows)
    for index in [0, 1, 16_383, 16_384, 16_385, 32_768, 39_999]:
        assert int(hashes[index]) == chained(["s", texts[index], index])
    assert hash_rows(["s", pa.array(texts).dictionary_encode(), pa.array(range(rows))], rows).tolist() == hashes.tolist()


@pytest.mark.parametrize("kind", [kind for kind, _ in COLUMNS.values()] + [pa.null()])
def test_no_rows_give_no_hashes(kind: pa.DataType) -> None:
    assert hash_rows(["salt", pa.array([], kind)], 0).tolist() == []
    assert hash_rows(["salt"], 0).tolist() == []
    assert hash_rows(["salt", pa.chunked_array([], kind)], 0).tolist() == []


def test_nan_is_null() -> None:
    assert hash_rows([3, pa.array([float("nan"), 1.0])], 2).tolist() == [chained([3]), chained([3, 1.0])]


def test_share_is_the_upper_53_bits() -> None:
    hashes = np.array([0, 2**11, 2**64 - 1, 2**63], dtype=np.uint64)
    assert share(hashes).tolist() == [0.0, 2.0**-53, 1 - 2.0**-53, 0.5]
