"""Radix orders against NumPy's lexsort."""

from __future__ import annotations

import numpy as np
import pytest

from crossover.core.radix import radix_order


@pytest.mark.parametrize("sizes", [[1], [2], [70_000], [2**40], [2**62], [3, 70_000], [5, 1, 2**33, 4]])
def test_the_order_is_that_of_a_stable_sort(sizes: list[int]) -> None:
    generator = np.random.default_rng(len(sizes))
    keys = [(generator.integers(0, size, 500), size) for size in sizes]
    # few distinct values, so that there are ties
    keys = [(values[generator.integers(0, 20, 500)], size) for values, size in keys]
    expected = np.lexsort([values for values, _ in reversed(keys)])
    assert radix_order(keys).tolist() == expected.tolist()


def test_no_rows() -> None:
    assert radix_order([(np.empty(0, dtype=np.int64), 9), (np.empty(0, dtype=np.int64), 2)]).tolist() == []
