"""Different rows are counted as Polars counts them, however the keys are put together."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from crossover.engines.polars.cardinality import distinct
from tests.tables import day

WIDE = [-(2**63), 2**63 - 1]
KEYS: dict[str, tuple[dict[str, list[Any]], int]] = {
    "one column": ({"a": [1, 1, 2]}, 2),
    "pairs": ({"a": [1, 1, 2, 2, 1], "b": [1, 2, 1, 2, 2]}, 4),
    "pairs whose parts add up alike": ({"a": [0, 1, 2], "b": [2, 1, 0]}, 3),
    "negative numbers": ({"a": [-5, -5, 5], "b": [-1, 0, -1]}, 3),
    "numbers and days": ({"a": [1, 1, 1], "b": [day("0001-01-01"), day("9999-12-31"), day("0001-01-01")]}, 2),
    "numbers that do not fit together": ({"a": [*WIDE, WIDE[0]], "b": [0, 0, 0]}, 2),
    "numbers of which three do not fit together": ({name: [0, 2**31, 0] for name in "abc"}, 2),
    "texts": ({"a": [1, 1, 1], "b": ["x", "y", "x"]}, 2),
}


@pytest.mark.once
@pytest.mark.parametrize("name", KEYS)
def test_different_rows(name: str) -> None:
    columns, expected = KEYS[name]
    assert distinct(pl.DataFrame(columns)) == expected
