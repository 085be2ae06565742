"""When two answers are the same: exact cells are identical, inexact ones as near as DESIGN 5 says."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import Any

RELATIVE = 1e-9


def root_mean_square(values: Sequence[Any]) -> float:
    """Of the finite numbers among the values; 0 for none."""
    numbers = [value for value in values if isinstance(value, float) and math.isfinite(value)]
    largest = max((abs(value) for value in numbers), default=0.0)
    return largest * math.sqrt(math.fsum((value / largest) ** 2 for value in numbers) / len(numbers)) if largest else 0.0


def identical(got: object, expected: object) -> bool:
    """Of one class and equal; -0.0 is 0.0."""
    return type(got) is type(expected) and got == expected


def near(got: object, expected: object, scale: float) -> bool:
    """Both null, or doubles within 1e-9 of the larger and 1e-9 of the column's scale."""
    if not (isinstance(got, float) and isinstance(expected, float)):
        return identical(got, expected)
    return abs(got - expected) <= RELATIVE * max(abs(got), abs(expected)) + RELATIVE * scale


def differences(got: Sequence[Sequence[Any]], expected: Sequence[Sequence[Any]], inexact: Collection[int] = ()) -> list[str]:
    """Return one line for each cell that differs; columns by position, `inexact` those with a tolerance."""
    if len(got) != len(expected):
        return [f"{len(got)} rows, expected {len(expected)}: {got} instead of {expected}"]
    scales = {column: root_mean_square([row[column] for row in expected]) for column in inexact}
    found = []
    for number, (left, right) in enumerate(zip(got, expected, strict=True)):
        if len(left) != len(right):
            return [f"row {number}: {len(left)} columns, expected {len(right)}"]
        for column, (mine, theirs) in enumerate(zip(left, right, strict=True)):
            if not (near(mine, theirs, scales[column]) if column in scales else identical(mine, theirs)):
                found.append(f"row {number}, column {column}: got {mine!r}, expected {theirs!r}; row {left}")
    return found


def assert_same(got: Sequence[Sequence[Any]], expected: Sequence[Sequence[Any]], inexact: Collection[int] = ()) -> None:
    """Fail with all cells that differ. Both are rows in one order."""
    found = differences(got, expected, inexact)
    assert not found, "\n".join(found[:20])
