"""Amounts in three digits and a unit, and text in which everything can be seen."""

from __future__ import annotations

import math

import pytest

from crossover.report.amounts import count, digits, roughly, seconds, share, size, times, visible
from crossover.report.axes import byte_step, tick


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0.0, "0 s"), (11.2e-6, "11.2 µs"), (19.8e-9, "19.8 ns"), (0.0009994, "999 µs"), (0.0009996, "1.00 ms"), (0.34, "340 ms"),
        (0.9999, "1,000 ms"), (1.0, "1.00 s"), (4.206, "4.21 s"), (75.06, "75.1 s"), (99.95, "100 s"), (599.6, "600 s"),
        (600.0, "10 min 0 s"), (725.0, "12 min 5 s"), (36_000.0, "10.0 h"), (None, "–"), (math.nan, "–"),
    ],
)  # fmt: skip
def test_seconds(value: float | None, told: str) -> None:
    assert seconds(value) == told


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0, "0 bytes"), (999, "999 bytes"), (1000, "0.977 KiB"), (1024, "1.00 KiB"), (512 * 2**20, "512 MiB"), (1000 * 2**20, "0.977 GiB"),
        (1.34 * 2**30, "1.34 GiB"), (5000 * 2**40, "5,000 TiB"), (None, "–"),
    ],
)  # fmt: skip
def test_sizes_are_in_units_of_1024(value: float | None, told: str) -> None:
    assert size(value) == told


@pytest.mark.parametrize(
    ("value", "told"),
    [(0.004, "0.004"), (930, "930"), (12_417, "12,400"), (999_499, "999,000"), (999_500, "1.00 million"), (1_240_000, "1.24 million"), (3.1e9, "3.10 billion")],
)
def test_rough_counts(value: float, told: str) -> None:
    assert roughly(value) == told


def test_other_amounts() -> None:
    assert (count(1234567), count(None), times(1.234), times(None), share(0.0361), digits(0.15)) == ("1,234,567", "–", "1.23x", "–", "3.6%", "0.150")


def test_multiples_have_three_digits_but_where_they_are_next_to_nothing() -> None:
    assert [times(value) for value in (0.0, 7e-7, 0.00099, 0.001, 0.0164, 2.05)] == ["0x", "under 0.001x", "under 0.001x", "0.00100x", "0.0164x", "2.05x"]


def test_what_cannot_be_seen_or_turns_the_direction_is_written_out() -> None:
    assert visible("a\x00b\u202ec\u200bd\ud800e\x7f") == "a\\x00b\\u202ec\\u200bd\\ud800e\\x7f"
    assert visible("two\nlines\tand 東京 नमस्ते") == "two lines and 東京 नमस्ते"


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [
        (200_000, "rows", "200k"), (1_000_000, "rows", "1M"), (5e8, "rows", "500M"), (0.5, "s", "0.5 s"), (0.02, "s", "20 ms"), (7200, "s", "2 h"),
        (2**29, "bytes", "512 MiB"), (1.5 * 2**30, "bytes", "1.5 GiB"), (0.4, "share", "40%"), (1.5, "times", "1.5x"), (2, "cores", "2"),
    ],
)  # fmt: skip
def test_ticks(value: float, unit: str, told: str) -> None:
    assert tick(value, unit) == told  # type: ignore[arg-type]


def test_bytes_have_ticks_at_powers_of_two() -> None:
    assert [byte_step(most) for most in (3 * 2**30, 2.9 * 2**30, 4 * 2**30, 1.0)] == [2**29, 2**29, 2**30, 1.0]
