"""Repeats summed up. The expected figures were worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crossover.compare.measurement import DOES_NOT_FIT, NOISE, RETRIES, MeasuredClock, Measurement, Summary
from crossover.compare.summary import ClockFigures, clock_figures, spread, summarised
from tests.compare.made_runs import MIB, clock, measurement, run, size

pytestmark = pytest.mark.once

CLOCKS = (
    clock("start", 1.0),
    clock("ingest", 2.0, 1.5, "a"),
    clock("ingest", 1.0, 0.5, "b"),
    clock("clean + join", 1.0, 1.0, "a"),
    clock("keep", 0.5, 0.25, "a"),
    clock("prepare", 0.5, 0.5, "m"),
    clock("train", 4.0, 3.0, "m"),
    clock("score", 1.5, 1.0, "m"),
)


def only(made: Measurement) -> Summary:
    (summary,) = made.summaries
    return summary


def test_repeats_that_did_not_end_well_are_told_beside_those_that_did() -> None:
    runs = [run(10.0), *(run(1.0, repeat=repeat, outcome=DOES_NOT_FIT, message="does not fit in 4 GB") for repeat in (1, 2))]
    assert only(summarised(measurement(*runs))).marks == ("2 of 3 did not end well",)


def test_a_spread_has_median_lowest_highest_and_the_sample_s_coefficient_of_variation() -> None:
    # mean 4, squares of the distances 4 + 1 + 9 = 14, sample variance 14 / 2 = 7
    found = spread([2.0, 3.0, 7.0])
    assert (found.median, found.lowest, found.highest) == (3.0, 2.0, 7.0)
    assert found.cv == pytest.approx(7**0.5 / 4, rel=1e-15)
    assert spread([5.0]).cv is None


def test_what_only_a_comparison_does_is_taken_out_of_time_and_cpu() -> None:
    summary = only(summarised(measurement(run(12.0, 9.0, clocks=CLOCKS))))
    assert (summary.wall_s.median, summary.cpu_s.median) == (11.5, 8.75)
    assert summary.peak_memory.median == 200 * MIB
    assert [each.name for each in summary.clocks] == ["start", "ingest", "clean + join", "prepare", "train", "score"]
    assert summary.clocks[1].wall_s == 3.0
    assert summary.clocks[1].cpu_s == 2.0
    # 1,000 rows in 11.5 s
    assert summary.rows_per_s == pytest.approx(86.95652173913044, rel=1e-15)
    # (2 + 1 + 1 + 0.5) of (2 + 1 + 1 + 0.5 + 4 + 1.5): neither the start nor `keep` counts
    assert summary.preprocessing_share == 0.45


def test_shares_are_of_the_bytes_of_the_input() -> None:
    spark = {"shuffle_write_bytes": 250_000, "shuffle_read_bytes": 1}
    runs = [run(read=3_000_000, spark=spark, repeat=0), run(read=5_000_000, spark=spark, repeat=1)]
    summary = only(summarised(measurement(*runs)))
    assert (summary.read_share, summary.shuffle_share) == (4.0, 0.25)
    alone = only(summarised(measurement(run())))
    assert (alone.read_share, alone.shuffle_share, alone.preprocessing_share, alone.session_start_s) == (None, None, None, None)


def in_clock(name: str, wall_s: float, read: int | None, shuffled: int | None = None, table: str | None = "a", peak: int = 0) -> MeasuredClock:
    """Return a clock of half as many CPU seconds."""
    spark = None if shuffled is None else {"shuffle_write_bytes": shuffled, "shuffle_read_bytes": 7}
    return MeasuredClock(name, table, wall_s, wall_s / 2, peak, None, None, read, spark)


def test_each_clock_of_each_table_has_its_medians() -> None:
    runs = [
        run(clocks=(in_clock("ingest", wall, read, shuffled, peak=peak), in_clock("ingest", 9.0, 1, 1, "b"), in_clock("keep", 5.0, 10)))
        for wall, read, shuffled, peak in ((1.0, 500_000, 0, 30), (2.0, 4_000_000, 750_000, 10), (6.0, 2_000_000, 500_000, 20))
    ]
    # of 1,000,000 bytes; the first run of three holds no median, and no mean is one
    first, second = clock_figures(size(), runs)
    assert first == ClockFigures("ingest", "a", 2.0, 1.0, 20.0, 2_000_000.0, 2.0, 0.5)
    assert (second.name, second.table, second.wall_s, second.read_share) == ("ingest", "b", 9.0, 1e-6)


def test_a_clock_that_ran_twice_in_a_run_is_added_up_but_for_its_memory() -> None:
    twice = run(clocks=(in_clock("train", 1.0, 10, 20, peak=5), in_clock("score", 1.0, None), in_clock("train", 3.0, None, 30, peak=4)))
    train, score = clock_figures(size(byte_count=100), [twice])
    assert train == ClockFigures("train", "a", 4.0, 2.0, 5.0, 10.0, 0.1, 0.5)
    # what is not known is not 0
    assert (score.read_bytes, score.read_share, score.shuffle_share) == (None, None, None)
    assert clock_figures(size(), []) == ()


def test_training_throughput_is_rows_times_iterations_per_second_of_training() -> None:
    summary = only(summarised(measurement(run(clocks=CLOCKS, iterations={"m": 6, "other": 3}, training_rows={"m": 800, "other": 1}))))
    # 800 rows x 6 iterations in 4 s; of the other model no training has a clock
    assert summary.training_rows_per_s_per_iteration == {"m": 1_200.0}


def test_repeats_that_lie_far_apart_are_marked_as_noise_and_others_are_not() -> None:
    # 10 and 12: mean 11, deviation 2 ** 0.5, variation 12.9 %; 10 and 11: 6.7 %
    noisy = summarised(measurement(run(10.0, repeat=0), run(12.0, repeat=1)))
    assert only(noisy).marks == (NOISE,)
    assert [each.marks for each in noisy.runs] == [(NOISE,), (NOISE,)]
    calm = replace(noisy, runs=(noisy.runs[0], *(replace(noisy.runs[1], usage=run(11.0).usage),)))
    assert only(summarised(calm)).marks == ()
    # a mark that is no longer true goes away
    assert [each.marks for each in summarised(calm).runs] == [(), ()]


def test_work_done_twice_is_marked() -> None:
    made = summarised(measurement(run(marks=(RETRIES,)), run(repeat=1)))
    assert only(made).marks == (RETRIES,)


def test_warm_ups_and_what_did_not_fit_enter_no_summary() -> None:
    runs = [run(100.0, discarded=True), run(10.0), run(1.0, repeat=1, outcome=DOES_NOT_FIT, message="does not fit in 4 GB")]
    summary = only(summarised(measurement(*runs)))
    assert (summary.repeats, summary.wall_s.median) == (1, 10.0)


def test_each_size_engine_and_parallelism_has_a_summary_of_its_own() -> None:
    runs = [run(size=name, engine=engine, parallelism=count) for name in ("1", "2") for engine in ("pandas", "spark") for count in (1, 2)]
    made = summarised(measurement(*runs, sizes=(size("1"), size("2"))))
    assert len(made.summaries) == 8
