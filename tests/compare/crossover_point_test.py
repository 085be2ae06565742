"""Where one line goes below others, how far that is stated, and when nothing is said."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from crossover.compare.crossover_point import Contender, CrossoverPoint, crossover_point
from crossover.compare.fit import Point, fit
from crossover.compare.resample import resampled
from tests.compare.synthetic import Comparison, straight

pytestmark = pytest.mark.once
ROWS = (1e5, 1e6, 1e7)


def contender(engine: str, fixed: float, per_million: float, rows: Sequence[float] = ROWS, repeats: int = 1) -> Contender:
    found = fit([Point(each, 2, straight(fixed, per_million)(each, 2)) for each in rows for _ in range(repeats)])
    assert found is not None
    return Contender(engine, 2, resampled(found))


def between(spark: tuple[float, float], *holders: tuple[float, float]) -> CrossoverPoint:
    return crossover_point(contender("spark", *spark), [contender(f"engine{at}", *each) for at, each in enumerate(holders)])


def test_two_lines_cross_where_they_are_equal() -> None:
    # 20 + 1 n = 2 + 3 n at n = 9 million
    found = between((20, 1), (2, 3))
    assert found.rows == pytest.approx(9e6)
    assert (found.limit, found.until, found.none_below, found.interval) == (pytest.approx(5e7), None, None, None)


def test_all_holders_must_be_beaten() -> None:
    # against 2 + 3 n from 9 million, against 5 + 1.5 n from 30 million
    assert between((20, 1), (2, 3), (5, 1.5)).rows == pytest.approx(3e7)


def test_a_crossing_beyond_five_times_the_largest_size_is_not_stated() -> None:
    # 20 + 1 n = 2 + 1.3 n at 60 million; the largest measured size is 10 million
    found = between((20, 1), (2, 1.3))
    assert found.rows is None
    assert found.none_below == pytest.approx(5e7)


@pytest.mark.parametrize("holder", [(2.0, 1.0), (2.0, 0.5), (20.0, 1.0)])
def test_lines_that_never_cross_have_no_crossover(holder: tuple[float, float]) -> None:
    found = between((20, 1), holder)
    assert found.rows is None
    assert found.none_below == pytest.approx(5e7)


def test_what_is_faster_everywhere_wins_from_the_first_row() -> None:
    assert between((1, 1), (2, 1), (3, 2)).rows == 0


def test_what_is_faster_on_small_data_only_wins_until_then() -> None:
    # 1 + 2 n below 4 + 1 n until n = 3 million
    found = between((1, 2), (4, 1))
    assert (found.rows, found.until) == (0, pytest.approx(3e6))
    # from 2 million (1 + 2 n = 0 + 2.5 n) to 3 million
    found = between((1, 2), (4, 1), (0, 2.5))
    assert (found.rows, found.until) == (pytest.approx(2e6), pytest.approx(3e6))
    # one begins to be beaten only where the other is the faster one again
    assert between((1, 2), (4, 1), (0, 2.2)).rows is None


def test_the_limit_follows_the_smaller_of_the_largest_sizes() -> None:
    small = contender("polars", 2, 3, rows=(1e5, 1e6))
    assert crossover_point(contender("spark", 20, 1), [small]).none_below == pytest.approx(5e6)


def test_a_fit_that_misses_says_nothing() -> None:
    crooked = fit([Point(rows, 2, value) for rows, value in zip((1e5, 3e5, 1e6, 3e6), (9.0, 1.0, 8.0, 2.0), strict=True)])
    assert crooked is not None
    found = crossover_point(contender("spark", 20, 1), [Contender("polars", 2, crooked)])
    assert (found.rows, found.none_below) == (None, None)
    assert found.doubt is not None
    assert found.doubt.startswith("the fit of polars misses the measured times by ")


def test_exact_points_have_an_interval_without_width() -> None:
    rows = (1e5, 1e6, 1e7, 2e7)
    found = crossover_point(contender("spark", 20, 1, rows, 3), [contender("polars", 2, 3, rows, 3)])
    assert found.interval == pytest.approx((9e6, 9e6), rel=1e-6)
    assert found.share == 1.0


def test_most_intervals_of_a_crossover_hold_the_truth() -> None:
    """Of 60 measurements at least 48; the true crossing is (12 - 1) / (3 - 1) = 5.5 million rows."""
    held = 0
    for seed in range(60):
        comparison = Comparison([0.1, 0.3, 1, 3], noise=0.04, seed=seed)
        comparison.engine("polars", straight(1, 3)).engine("spark", straight(12, 1))
        found = comparison.weighed().crossover
        low, high = found["interval"]
        held += low <= 5.5e6 <= (high if high is not None else float("inf"))
    assert held >= 48
