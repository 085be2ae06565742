"""The error of a join whose side has several rows for a key where one was expected: the same on every engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crossover.core.errors import DataError
from crossover.relations.nodes import Join

EXAMPLES = 3
"""Keys that the message shows."""


def several_rows(join: Join, table: str, keys: int, examples: Sequence[tuple[Mapping[str, Any], int]]) -> DataError:
    """Return the error for `keys` keys that stand in more than one row of `table`.

    `examples` are the first of them in order, each as columns and values, with its number of rows.
    """
    where = join.title or f"join of {join.names[0]} and {join.names[1]}"
    several = "1 key stands" if keys == 1 else f"{keys:,} keys stand"
    shown = [
        " ".join(f"{name}={value}" for name, value in key.items()) + f": {rows} rows" for key, rows in examples[:EXAMPLES]
    ]
    remedy = f"deduplicate {table} above the join, or say expect: many_to_many if rows shall multiply"
    return DataError(f"{where}: {several} in more than one row of {table}, expected {join.expect}", notes=[*shown, f"next: {remedy}"])
