"""XXH64 of values, chained. Three answers are printed in Spark's documentation of xxhash64, all others are the xxhash package's.

The documented ones: ('ABC') 4105715581806190027, ('ABC', 'DEF') 3233247871021311208 and ('Spark', 123, 2)
5602566077635097486, where a date stands for its days as a 4-byte int.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import xxhash

from tests.engines.conformance.cases import Cases, cases
from tests.tables import day, moment

MIN, MAX = -(2**63), 2**63 - 1
T, F, N = True, False, None
ABC, ABC_DEF, SPARK = 4105715581806190027, 3233247871021311208, 5602566077635097486
DAY_123, DAY_2 = day("1970-05-04"), day("1970-01-03")


def chain(*parts: bytes) -> int:
    """XXH64 of the first with seed 42, of each next with the hash before it."""
    seed = 42
    for part in parts:
        seed = xxhash.xxh64_intdigest(part, seed)
    return seed


def long(value: int) -> bytes:
    return struct.pack("<q", value)


def short(value: int) -> bytes:
    return struct.pack("<i", value)


def double(value: float) -> bytes:
    return struct.pack("<d", value)


TEXT_OF_EACH_LENGTH = ["", "a", "abc", "abcd", "é", "1234567", "12345678", "😀" * 3, "x" * 31, "x" * 32, "y" * 33, "z" * 154]

HASHES: dict[str, list[tuple[Any, ...]]] = {
    "string": [*((text, chain(text.encode())) for text in TEXT_OF_EACH_LENGTH), ("ABC", ABC), (N, 42)],
    "string string": [("ABC", "DEF", ABC_DEF), ("ABC", N, ABC), (N, "ABC", ABC), (N, N, 42), ("a", "b", chain(b"a", b"b"))],
    "string date date": [("Spark", DAY_123, DAY_2, SPARK), ("Spark", DAY_123, N, chain(b"Spark", short(123)))],
    "int": [(value, chain(long(value))) for value in (0, 1, -1, 2**53 + 1, MIN, MAX)] + [(N, 42)],
    "double": [
        *((value, chain(double(value))) for value in (0.0, 1.5, -1e308, 5e-324)),
        (-0.0, chain(double(0.0))),
        (N, 42),
    ],
    "boolean": [(T, chain(short(1))), (F, chain(short(0))), (N, 42)],
    "date": [(day("1969-12-31"), chain(short(-1))), (day("0001-01-01"), chain(short(-719162))),
        (day("9999-12-31"), chain(short(2932896)))],
    "timestamp": [
        (moment("1970-01-01 00:00:00.000001"), chain(long(1))),
        (moment("1969-12-31 23:59:59.999999"), chain(long(-1))),
        (moment("2024-03-10 02:30:00"), chain(long(1_710_037_800_000_000))),
        (N, 42),
    ],
    "int boolean int boolean": [(5, F, N, T, chain(long(5), short(0), short(1))),
        (N, T, 5, F, chain(short(1), long(5), short(0)))],
}
"""By types: rows of values, and their hash of 64 bits."""


def bytes_of(value: Any) -> bytes:
    match value:
        case bool():
            return short(value)
        case int():
            return long(value)
        case float():
            return double(0.0 if value == 0 else value)
        case str():
            return value.encode()
        case datetime():
            return long((value - datetime(1970, 1, 1)) // timedelta(microseconds=1))
        case _:
            return short((value - day("1970-01-01")).days)


def salted(values: Iterable[Any]) -> int:
    """The hash of the salt `split` and the values; null leaves the hash as it is."""
    return chain(b"split", *(bytes_of(value) for value in values if value is not None))


def share(hashed: int) -> float:
    return (hashed >> 11) * 2.0**-53


HASHING: dict[str, list[Cases]] = {
    "hash_low": [cases(types, *((*row[:-1], row[-1] % 2**32) for row in rows)) for types, rows in HASHES.items()],
    "hash_high": [cases(types, *((*row[:-1], row[-1] // 2**32) for row in rows)) for types, rows in HASHES.items()],
    "hash_share": [
        cases("string", ("DEF", share(ABC_DEF)), (N, share(ABC)), ("", share(chain(b"ABC", b""))), before=("ABC",)),
        cases("date date", (DAY_123, DAY_2, share(SPARK)), (N, N, share(chain(b"Spark"))), before=("Spark",)),
        *(cases(types, *((*row[:-1], share(salted(row[:-1]))) for row in rows), before=("split",)) for types,
            rows in HASHES.items()),
    ],
}
