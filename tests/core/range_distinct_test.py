"""Distinct values of ranges against a loop."""

from __future__ import annotations

import numpy as np
import pytest

from crossover.core.range_distinct import count_distinct_ranges


@pytest.mark.parametrize("rows", [0, 1, 2, 3, 7, 8, 9, 100])
@pytest.mark.parametrize("nulls", [False, True])
def test_any_ranges_have_what_a_loop_counts(rows: int, nulls: bool) -> None:
    chance = np.random.default_rng(rows)
    values = chance.integers(-3, 9, rows)
    valid = chance.random(rows) < 0.7 if nulls else None
    low, high = chance.integers(0, rows + 1, 300), chance.integers(0, rows + 1, 300)
    kept = np.ones(rows, dtype=bool) if valid is None else valid
    expected = [len(set(values[start:end][kept[start:end]].tolist())) for start, end in zip(low, high, strict=True)]
    assert count_distinct_ranges(values, valid, low, high).tolist() == expected


def test_doubles_and_texts_count_too() -> None:
    low, high = np.array([0, 1, 0]), np.array([4, 3, 0])
    assert count_distinct_ranges(np.array([0.0, -0.0, 1.5, 1.5]), None, low, high).tolist() == [2, 2, 0]
    assert count_distinct_ranges(np.array(["a", "b", "a", "c"]), None, low, high).tolist() == [3, 2, 0]
