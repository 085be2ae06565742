"""The table that random expressions stand on: for each type columns with and without nulls, full of edges."""

from __future__ import annotations

import random
from typing import Any

from crossover.language.types import TYPES, Fact, Schema
from crossover.relations.nodes import Scan
from tests.tables import day, inline, moment

COUNT = 40

VALUES: dict[str, list[Any]] = {
    "boolean": [True, False],
    "small": list(range(-5, 13)),
    "int": [0, 1, -1, 7, -7, 2024, 2**31, -(2**32), 2**53 + 1, -(2**53) - 1, 2**63 - 1, -(2**63), 86_400_000_000],
    "double": [0.0, -0.0, 0.5, -0.5, 1.0, -1.0, 2.5, -2.5, 0.1, 1e-9, 123.456, -98.75, 1e15, 4503599627370497.0, 9.3e18, 1e300,
        -1e300, 5e-324],
    "string": ["", "a", "A", "ab", "aXbX", " pad ", "ß", "İ", "e\u0301", "😀x", "\uffff", "it's", "a.c", "50%", "long " * 8],
    "text": ["7", "-7.0", "+3", " 12 ", "1e3", ".5", "1_0", "inf", "true", "FALSE", "2024-02-29", "2024-02-30",
        "2024-03-10T02:30:00+02:00", "2024-03-10 02:30", ""],
    "date": [day(text) for text in ("2024-02-29", "2023-12-31", "1970-01-01", "1969-12-31", "0001-01-01", "9999-12-31",
        "2024-12-30", "2021-01-03")],
    "timestamp": [
        moment(text)
        for text in ("2024-03-10 02:30:00", "1969-12-31 23:59:59.999999", "0001-01-01", "9999-12-31 23:59:59.999999",
            "2024-12-30 23:30:00.123456", "2024-01-31 12:00:01")
    ],
}  # fmt: skip
"""Kinds of columns, and what they hold."""

TYPE_OF_KIND = {kind: {"small": "int", "text": "string"}.get(kind, kind) for kind in VALUES}
COLUMNS = {f"{kind}_{suffix}": kind for kind in VALUES for suffix in ("a", "b", "known")}
"""Names of columns and their kinds; those that end in `known` have no null."""


def rows(seed: int) -> list[dict[str, Any]]:
    """Return COUNT rows; each column sees all of its values, and nulls."""
    chance = random.Random(seed)
    table = []
    for number in range(COUNT):
        row: dict[str, Any] = {}
        for name, kind in COLUMNS.items():
            values = VALUES[kind]
            value = values[number % len(values)] if name.endswith("_a") and number < len(values) else chance.choice(values)
            row[name] = None if not name.endswith("_known") and chance.random() < 0.2 else value
        table.append({"id": number, **row})
    return table


def scan(table: list[dict[str, Any]]) -> Scan:
    """Return the rows as a relation, with an int column `id`."""
    columns = ", ".join(["id int", *(f"{name} {TYPE_OF_KIND[kind]}" for name, kind in COLUMNS.items())])
    return inline(columns, [tuple(row.values()) for row in table])


def schema() -> Schema:
    """Return what the language may know of the table."""
    small = (min(VALUES["small"]), max(VALUES["small"]))
    return {
        name: Fact(TYPES[TYPE_OF_KIND[kind]], not name.endswith("_known"), True, small if kind == "small" else None)
        for name, kind in COLUMNS.items()
    }
