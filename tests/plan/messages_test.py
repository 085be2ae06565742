"""What the user sees of mistakes that need tables: names, types, keys, outcomes. Numbers as in the specification."""

from __future__ import annotations

from pathlib import Path

import pytest

from crossover.core.errors import ConfigError
from crossover.document.load import read_text
from crossover.plan.build import build_plan

FLIGHTS = (Path(__file__).parents[2] / "conf" / "flights.yaml").read_text(encoding="utf-8")
LOOK_BACK = """\
    - look_back:                       # how late this aircraft last left New York, if it had left by then
        previous_delay: last(dep_delay)
      in: flights
      using: [tailnum]
      at: departs_at
      known_at: left_at
      within: 1 day
"""
LAG = """\
    - window:
        previous_delay: lag(arr_delay)
      by: [tailnum]
      order: [departs_at]
"""
MEAN = """\
join:
  late_airports:
    - from: flights
    - aggregate:
        airport_late: avg(dep_delay)
      by: [origin]
  flights:
    - {left_join: late_airports, using: [origin]}
"""

CASES: dict[str, tuple[tuple[tuple[str, str], ...], str]] = {
    "unknown column": (
        (("arr_delay > $", "arr_dely > $"),),
        """\
conf/flights.yaml:54:15: no column `arr_dely` in `flights` here; did you mean `arr_delay`?                                  [unknown-column]
     54 |         late: arr_dely > $late_after""",
    ),
    "outcome as input": (
        (("[previous_delay, airport_delay]", "[dep_delay, previous_delay, airport_delay]"),),
        """\
conf/flights.yaml:84:19: `dep_delay` is not known when the question is asked, so it cannot be an input of `late`            [outcome-input]
     84 |       - columns: [dep_delay, previous_delay, airport_delay]
        it is in outcomes of source flights (line 15). Remove it here, or there if it is known in time""",
    ),
    "lag of an outcome": (
        ((LOOK_BACK, LAG),),
        """\
conf/flights.yaml:81:19: `previous_delay` depends on `arr_delay`, an outcome, so it cannot be an input of `late`            [outcome-input]
     61 |         previous_delay: lag(arr_delay)              made here: the row before may not have ended yet
        `look_back` with at: and known_at: takes only what was known: crossover help look_back""",
    ),
    "rows dropped by an outcome": (
        (("        distance is positive", "        arrival is known: arr_delay is not null\n        distance is positive"),),
        """\
conf/flights.yaml:41:27: `require` drops rows by `arr_delay`, an outcome; when scoring, it is not known yet                 [outcome-rows]
     41 |         arrival is known: arr_delay is not null
        models.late learns from these rows. Write `rows: arr_delay is not null` in the model, or leave it out: a null label is not learnt from""",
    ),
    "parameter as in a path": (
        (("> $late_after", "> ${late_after}"),),
        """\
conf/flights.yaml:54:27: a parameter in an expression is written `$late_after`; `${ }` is for paths                         [parameter-form]
     54 |         late: arr_delay > ${late_after}""",
    ),
    "join that may multiply rows": (
        (("weather, using: [origin, time_hour]", "weather, using: [origin]"),),
        """\
conf/flights.yaml:44:19: joining `weather` using [origin] can match several rows: its key is [origin, time_hour]            [join-key]
     44 |     - {left_join: weather, using: [origin]}
        add time_hour to using, or say expect: many_to_many if rows shall multiply""",
    ),
    "unknown table": (
        (("left_join: planes", "left_join: plane"),),
        """\
conf/flights.yaml:45:19: no table `plane` above this step; did you mean `planes`?                                           [unknown-table]
     45 |     - {left_join: plane, using: [tailnum]}""",
    ),
    "outcome as the moment of a look_back": (
        (("      at: departs_at\n      known_at: left_at\n      within: 1 day", "      at: left_at\n      known_at: left_at\n      within: 1 dya"),),
        """\
conf/flights.yaml:64:11: `left_at` is not known when the question is asked, so it cannot be its moment                      [outcome-at]
     64 |       at: left_at
        it depends on `dep_delay`, an outcome of source flights
conf/flights.yaml:66:15: `1 dya` is no duration                                                                             [duration]
     66 |       within: 1 dya
        expected: 30 minutes, 2 hours, 1 day, $n days""",
    ),
    "label that is known": (
        (("late: arr_delay > $late_after", "late: distance > $late_after"),),
        """\
conf/flights.yaml:78:12: the label `late` depends on no outcome, so nothing says what is not known when the question is asked  [label-outcome]
     78 |     label: late
        name the columns that are known only afterwards in `outcomes:` of their source""",
    ),
    "text without an encoding": (
        (("[previous_delay, airport_delay]", "[dest, previous_delay, airport_delay]"),),
        """\
conf/flights.yaml:84:19: `dest` is string: a model takes numbers and booleans                                               [input-type]
     84 |       - columns: [dest, previous_delay, airport_delay]
        encode: one_hot makes a column of each value, encode: label_mean the mean label of each""",
    ),
    "sum of a text": (
        (("age: year - built", "age: year - origin"),),
        """\
conf/flights.yaml:56:21: - takes a - b; this is string                                                                      [type]
     56 |         age: year - origin""",
    ),
}  # fmt: skip


def mistakes(*changes: tuple[str, str]) -> str:
    text = FLIGHTS
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    with pytest.raises(ConfigError) as caught:
        build_plan(read_text(text, "conf/flights.yaml"))
    return str(caught.value)


@pytest.mark.parametrize("case", CASES)
def test_a_mistake_is_shown_with_place_line_and_remedy(case: str) -> None:
    changes, expected = CASES[case]
    assert mistakes(*changes) == expected


def test_mean_of_outcomes_over_all_rows_is_a_leak() -> None:
    changes = (("join:\n  flights:\n", MEAN), ("[previous_delay, airport_delay]", "[airport_late, previous_delay, airport_delay]"))
    shown = mistakes(*changes)
    assert "`airport_late` depends on `dep_delay`, an outcome, so it cannot be an input of `late`" in shown
    assert "use `encode: label_mean`, which sees training rows alone, or `look_back`" in shown


def test_a_column_that_is_an_input_twice_in_one_way_is_refused() -> None:
    shown = mistakes(("columns: [previous_delay, airport_delay]", "columns: [previous_delay, distance]"))
    assert "`distance` is an input twice as number" in shown
    assert shown.count("conf/flights.yaml:") == 1


def test_a_column_may_be_an_input_in_two_ways() -> None:
    (model,) = build_plan(read_text(FLIGHTS.replace("columns: [route]", "columns: [carrier]"), "conf/flights.yaml")).models
    assert [each.kind for each in model.inputs if "carrier" in each.columns] == ["one_hot", "label_mean"]


def test_a_missing_name_is_reported_once_and_not_its_users() -> None:
    shown = mistakes(("departs_at: add_minutes(time_hour, minute)", "departs_at: add_minutes(time_our, minute)"))
    assert shown.count("conf/flights.yaml:") == 1


def test_all_mistakes_come_at_once() -> None:
    shown = mistakes(("arr_delay > $", "arr_dely > $"), ("auc >=", "au >="), ("    label: late\n", ""))
    assert [line.split("[")[-1] for line in shown.splitlines() if line.startswith("conf/")] == [
        "unknown-column]", "label]", "unknown-column]",
    ]  # fmt: skip
