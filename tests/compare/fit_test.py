"""Lines through measured points: terms that are known are found, and what cannot be told is not."""

from __future__ import annotations

import math

import numpy as np
import pytest

from crossover.compare.fit import MEMORY, Point, fit
from crossover.compare.resample import enough, interval, resampled
from tests.compare.synthetic import straight

pytestmark = pytest.mark.once
ROWS = (1e5, 3e5, 1e6, 3e6)


def on_two_cores(rows: float, value: float) -> Point:
    return Point(rows, 2, value)


def test_a_line_is_found() -> None:
    found = fit([on_two_cores(rows, 1.5 + 2e-6 * rows) for rows in ROWS])
    assert found is not None
    assert found.terms == pytest.approx({"fixed": 1.5, "per_row": 2e-6}, rel=1e-9)
    assert found.mean_error == pytest.approx(0.0, abs=1e-12)


def test_all_five_terms_are_found_from_three_parallelisms() -> None:
    def time(rows: float, cores: int) -> float:
        return 9 + 1e-6 * rows + 4e-6 * rows / cores + 0.7 * math.log(cores) + 0.2 * cores

    found = fit([Point(rows, cores, time(rows, cores)) for rows in ROWS for cores in (1, 2, 4)])
    assert found is not None
    right = {"fixed": 9.0, "per_row": 1e-6, "per_row_per_core": 4e-6, "log_cores": 0.7, "cores": 0.2}
    assert found.terms == pytest.approx(right, rel=1e-6)
    # a parallelism that was not measured: 9 + 1 + 4 / 8 + 0.7 ln 8 + 1.6
    assert found.at(1e6, 8) == pytest.approx(9 + 1 + 0.5 + 0.7 * math.log(8) + 1.6, rel=1e-6)


def test_of_two_parallelisms_a_cost_of_cores_is_one_term() -> None:
    found = fit([Point(rows, cores, 9 + 4e-6 * rows / cores + cores) for rows in ROWS for cores in (1, 2)])
    assert found is not None
    assert found.terms == pytest.approx({"fixed": 10.0, "per_row": 0.0, "per_row_per_core": 4e-6, "log_cores": 1 / math.log(2)}, abs=1e-9)


def test_one_size_gives_no_line() -> None:
    assert fit([Point(1e6, cores, 4.0 / cores) for cores in (1, 2, 4)]) is None
    assert fit([]) is None


def test_two_sizes_give_a_line_whose_error_is_not_known() -> None:
    found = fit([on_two_cores(1e6, 3.0), on_two_cores(2e6, 5.0)])
    assert found is not None
    assert found.terms == pytest.approx({"fixed": 1.0, "per_row": 2e-6})
    assert found.mean_error is None


def test_two_sizes_that_no_line_meets_say_so() -> None:
    # 1 s and 100 s at ten times the rows: the best fixed part is 0, and what is left misses both
    found = fit([on_two_cores(1e6, 1.0), on_two_cores(1e7, 100.0)])
    assert found is not None
    assert found.terms["fixed"] == 0.0
    assert found.mean_error is not None
    assert found.mean_error > 0.4


def test_times_that_fall_with_size_have_no_slope_and_no_negative_term() -> None:
    found = fit([on_two_cores(rows, value) for rows, value in zip(ROWS, (4.0, 3.0, 2.0, 1.0), strict=True)])
    assert found is not None
    assert found.terms["per_row"] == 0
    assert found.terms["fixed"] > 0
    assert found.mean_error is not None
    assert found.mean_error > 0.2


def test_one_noisy_point_of_five_moves_a_middle_little() -> None:
    points = [on_two_cores(rows, 1 + 2e-6 * rows) for rows in ROWS for _ in range(4)]
    found = fit([*points, *(on_two_cores(rows, (1 + 2e-6 * rows) * 1.5) for rows in ROWS[:1])])
    assert found is not None
    assert found.at(1e7, 2) == pytest.approx(21, rel=0.1)


def test_sizes_count_alike_whatever_they_took() -> None:
    """20 % more at the smallest size shows, though in seconds it is nothing beside the largest."""
    exact = [on_two_cores(rows, 1 + 2e-6 * rows) for rows in (1e4, 1e5, 1e6, 1e7)]
    found = fit([on_two_cores(1e4, 1.02 * 1.2), *exact[1:]])
    assert found is not None
    assert found.at(1e4, 2) > 1.02 * 1.05


def test_points_behind_the_memory_s_edge_are_left_out_and_told() -> None:
    calm = [on_two_cores(rows, 1 + 2e-6 * rows) for rows in ROWS]
    cliff = Point(9e6, 2, 25 * 19.0, strained=True)
    found = fit([*calm, cliff])
    assert found is not None
    assert found.terms == pytest.approx({"fixed": 1.0, "per_row": 2e-6}, rel=1e-9)
    assert found.left_out == (cliff,)


def test_strained_points_on_the_line_are_points_like_others() -> None:
    calm = [on_two_cores(rows, 1 + 2e-6 * rows) for rows in ROWS]
    found = fit([*calm, Point(9e6, 2, 19.0 * 1.1, strained=True)])
    assert found is not None
    assert found.left_out == ()
    assert found.sizes[-1] == 9e6
    assert found.at(9e6, 2) > 19.0


def test_where_all_points_are_strained_they_are_what_there_is() -> None:
    found = fit([Point(rows, 2, 1 + 2e-6 * rows, strained=True) for rows in ROWS])
    assert found is not None
    assert found.terms["per_row"] == pytest.approx(2e-6)


def test_too_few_points_for_cores_use_the_preferred_parallelism_alone() -> None:
    points = [Point(1e6, 1, 9.0), Point(1e6, 2, 5.0), Point(2e6, 2, 7.0)]
    found = fit(points, MEMORY, prefer=2)
    assert found is not None
    assert found.line(2).at(3e6) == pytest.approx(9.0)
    alone = fit([Point(1e6, 1, 9.0), Point(1e6, 2, 5.0), Point(2e6, 2, 7.0)], ("fixed", "per_row"), prefer=2)
    assert alone is not None
    assert alone.parallelism == (2,)
    assert alone.terms == pytest.approx({"fixed": 3.0, "per_row": 2e-6})


@pytest.mark.parametrize(("sizes", "repeats", "known"), [(4, 3, True), (3, 3, False), (4, 2, False), (5, 1, False), (6, 3, True)])
def test_an_interval_needs_four_sizes_with_three_repeats(sizes: int, repeats: int, known: bool) -> None:
    points = [on_two_cores(1e5 * 2**size, (1 + 0.2 * 2**size) * (1 + 0.01 * repeat)) for size in range(sizes) for repeat in range(repeats)]
    found = fit(points)
    assert found is not None
    assert enough(points) is known
    assert bool(resampled(found).samples) is known


def test_one_missing_repeat_at_one_of_four_sizes_gives_no_interval() -> None:
    points = [on_two_cores(rows, 1 + 2e-6 * rows) for rows in ROWS for _ in range(3)]
    assert enough(points)
    assert not enough(points[:-1])


def test_samples_are_the_same_each_time_and_others_for_another_seed() -> None:
    random = np.random.default_rng(4)
    points = [on_two_cores(rows, (1 + 2e-6 * rows) * random.uniform(0.9, 1.1)) for rows in ROWS for _ in range(3)]
    found = fit(points)
    assert found is not None
    once, again, other = (resampled(found, seed).samples["per_row"] for seed in (0, 0, 1))
    assert np.array_equal(once, again)
    assert not np.array_equal(once, other)


@pytest.mark.parametrize(("sizes_lie_off_by", "repeats_by", "widest"), [(0.0, 0.05, 0.3), (0.05, 0.02, 0.4)])
def test_nine_of_ten_intervals_hold_the_truth(sizes_lie_off_by: float, repeats_by: float, widest: float) -> None:
    """Of 200 measurements; whether repeats alone are noisy or whole sizes lie off the line. Chance may take a few of the 180."""
    random = np.random.default_rng(8)
    held, widths = 0, []
    for _ in range(200):
        points = []
        for rows in ROWS:
            right = straight(1.0, 2.0)(rows, 2) * (1 + sizes_lie_off_by * random.standard_normal())
            points += [on_two_cores(rows, right * (1 + repeats_by * random.standard_normal())) for _ in range(3)]
        found = fit(points)
        assert found is not None
        low, high = interval(resampled(found).samples["per_row"])
        held += low <= 2e-6 <= high
        widths.append((high - low) / 2e-6)
    assert held >= 172
    assert np.median(widths) < widest
