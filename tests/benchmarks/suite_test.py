"""What pairs of runs say: ratios, and bounds that hold with 95 %."""

from __future__ import annotations

from typing import Any

import pytest
from benchmarks.suite.pairs import in_turn
from benchmarks.suite.summary import bound_of_mean, bound_of_ratio, summary
from benchmarks.suite.table import shown

pytestmark = pytest.mark.once


def pair(cpu_s: float, by_hand: float, clocks: float) -> dict[str, dict[str, Any]]:
    ours = {"wall_s": 2.0, "cpu_s": cpu_s, "clocks_cpu_s": clocks, "peak_memory": 3 * 2**30}
    return {"ours": ours, "by hand": {"wall_s": 4.0, "cpu_s": by_hand, "peak_memory": 2 * 2**30}}


PAIRS = [pair(10.0, 10.0, 9.0), pair(12.0, 10.0, 10.0), pair(11.0, 11.0, 10.5)]


def test_a_bound_of_the_mean_is_students() -> None:
    # mean 1.5, deviation 0.5, and 2.919986 is the 95 % point of t with two degrees of freedom
    assert bound_of_mean([1.0, 1.5, 2.0]) == pytest.approx(1.5 + 2.919986 * 0.5 / 3**0.5, rel=1e-6)


def test_a_bound_of_ratios_is_of_their_geometric_mean() -> None:
    # logarithms -ln 2, 0 and ln 2 have mean 0 and deviation ln 2
    assert bound_of_ratio([0.5, 1.0, 2.0]) == pytest.approx(2 ** (2.919986 / 3**0.5), rel=1e-6)


@pytest.mark.parametrize("few", [[], [1.0], [1.0, 2.0]])
def test_fewer_than_three_have_no_bound(few: list[float]) -> None:
    assert bound_of_mean(few) is None


def test_clocks_are_divided_by_all_that_is_written_by_hand_and_the_rest_is_told_in_seconds() -> None:
    found = summary(PAIRS)
    assert (found["pairs"], found["cpu_s"]["ratio"], found["clocks_cpu_s"]["ratio"]) == (3, 1.0, pytest.approx(10.5 / 11))
    assert (found["cpu_s"]["ours"], found["cpu_s"]["by hand"], found["wall_s"]["ratio"], found["peak_memory"]["ratio"]) == (11.0, 10.0, 0.5, 1.5)
    assert found["apart_cpu_s"]["median"] == 1.0
    assert found["apart_cpu_s"]["upper_bound"] == pytest.approx(bound_of_mean([1.0, 2.0, 0.5]))


def test_each_side_goes_first_in_every_other_pair() -> None:
    order: list[str] = []
    for number in range(3):
        results = in_turn(number, lambda: order.append("ours") or "ours", lambda: order.append("by hand") or "by hand")
        assert results == ("ours", "by hand")
    assert order == ["ours", "by hand", "by hand", "ours", "ours", "by hand"]


def test_the_table_tells_when_a_case_ran_and_leaves_out_one_without_pairs() -> None:
    entry = {"pairs": PAIRS, "date": "2026-11-23", "certificate": {"same_answer": True}}
    text = shown({"fraud, 1, as written, spark beside by_hand_spark": entry, "empty": {"pairs": [], "certificate": None}})
    time, cost = (table.splitlines()[2:] for table in text.split("\n\n"))
    assert time == ["| fraud, 1, spark beside by hand spark | 3 | 2026-11-23 | yes | 2.0 | 4.0 | 0.50 | 11.0 | 10.0 | 1.00 | 1.27 |"]
    assert cost == ["| fraud, 1, spark beside by hand spark | 3 | 0.95 | 1.04 | 1.00 | 2.45 | 3.00 | 2.00 | 1.50 | 1.50 |"]
