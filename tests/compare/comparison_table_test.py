"""A comparison on the screen."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console
from rich.table import Table

from crossover.compare.comparison_table import (
    answer_lines,
    apart_table,
    configurations_table,
    failure_lines,
    outcome_words,
    run_line,
)
from crossover.compare.measurement import DOES_NOT_FIT, FAILED, FINISHED, ApartStage, MeasuredUsage
from crossover.compare.summary import summarised
from tests.compare.made_runs import MIB, measurement, run

pytestmark = pytest.mark.once


def printed(table: Table) -> list[str]:
    """Return the lines of a table, their words a blank apart."""
    file = StringIO()
    Console(width=200, file=file).print(table)
    return [" ".join(line.split()) for line in file.getvalue().splitlines()]


def lines() -> list[str]:
    """Return the table of two repeats of pandas, and of polars, which did not fit in 1 GB."""
    failed = run(engine="polars", outcome=DOES_NOT_FIT, message="does not fit in 1 GB")
    runs = [run(8.0, 6.0, 300 * MIB, read=1_500_000), run(12.0, 8.0, 100 * MIB, read=2_500_000, repeat=1), failed]
    return printed(configurations_table(summarised(measurement(*runs)).to_json()))


def test_each_configuration_has_a_line_of_medians_and_what_did_not_fit_says_so() -> None:
    assert lines() == [
        "size engine threads wall CPU peak memory rows/s read shuffled",
        "1 pandas 2 10.0 s (8.0 to 12.0, 2 runs) 7.0 s 200 MiB 100 2.00 x input - noise",
        "1 polars 2 does not fit",
    ]


def test_a_failure_is_told_once_in_one_line() -> None:
    runs = [run(outcome=FAILED, message="no Java\nmore of it", repeat=repeat) for repeat in range(2)]
    made = measurement(*runs).to_json()
    assert failure_lines(made) == ["1  pandas x2: failed: no Java"]
    assert run_line(made["runs"][1], 2, 4) == "[2/4] 1  pandas x2  run 2: failed: no Java"
    assert outcome_words(DOES_NOT_FIT, "does not fit in 4 GB") == "does not fit in 4 GB"


def test_a_run_tells_what_it_took() -> None:
    made = measurement(run(1.25, 2.5, 512 * MIB, discarded=True)).to_json()
    assert run_line(made["runs"][0], 1, 4) == "[1/4] 1  pandas x2  warm-up: 1.2 s, 2.5 CPU-s, 512 MiB"


def test_stages_apart_have_a_table_that_says_that_they_are_no_plan_of_production() -> None:
    usage = MeasuredUsage(3.2, 5.12, 512 * MIB)
    stages = (
        ApartStage("1", "polars", 2, "ingest", FINISHED, None, usage, 0.25),
        ApartStage("1", "polars", 2, "train", DOES_NOT_FIT, "does not fit in 1 GB", usage),
    )
    table = apart_table(replace(measurement(run()), apart=stages).to_json())
    assert table is not None
    assert printed(table) == [
        "each stage apart, as a job of its own: a breakdown, not the production plan",
        "size engine threads stage wall of it start CPU peak memory",
        "1 polars 2 ingest 3.2 s 0.2 s 5.1 s 512 MiB",
        "1 polars 2 train does not fit",
    ]
    assert apart_table(measurement(run()).to_json()) is None


def test_a_size_with_one_answer_has_nothing_to_compare() -> None:
    assert answer_lines(measurement(run()).to_json()) == ["1: no two answers to compare"]
