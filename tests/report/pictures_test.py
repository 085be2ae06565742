"""What the plots of a comparison draw, against the formulas that its figures come from."""

from __future__ import annotations

from typing import Any

import pytest

from crossover.report.blocks import Picture, Pictures
from crossover.report.charts import Bars, Lines, Series
from crossover.report.pages import pictures
from crossover.report.write import read
from tests.report.comparison import LIMIT, SIZES, comparison, measured

pytestmark = pytest.mark.once

LARGEST = SIZES["1"]
MEAN = (1.0 + 0.98 + 1.05) / 3
"""Of the three repeats; lines go through all of them, points stand at the median, which is 1."""


def drawn(found: dict[str, Any]) -> dict[str, Picture]:
    blocks = pictures.page(read(found)).blocks
    return {picture.name: picture for block in blocks if isinstance(block, Pictures) for picture in block.pictures}


def lines(picture: Picture) -> Lines:
    assert isinstance(picture.chart, Lines)
    return picture.chart


def named(chart: Lines, name: str) -> Series:
    return next(series for series in chart.series if series.name == name)


@pytest.fixture(scope="module")
def shown() -> dict[str, Picture]:
    return drawn(comparison())


def test_points_of_time_are_medians_with_the_lowest_and_the_highest_run(shown: dict[str, Picture]) -> None:
    polars = named(lines(shown["time"]), "polars")
    assert polars.points == tuple((rows, pytest.approx(1.1 + 1.7e-6 * rows)) for rows in SIZES.values())
    assert polars.spans[-1] == (pytest.approx(0.98 * (1.1 + 1.7e-6 * LARGEST)), pytest.approx(1.05 * (1.1 + 1.7e-6 * LARGEST)))
    assert not polars.joined


def test_fitted_lines_go_to_five_times_the_largest_size(shown: dict[str, Picture]) -> None:
    series = list(lines(shown["time"]).series)
    inside, beyond = series[series.index(named(lines(shown["time"]), "polars")) + 1 :][:2]
    assert inside.points[0] == (pytest.approx(SIZES["0.01"]), pytest.approx(MEAN * (1.1 + 1.7e-6 * SIZES["0.01"]), rel=1e-3))
    assert beyond.points[-1] == (pytest.approx(5 * LARGEST), pytest.approx(MEAN * (1.1 + 1.7e-6 * 5 * LARGEST), rel=1e-3))
    assert (inside.line, beyond.line) == ("solid", "dotted")


def test_the_crossover_stands_where_the_lines_meet(shown: dict[str, Picture]) -> None:
    (reference,) = lines(shown["time"]).references
    assert reference.value == pytest.approx((9.8 - 1.1) / (1.7e-6 - 1.2e-6), rel=1e-3)
    assert reference.upright


def test_an_interval_of_the_crossover_is_a_band() -> None:
    found = comparison()
    found["crossover"]["interval"] = [1.5e7, 2e7]
    (reference,) = lines(drawn(found)["time"]).references
    assert reference.ends == (1.5e7, 2e7)
    found["crossover"]["interval"] = [1.5e7, None]
    (reference,) = lines(drawn(found)["time"]).references
    assert reference.ends is None


def test_no_line_stands_for_a_crossover_that_is_not_there() -> None:
    found = comparison()
    found["crossover"] |= {"rows": None, "none_below_rows": 7e7}
    assert lines(drawn(found)["time"]).references == ()


def test_memory_has_its_limit_and_a_cross_for_what_did_not_fit(shown: dict[str, Picture]) -> None:
    chart = lines(shown["memory"])
    (reference,) = chart.references
    assert (reference.value, reference.upright) == (LIMIT, False)
    assert chart.crosses == ((LARGEST, 0),)
    assert named(chart, "pandas").points[-1] == (SIZES["0.3"], pytest.approx(0.21e9 + 370 * SIZES["0.3"]))


def test_without_a_limit_the_memory_of_the_machine_is_drawn() -> None:
    found = comparison()
    found["machine"]["memory_limit_bytes"] = None
    (reference,) = lines(drawn(found)["memory"]).references
    assert (reference.value, reference.words) == (24 * 2**30, "the machine's 24.0 GiB")


def test_parts_of_the_time_add_up_to_the_time(shown: dict[str, Picture]) -> None:
    chart = shown["clocks"].chart
    assert isinstance(chart, Bars)
    assert chart.names == ("polars", "spark, 1 core", "spark, 2 cores")
    assert [name for name, _ in chart.parts] == ["start", "ingest", "join", "features", "train", "evaluate", "score", "outside clocks"]
    wholes = [sum(sizes[place] for _, sizes in chart.parts) for place in range(3)]
    assert wholes == pytest.approx([1.1 + 1.7e-6 * LARGEST, 9.5 + 2.1e-6 * LARGEST, 9.8 + 1.2e-6 * LARGEST])
    assert dict(chart.parts)["start"] == (0.0, 4.1, 4.1)


def test_speed_up_is_the_time_of_the_fewest_cores_by_the_time(shown: dict[str, Picture]) -> None:
    chart = lines(shown["speed-up"])
    assert named(chart, "spark").points == ((1.0, 1.0), (2.0, pytest.approx((9.5 + 2.1e-6 * LARGEST) / (9.8 + 1.2e-6 * LARGEST))))
    assert named(chart, "as many times as cores").points == ((1.0, 1.0), (2.0, 2.0))


def test_use_over_time_is_that_of_the_first_run_that_counts() -> None:
    found = measured()
    first = next(run for run in found["runs"] if (run["size"], run["engine"]) == ("1", "polars"))
    found["runs"].insert(0, {**first, "discarded": True, "samples": [[0.0, 9.0, 9]]})
    shown = drawn(found)
    assert named(lines(shown["cores"]), "polars").points == tuple((moment, cores) for moment, cores, _ in first["samples"])
    assert named(lines(shown["memory-over-time"]), "polars").points == tuple((moment, memory) for moment, _, memory in first["samples"])


def test_points_are_joined_where_there_is_no_fit() -> None:
    chart = lines(drawn(measured())["time"])
    assert {series.name for series in chart.series} == {"pandas", "polars", "spark, 1 core", "spark, 2 cores"}
    assert all(series.joined for series in chart.series)
