"""What is said of whole comparisons: crossover, memory, COST and the two sentences."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from crossover.compare import conclusion
from crossover.compare.amount_words import bytes_text, rows_text, seconds_text
from crossover.compare.measurement import Measurement
from crossover.compare.weighed import weighed
from tests.compare.synthetic import GIB, Comparison, straight, verdict_of

pytestmark = pytest.mark.once
SCALES = (0.1, 0.3, 1, 3)


def test_one_machine_wins_and_the_crossover_lies_beyond_what_was_measured() -> None:
    # 12 + 1 n = 1 + 3 n at 5.5 million rows
    first, second = verdict_of(Comparison(SCALES).engine("polars", straight(1, 3)).engine("spark", straight(12, 1)))
    assert first == (
        "At 3 million rows (size 3), the largest measured, and on 2 cores polars took 10 s and spark 15 s, and the answers are the same."
    )
    assert second == (
        "Take polars: spark is expected to win from about 5.5 million rows on "
        "(90 % interval: 5.5 million rows to 5.5 million rows)."
    )


def test_no_crossover_is_expected_below_five_times_the_largest_size() -> None:
    comparison = Comparison(SCALES).engine("polars", straight(1, 1)).engine("spark", straight(12, 2))
    assert verdict_of(comparison)[1] == "Take polars: no size below 15 million rows is expected at which spark wins."
    found = comparison.weighed().crossover
    assert (found["rows"], found["none_below_rows"], found["measured_to_rows"]) == (None, 1.5e7, 3e6)


def test_spark_wins_at_the_largest_size_and_from_where_on_is_said() -> None:
    # 12 + 1 n = 1 + 9 n at 1.375 million rows
    comparison = Comparison(SCALES, repeats=1).engine("pandas", straight(1, 9)).engine("spark", straight(12, 1))
    assert verdict_of(comparison)[1] == "Take spark from about 1.4 million rows on; below, take pandas."
    answers = [(choice["size"], choice["answer"]) for choice in comparison.weighed().crossover["choices"]]
    assert answers == [("0.1", "one machine"), ("0.3", "one machine"), ("1", "one machine"), ("3", "distributed")]


def test_where_another_engine_wins_again_is_said_and_who_wins_on_each_side() -> None:
    # 10 + 2 n = 1 + 10 n at 1.125 million rows, and 10 + 2 n = 60 + n / 2 at 33.3 million
    comparison = Comparison((0.1, 1, 3, 10), repeats=1).engine("pandas", straight(1, 10)).engine("polars", straight(60, 0.5))
    second = verdict_of(comparison.engine("spark", straight(10, 2)))[1]
    assert second == "Take spark from about 1.1 million rows to 33 million rows; below, take pandas and above, take polars."


def test_what_is_too_close_is_said_so_and_the_simpler_is_taken() -> None:
    # at 3 million rows 13 s and 12.4 s
    comparison = Comparison(SCALES, repeats=1).engine("polars", straight(1, 4)).engine("spark", straight(9.4, 1))
    second = verdict_of(comparison)[1]
    assert second.startswith("It is too close to tell, so take the simpler, polars")
    assert comparison.weighed().crossover["choices"][-1]["answer"] == "too close"


def test_repeats_that_reach_into_each_other_are_too_close() -> None:
    polars, spark = iter([8.0, 10.0, 12.0]), iter([11.5, 13.0, 14.0])
    comparison = Comparison((1,)).engine("polars", lambda rows, cores: next(polars)).engine("spark", lambda rows, cores: next(spark))
    assert verdict_of(comparison)[1].startswith("It is too close to tell, so take the simpler, polars; ")


def test_one_size_says_what_to_take_there_and_nothing_beyond() -> None:
    first, second = verdict_of(Comparison((1,)).engine("polars", straight(1, 3)).engine("spark", straight(12, 1)))
    assert first == "At 1 million rows (size 1) and on 2 cores polars took 4.0 s and spark 13 s, and the answers are the same."
    assert second == "Take polars; what comes at larger sizes is not known: at least two sizes of each engine are needed."


def test_crooked_times_are_not_gone_beyond() -> None:
    times = iter([9.0, 1.0, 8.0, 2.0])
    comparison = Comparison(SCALES, repeats=1).engine("polars", lambda rows, cores: next(times)).engine("spark", straight(12, 1))
    second = verdict_of(comparison)[1]
    assert second.startswith("Take polars; nothing is said of larger sizes: the fit of polars misses the measured times by ")


def test_different_answers_make_times_worth_nothing() -> None:
    comparison = Comparison(SCALES).engine("polars", straight(1, 3)).engine("spark", straight(12, 1))
    comparison.same_answer = False
    assert verdict_of(comparison)[0] == "At size 0.1 the engines gave different answers, so their times are worth nothing."


def test_one_kind_of_engine_has_no_crossover() -> None:
    comparison = Comparison(SCALES).engine("pandas", straight(1, 3)).engine("polars", straight(1, 1))
    found = comparison.weighed()
    assert found.verdict[1] == "Take polars: engines of one machine alone finished, so there is no crossover."
    assert "rows" not in found.crossover
    assert found.cost == {}


def test_engines_of_one_kind_may_be_too_close_to_tell_apart() -> None:
    comparison = Comparison((1,)).engine("pandas", straight(1, 9)).engine("polars", straight(1, 9.2))
    assert verdict_of(comparison) == (
        "At 1 million rows (size 1) and on 2 cores pandas took 10 s and polars 10 s, and the answers are the same.",
        "pandas and polars are too close to tell apart, so take either: engines of one machine alone finished, so there is no crossover.",
    )


def test_several_parallelisms_are_named_with_their_engines() -> None:
    comparison = Comparison(SCALES).engine("pandas", straight(1, 9), cores=(1,)).engine("polars", straight(1, 3))
    first, second = verdict_of(comparison.engine("spark", lambda rows, cores: 12 + 4 * rows / 1e6 / cores, cores=(1, 2)))
    assert first.startswith("At 3 million rows (size 3), the largest measured, polars on 2 cores took 10 s, spark on 2 cores 18 s and pandas on 1 core 28 s")
    # 12 + 2 n = 1 + 3 n at 11 million rows
    assert second.startswith("Take polars on 2 cores: spark on 2 cores is expected to win from about 11 million rows on")


def test_nothing_that_finished_says_nothing() -> None:
    empty = Comparison(SCALES).measurement()
    assert weighed(empty).verdict == ()
    broken = Comparison(SCALES).engine("polars", straight(1, 1), fits=lambda rows: False)
    assert broken.weighed().verdict == ()


def test_memory_ends_where_its_line_meets_the_limit() -> None:
    # 0.1 GiB + 1 GiB a million rows = 8 GiB at 7.9 million rows
    comparison = Comparison(SCALES).engine("polars", straight(1, 3), memory=lambda rows: (0.1 + rows / 1e6) * GIB)
    comparison.engine("spark", straight(90, 1))
    comparison.machine["memory_limit_bytes"] = int(8 * GIB)
    found = comparison.weighed()
    end = found.crossover["memory"]["polars"]
    assert end["rows"] == pytest.approx(7.9e6, rel=1e-6)
    assert end["interval"] == pytest.approx([7.9e6, 7.9e6], rel=1e-6)
    assert found.verdict[1].endswith("; polars runs out of 8 GiB of memory at about 7.9 million rows.")


def test_without_a_limit_four_fifths_of_the_machine_count() -> None:
    comparison = Comparison(SCALES).engine("polars", straight(1, 3), memory=lambda rows: (0.1 + rows / 1e6) * GIB)
    comparison.machine["memory_bytes"] = 10 * GIB
    end = comparison.weighed().crossover["memory"]["polars"]
    assert end["rows"] == pytest.approx(7.9e6, rel=1e-6)


def test_memory_beyond_five_times_the_largest_size_is_not_stated() -> None:
    end = Comparison(SCALES).engine("polars", straight(1, 3)).weighed().crossover["memory"]["polars"]
    assert (end["rows"], end["none_below_rows"]) == (None, 1.5e7)


def test_a_size_that_did_not_fit_bounds_the_end_whatever_the_line_says() -> None:
    """The line would end at 7.9 million rows; 3 million did not fit."""
    comparison = Comparison(SCALES).engine("pandas", straight(1, 3), memory=lambda rows: (0.1 + rows / 1e6) * GIB, fits=lambda rows: rows < 3e6)
    comparison.engine("spark", straight(12, 1))
    comparison.machine["memory_limit_bytes"] = int(8 * GIB)
    found = comparison.weighed()
    end = found.crossover["memory"]["pandas"]
    assert (end["rows"], end["finished_rows"], end["failed_rows"]) == (3e6, 1e6, 3e6)
    assert found.verdict == (
        "At 3 million rows (size 3), the largest measured, spark on 2 cores took 15 s, pandas ran out of memory, and the answers are the same.",
        "Take spark on 2 cores at this size: nothing else finished.",
    )


def test_a_size_at_which_nothing_fitted_has_rows_by_its_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conclusion, "_with_models", lambda measurement: measurement)
    fits = {"fits": lambda rows: rows < 5e6}
    comparison = Comparison((1, 2, 8), repeats=1).engine("pandas", straight(1, 3), **fits).engine("spark", straight(12, 1), **fits)
    bare = comparison.measurement()
    sizes = tuple(replace(size, rows=None) if size.name == "8" else size for size in bare.sizes)
    found = conclusion.concluded(replace(bare, sizes=sizes))
    assert [(size.rows, size.rows_estimated) for size in found.sizes] == [(1_000_000, False), (2_000_000, False), (8_000_000, True)]
    assert found.crossover["memory"]["pandas"]["failed_rows"] == 8_000_000


def test_an_engine_that_no_longer_fits_does_not_hold_up_the_crossover_of_the_others() -> None:
    # pandas fits at 0.1 million rows alone; 12 + 1 n = 1 + 3 n at 5.5 million
    comparison = Comparison(SCALES, repeats=1).engine("pandas", straight(0.1, 1), fits=lambda rows: rows < 2e5)
    found = comparison.engine("polars", straight(1, 3)).engine("spark", straight(12, 1)).weighed().crossover
    assert [holder["engine"] for holder in found["holders"]] == ["polars"]
    assert (found["rows"], found["limit_rows"]) == (pytest.approx(5.5e6), pytest.approx(1.5e7))
    # where it finished it does: against polars from 0.15 million, against pandas, which fits up to 1 million, never
    comparison = Comparison(SCALES, repeats=1).engine("pandas", straight(0.1, 0.9), fits=lambda rows: rows < 2e6)
    found = comparison.engine("polars", straight(1, 8)).engine("spark", straight(2, 1)).weighed().crossover
    assert [holder["engine"] for holder in found["holders"]] == ["polars", "pandas"]
    assert found["rows"] is None


def test_a_line_that_ends_below_what_fitted_is_not_believed() -> None:
    # the largest size takes no more than the one before: the line through all ends too early
    comparison = Comparison(SCALES).engine("polars", straight(1, 3), memory=lambda rows: min(0.1 + rows / 1e6, 1.1) * GIB)
    comparison.machine["memory_limit_bytes"] = int(1.12 * GIB)
    end = comparison.weighed().crossover["memory"]["polars"]
    assert end["rows"] is None
    assert end["none_below_rows"] is None
    assert end["doubt"].startswith("the fit of its memory misses by ")


def test_what_fitted_goes_before_a_line_that_is_nearly_right() -> None:
    # the line through 0.2, 0.4, 1.1 and 2.7 GiB is 0.1 + 0.9 GiB a million; 2.72 GiB are reached at 2.9 million rows
    comparison = Comparison(SCALES).engine("polars", straight(1, 3), memory=lambda rows: min(0.1 + rows / 1e6, 2.7) * GIB)
    comparison.machine["memory_limit_bytes"] = int(2.72 * GIB)
    end = comparison.weighed().crossover["memory"]["polars"]
    assert (end["rows"], end["none_below_rows"], end["finished_rows"]) == (None, None, 3e6)
    assert end["doubt"] == "more fitted than the line of its memory allows"


def test_points_that_spilled_are_left_out_of_the_line() -> None:
    comparison = Comparison((0.1, 0.3, 1, 2, 3)).engine("polars", straight(1, 3))
    comparison.engine("spark", lambda rows, cores: (12 + rows / 1e6) * (9 if rows > 2.5e6 else 1), spills=lambda rows: rows > 2.5e6)
    found = comparison.weighed().fits["wall_s"]["spark"]
    assert (found["fixed"], found["per_row"]) == pytest.approx((12, 1e-6), rel=1e-9)
    assert [each["rows"] for each in found["left_out"]] == [3e6, 3e6, 3e6]


def test_cost_is_the_smallest_parallelism_that_wins() -> None:
    # at 3 million rows spark takes 6 + 24 / p, one thread of pandas 16, polars on 2 cores 10.1
    comparison = Comparison(SCALES)
    comparison.engine("pandas", straight(1, 5), cores=(1,)).engine("polars", straight(0.5, 3.2))
    comparison.engine("spark", lambda rows, cores: 6 + 8 * rows / 1e6 / cores, cores=(1, 2, 4))
    found = comparison.weighed().cost
    largest = found["sizes"][-1]
    assert largest["one_thread"] == {
        "engine": "pandas", "parallelism": 1, "wall_s": pytest.approx(16), "beaten_by_cores": 4, "how": "measured", "never": False,
    }  # fmt: skip
    # 6 + 24 / p < 10.1 from 6 cores on: 24 / 4.1 = 5.85
    assert (largest["best_single_node"]["beaten_by_cores"], largest["best_single_node"]["how"]) == (6, "predicted")
    smallest = found["sizes"][0]
    # 0.1 million rows: polars takes 0.82, and spark never less than 6
    assert smallest["best_single_node"] == {
        "engine": "polars", "parallelism": 2, "wall_s": pytest.approx(0.82), "beaten_by_cores": None, "how": "not measured", "never": True,
    }  # fmt: skip


def test_more_cores_are_predicted_up_to_four_times_and_bounded_beyond() -> None:
    comparison = Comparison(SCALES).engine("polars", straight(0.5, 3.2))
    comparison.engine("spark", lambda rows, cores: 6 + 8 * rows / 1e6 / cores, cores=(1, 2))
    *lines, bound = comparison.weighed().cost["more_cores"]
    assert [(line["cores"], line["how"]) for line in lines] == [(1, "measured"), (2, "measured"), (4, "predicted"), (8, "predicted")]
    assert [line["wall_s"] for line in lines] == pytest.approx([30, 18, 12, 9])
    assert (bound["more_than"], bound["at_least_s"], bound["how"]) == (8, pytest.approx(6), "not measured")


def test_without_one_thread_its_cost_is_not_known_and_one_parallelism_predicts_nothing() -> None:
    comparison = Comparison(SCALES).engine("polars", straight(0.5, 3.2)).engine("spark", straight(20, 1))
    found = comparison.weighed().cost
    assert found["sizes"][-1]["one_thread"] is None
    assert found["sizes"][-1]["best_single_node"]["how"] == "not measured"
    assert found["more_cores"] == []


def test_the_warm_crossover_leaves_out_the_session_s_start() -> None:
    # 12 s of which 8 are the start: cold from 5.5 million rows, warm from (4 - 1) / 2 = 1.5 million
    comparison = Comparison(SCALES).engine("polars", straight(1, 3)).engine("spark", straight(12, 1), start=8)
    found = comparison.weighed().crossover
    assert found["rows"] == pytest.approx(5.5e6)
    assert found["warm"]["rows"] == pytest.approx(1.5e6)
    assert found["scale"] == pytest.approx(5.5)


def test_each_clock_has_its_line() -> None:
    found = Comparison(SCALES).engine("spark", straight(12, 1), start=8).weighed().fits
    start, join = found["clocks"]["spark"]["start"], found["clocks"]["spark"]["join"]
    assert (start["fixed"], start["per_row"]) == pytest.approx((8, 0), abs=1e-9)
    assert (join["fixed"], join["per_row"]) == pytest.approx((4, 1e-6))
    assert found["cpu_s"]["spark"]["per_row"] == pytest.approx(2e-6)


def test_everything_that_is_said_is_json_and_reads_back() -> None:
    comparison = Comparison(SCALES, noise=0.05).engine("pandas", straight(1, 9), cores=(1, 2), fits=lambda rows: rows < 3e6)
    found = comparison.engine("spark", straight(9, 1), cores=(1, 2)).weighed()
    text = json.dumps(found.to_json(), allow_nan=False)
    assert weighed(Measurement.from_json(json.loads(text))) == found


def test_an_engine_that_is_not_known_here_counts_as_one_machine() -> None:
    found = Comparison(SCALES).engine("dask", straight(1, 3)).engine("spark", straight(12, 1)).weighed()
    assert found.verdict[1].startswith("Take dask")


def test_warm_ups_and_runs_of_an_unknown_size_count_for_nothing() -> None:
    comparison = Comparison(SCALES).engine("polars", straight(1, 3)).engine("spark", straight(12, 1))
    right = comparison.weighed()
    runs = comparison.runs
    comparison.runs = [*runs, *(replace(run, discarded=True, repeat=9) for run in runs if run.engine == "spark")]
    assert comparison.weighed().crossover == right.crossover


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (rows_text(930), "930 rows"), (rows_text(12_345), "12,000 rows"), (rows_text(1_234_567), "1.2 million rows"),
        (rows_text(23_026_666), "23 million rows"), (rows_text(999_999_999), "1 billion rows"), (rows_text(0.4), "0 rows"),
        (seconds_text(0.344), "0.34 s"), (seconds_text(4.21), "4.2 s"), (seconds_text(75.4), "75 s"),
        (bytes_text(4 * GIB), "4 GiB"), (bytes_text(0.5 * GIB), "512 MiB"), (bytes_text(51.2 * GIB), "51 GiB"),
    ],
)  # fmt: skip
def test_amounts_have_few_digits(text: str, expected: str) -> None:
    assert text == expected
