"""Range aggregates against loops over exact fractions, and their frames against loops over rows."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from crossover.core.range_bounds import as_of_bounds, group_bounds, row_bounds, time_bounds
from crossover.core.range_reduce import reduce_ranges

FUNCTIONS = ["count_rows", "count", "sum", "avg", "min", "max", "stddev", "variance", "first", "last"]


def by_loop(function: str, values: list[Any]) -> Any:
    """The aggregate of a list with None, in exact arithmetic until the last step."""
    present = [value for value in values if value is not None]
    exact = [Fraction(value) for value in present]
    match function:
        case "count_rows":
            return len(values)
        case "count":
            return len(present)
        case "first":
            return values[0] if values else None
        case "last":
            return values[-1] if values else None
        case "stddev" | "variance":
            if len(exact) < 2:
                return None
            mean = sum(exact) / len(exact)
            variance = sum((value - mean) ** 2 for value in exact) / (len(exact) - 1)
            return float(variance) if function == "variance" else math.sqrt(variance)
    if not present:
        return None
    total = sum(exact)
    return {"sum": total, "avg": total / len(exact), "min": min(present), "max": max(present)}[function]


def reduced(function: str, values: np.ndarray, valid: np.ndarray | None, low: np.ndarray, high: np.ndarray) -> list[Any]:
    result, known = reduce_ranges(function, values, valid, low, high)
    assert len(result) == len(low)
    return [value if known is None or known[index] else None for index, value in enumerate(result.tolist())]


def check(function: str, values: np.ndarray, valid: np.ndarray | None, low: np.ndarray, high: np.ndarray) -> None:
    rows = [value if valid is None or valid[index] else None for index, value in enumerate(values.tolist())]
    got = reduced(function, values, valid, low, high)
    expected = [by_loop(function, rows[a:b]) for a, b in zip(low.tolist(), high.tolist(), strict=True)]
    assert [value is None for value in got] == [value is None for value in expected]
    for value, wanted in zip(got, expected, strict=True):
        if wanted is not None:
            assert value == pytest.approx(float(wanted), rel=1e-12, abs=1e-12)


def frames(rows: int, generator: np.random.Generator) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    begins = np.concatenate(([True], generator.random(rows - 1) < 0.1))
    begins[rows // 2 :] = False  # a group longer than the short ones
    start, end = group_bounds(begins)
    free = np.sort(generator.integers(0, rows + 1, size=(rows, 2)), axis=1)
    leaving_gaps = np.flatnonzero(begins)[:-1]
    return {
        "groups": (start, end),
        "some groups": (start[leaving_gaps[::2]], end[leaving_gaps[::2]]),
        "parts of groups": (start[leaving_gaps] + 1, end[leaving_gaps]),
        "running": row_bounds(start, None, True),
        "running without itself": row_bounds(start, None, False),
        "one row": row_bounds(start, 1, True),
        "three rows": row_bounds(start, 3, True),
        "ten rows before": row_bounds(start, 10, False),
        "forty rows": row_bounds(start, 40, True),
        "any": (free[:, 0], free[:, 1]),
        "crossed": (free[:, 1], free[:, 0]),
        "none": (np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp)),
    }


FRAMES = list(frames(300, np.random.default_rng(0)))


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_frame_gives_what_a_loop_gives(function: str, frame: str) -> None:
    generator = np.random.default_rng(FRAMES.index(frame))
    low, high = frames(300, generator)[frame]
    if frame == "crossed":
        high = np.minimum(low, high)
    doubles = generator.normal(size=300)
    ints = generator.integers(-1000, 1000, size=300)
    for valid in (None, generator.random(300) < 0.6, np.zeros(300, dtype=bool)):
        check(function, doubles, valid, low, high)
        check(function, ints, valid, low, high)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_rows_at_all(function: str) -> None:
    nothing = np.zeros(3, dtype=np.intp)
    expected = 0 if function.startswith("count") else None
    assert reduced(function, np.empty(0), None, nothing, nothing) == [expected] * 3


@pytest.mark.parametrize("function", ["sum", "avg", "stddev"])
@pytest.mark.parametrize("count", [3, 10])
def test_an_outlier_spoils_only_the_frames_that_hold_it(function: str, count: int) -> None:
    generator = np.random.default_rng(1)
    values = generator.gamma(2.0, 5.0, size=500)
    values[[50, 51, 200]] = 429_490.0e9
    low, high = row_bounds(np.zeros(500, dtype=np.intp), count, True)
    result, _ = reduce_ranges(function, values, None, low, high)
    for index in range(499):
        wanted = float(by_loop(function, values[low[index] : high[index]].tolist()) or 0.0)
        assert abs(result[index] - wanted) <= 1e-14 * max(abs(wanted), 1e-300) * 4


def test_a_huge_group_does_not_spoil_the_running_sums_of_the_next() -> None:
    values = np.array([1e300, -3e299, 0.1, 0.2, 0.3])
    low, high = row_bounds(np.array([0, 0, 2, 2, 2]), None, True)
    assert reduced("sum", values, None, low, high) == [1e300, 7e299, 0.1, 0.1 + 0.2, 0.1 + 0.2 + 0.3]


@pytest.mark.parametrize(
    ("low", "high"), [([0, 0, 0], [1, 2, 3]), ([0, 0, 1], [1, 2, 3]), ([0, 0, 3], [2, 2, 4]), ([0, 1, 2], [2, 4, 4])]
)
def test_an_int_sum_that_leaves_int64_is_null(low: list[int], high: list[int]) -> None:
    rows = [2**62, 2**62, -(2**62), -(2**63)]
    exact = [sum(rows[a:b]) for a, b in zip(low, high, strict=True)]
    expected = [total if -(2**63) <= total < 2**63 else None for total in exact]
    got = reduced("sum", np.array(rows), None, np.array(low), np.array(high))
    assert got == expected
    averages = reduced("avg", np.array(rows), None, np.array(low), np.array(high))
    assert averages == [total / (b - a) for total, a, b in zip(exact, low, high, strict=True)]


def test_a_double_sum_that_is_not_finite_is_null() -> None:
    values = np.array([1e308, 1e308, -1e308])
    assert reduced("sum", values, None, np.array([0, 1]), np.array([2, 3])) == [None, 0.0]
    assert reduced("avg", values, None, np.array([0]), np.array([2])) == [None]
    assert reduced("variance", values, None, np.array([0, 0]), np.array([2, 3]))[1] is None


def test_booleans_have_a_minimum() -> None:
    values = np.array([True, False, True])
    low, high = row_bounds(np.zeros(3, dtype=np.intp), 2, True)
    assert reduced("min", values, None, low, high) == [True, False, False]


@pytest.mark.parametrize("itself", [True, False])
@pytest.mark.parametrize("huge", [False, True])
def test_time_frames_are_those_of_a_loop(itself: bool, huge: bool) -> None:
    generator = np.random.default_rng(3)
    scale = 2**54 if huge else 1
    group = np.sort(generator.integers(0, 9, size=200))
    known = generator.random(200) < 0.8
    time = generator.integers(-30, 30, size=200) * scale
    order = np.lexsort((time, ~known, group))
    group, time, known = group[order], time[order], known[order]
    for mask in (known, None):
        if mask is None:
            group, time, known = group[known], time[known], known[known]
        low, high = time_bounds(group, time, mask, 7 * scale, itself)
        for row in range(len(group)):
            seen = [
                other
                for other in range(len(group))
                if known[row]
                and known[other]
                and group[other] == group[row]
                and time[row] - 7 * scale <= time[other]
                and (time[other] <= time[row] if itself else time[other] < time[row])
            ]
            assert list(range(low[row], high[row])) == seen


@pytest.mark.parametrize("within", [None, 0, 5, 2**62])
@pytest.mark.parametrize("scale", [1, 3_600_000_000, 2**55])
def test_as_of_frames_are_those_of_a_loop(within: int | None, scale: int) -> None:
    generator = np.random.default_rng(4)
    group, time = generator.integers(0, 6, size=150), generator.integers(-20, 20, size=150) * scale
    rows = np.lexsort((time, group))
    left_group = generator.integers(-1, 9, size=200)
    left_time = generator.integers(-25, 25, size=200) * scale + generator.integers(-1, 2, size=200)
    back = None if within is None else min(within * scale, 2**62)
    order, low, high = as_of_bounds(group, time, rows, left_group, left_time, back)
    assert sorted(order.tolist()) == list(range(200))
    for position, row in enumerate(order.tolist()):
        seen = [
            other
            for other in rows.tolist()
            if group[other] == left_group[row]
            and time[other] < left_time[row]
            and (back is None or int(left_time[row]) - back <= time[other])
        ]
        assert rows[low[position] : high[position]].tolist() == seen


def test_as_of_frames_of_many_blocks_are_those_of_a_search() -> None:
    generator = np.random.default_rng(5)
    time = np.sort(generator.integers(0, 10**6, size=20_000))
    left_time = generator.integers(0, 10**6, size=30_000)
    zeros = np.zeros(30_000, dtype=np.int64)
    order, low, high = as_of_bounds(zeros[:20_000], time, np.arange(20_000), zeros, left_time, 500)
    assert low.tolist() == np.searchsorted(time, left_time[order] - 500).tolist()
    assert high.tolist() == np.searchsorted(time, left_time[order]).tolist()


def test_frames_of_no_rows() -> None:
    none = np.empty(0, dtype=np.int64)
    assert [part.tolist() for part in time_bounds(none, none, None, 5, True)] == [[], []]
    order, low, high = as_of_bounds(none, none, none, np.array([1, 0]), np.array([3, 3]), 5)
    assert sorted(order.tolist()) == [0, 1]
    assert (low == high).all()
    assert [part.tolist() for part in group_bounds(np.empty(0, dtype=bool))] == [[], []]


@pytest.mark.parametrize("function", ["avg", "max", "stddev"])
def test_frames_of_many_blocks_are_those_of_one(function: str) -> None:
    generator = np.random.default_rng(6)
    values = generator.normal(size=80_000)
    low, high = row_bounds(np.zeros(80_000, dtype=np.intp), 7, False)
    high[generator.random(80_000) < 0.1] = 0
    result, known = reduce_ranges(function, values, None, low, high)
    assert known is not None
    for row in [0, 1, 5, 32_767, 32_768, 32_775, 79_999]:
        expected = by_loop(function, values[low[row] : max(high[row], low[row])].tolist())
        assert (result[row] == pytest.approx(float(expected), rel=1e-12)) if known[row] else expected is None
