"""What a model must not see, in the words that the user reads: one message for each way in which the future leaks."""

from __future__ import annotations

from pathlib import Path

import pytest

from crossover.core.errors import ConfigError
from crossover.document.load import read_text
from crossover.document.problems import report
from crossover.plan.build import build_plan

CONF = Path(__file__).parents[2] / "conf"
Changes = tuple[tuple[str, str], ...]

LOOK_BACK = """\
    - look_back:                       # how late this aircraft last left New York, if it had left by then
        previous_delay: last(dep_delay)
      in: flights
      using: [tailnum]
      at: departs_at
      known_at: left_at
      within: 1 day
"""
INPUT = "[previous_delay, airport_delay]"
MEAN_OF_AIRPORTS = """\
join:
  airport_delays:
    - from: flights
    - aggregate:
        airport_late: avg(dep_delay)
      by: [origin]
  flights:
    - {left_join: airport_delays, using: [origin]}
"""
LATE_AT_AIRPORTS = """\
join:
  late_flights:
    - from: flights
    - filter: dep_delay > 60
    - aggregate:
        very_late: count(*)
      by: [origin]
  flights:
    - {left_join: late_flights, using: [origin]}
"""


def with_changes(document: str, changes: Changes) -> str:
    text = (CONF / document).read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def shown(document: str, *changes: tuple[str, str]) -> str:
    """Return all that the user reads of a refused document."""
    with pytest.raises(ConfigError) as caught:
        build_plan(read_text(with_changes(document, changes), f"conf/{document}"))
    return str(caught.value)


def warned(document: str, *changes: tuple[str, str]) -> str:
    """Return all that the user reads of a document that can run."""
    loaded = read_text(with_changes(document, changes), f"conf/{document}")
    build_plan(loaded)
    return report(loaded.problems.warnings, loaded.source_map.line)


FLIGHTS: dict[str, tuple[Changes, str]] = {
    "the delay itself": (
        ((INPUT, "[dep_delay, previous_delay, airport_delay]"),),
        """\
conf/flights.yaml:84:19: `dep_delay` is not known when the question is asked, so it cannot be an input of `late`            [outcome-input]
     84 |       - columns: [dep_delay, previous_delay, airport_delay]
        it is in outcomes of source flights (line 15). Remove it here, or there if it is known in time""",
    ),
    "what is derived from it": (
        (("eastward: dest_lon", "hurry: dep_delay / distance\n        eastward: dest_lon"), (INPUT, "[hurry, previous_delay, airport_delay]")),
        """\
conf/flights.yaml:85:19: `hurry` depends on `dep_delay`, an outcome, so it cannot be an input of `late`                     [outcome-input]
     59 |         hurry: dep_delay / distance                 made here
        `look_back` with at: and known_at: takes only what was known: crossover help look_back""",
    ),
    "the row before": (
        (
            (LOOK_BACK, "    - window:\n        previous_delay: lag(dep_delay)\n      by: [tailnum]\n      order: [departs_at]\n"),
        ),
        """\
conf/flights.yaml:81:19: `previous_delay` depends on `dep_delay`, an outcome, so it cannot be an input of `late`            [outcome-input]
     61 |         previous_delay: lag(dep_delay)              made here: the row before may not have ended yet
        `look_back` with at: and known_at: takes only what was known: crossover help look_back""",
    ),
    "a mean over all rows": (
        (("join:\n  flights:\n", MEAN_OF_AIRPORTS), (INPUT, "[airport_late, previous_delay, airport_delay]")),
        """\
conf/flights.yaml:90:19: `airport_late` depends on `dep_delay`, an outcome, so it cannot be an input of `late`              [outcome-input]
     46 |         airport_late: avg(dep_delay)                made here: over all rows, later ones too
        use `encode: label_mean`, which sees training rows alone, or `look_back`, which sees only what was known""",
    ),
    "a mean over the whole group": (
        (("    - look_back:                       # how late", "    - window:\n        airport_late: avg(dep_delay)\n      by: [origin]\n    - look_back:                       # how late"), (INPUT, "[airport_late, previous_delay, airport_delay]")),
        """\
conf/flights.yaml:87:19: `airport_late` depends on `dep_delay`, an outcome, so it cannot be an input of `late`              [outcome-input]
     61 |         airport_late: avg(dep_delay)                made here: over all rows, later ones too
        use `encode: label_mean`, which sees training rows alone, or `look_back`, which sees only what was known""",
    ),
    "a count of rows that an outcome chose": (
        (("join:\n  flights:\n", LATE_AT_AIRPORTS), (INPUT, "[very_late, previous_delay, airport_delay]")),
        """\
conf/flights.yaml:91:19: `very_late` depends on `dep_delay`, an outcome, so it cannot be an input of `late`                 [outcome-input]
     45 |     - filter: dep_delay > 60                        made here: an outcome decides which rows are there
        a table whose rows were dropped by an outcome can only be looked back into""",
    ),
    "a filter": (
        (("    - require:\n        aircraft is known", "    - filter: dep_delay is not null\n    - require:\n        aircraft is known"),),
        """\
conf/flights.yaml:39:15: `filter` drops rows by `dep_delay`, an outcome; when scoring, it is not known yet                  [outcome-rows]
     39 |     - filter: dep_delay is not null
        models.late learns from these rows. Write `rows: dep_delay is not null` in the model, or leave it out: a null label is not learnt from""",
    ),
    "a rule": (
        (("        distance is positive", "        arrival is known: arr_delay is not null\n        distance is positive"),),
        """\
conf/flights.yaml:41:27: `require` drops rows by `arr_delay`, an outcome; when scoring, it is not known yet                 [outcome-rows]
     41 |         arrival is known: arr_delay is not null
        models.late learns from these rows. Write `rows: arr_delay is not null` in the model, or leave it out: a null label is not learnt from""",
    ),
    "an outcome as the moment of the question": (
        (("at: departs_at\n      known_at: left_at\n      within: 1 day", "at: left_at\n      known_at: left_at\n      within: 1 day"),),
        """\
conf/flights.yaml:64:11: `left_at` is not known when the question is asked, so it cannot be its moment                      [outcome-at]
     64 |       at: left_at
        it depends on `dep_delay`, an outcome of source flights""",
    ),
    "an outcome as the key of a look_back": (
        (("using: [tailnum]\n      at", "using: [tailnum, arr_delay]\n      at"),),
        """\
conf/flights.yaml:84:19: `previous_delay` depends on `arr_delay`, an outcome, so it cannot be an input of `late`            [outcome-input]
     60 |     - look_back:                       # how late this aircraft last left New York, if it had left by then  made here: an outcome decides which rows meet
        let rows meet by what is known when the question is asked""",
    ),
    "a row that an outcome chose": (
        (("    - {left_join: weather", "    - {deduplicate: [tailnum, time_hour], order: [arr_delay]}\n    - {left_join: weather"),),
        """\
conf/flights.yaml:44:21: `deduplicate` drops rows by `arr_delay`, an outcome; when scoring, it is not known yet             [outcome-rows]
     44 |     - {deduplicate: [tailnum, time_hour], order: [arr_delay]}
        models.late learns from these rows. Choose rows by what is known when the question is asked""",
    ),
    "a label that is known": (
        (("late: arr_delay > $late_after", "late: distance > $late_after"),),
        """\
conf/flights.yaml:78:12: the label `late` depends on no outcome, so nothing says what is not known when the question is asked  [label-outcome]
     78 |     label: late
        name the columns that are known only afterwards in `outcomes:` of their source""",
    ),
}  # fmt: skip


OTHERS: dict[str, tuple[tuple[str, tuple[str, str]], str]] = {
    "the total contains the tip": (
        ("taxi.yaml", ("columns: [miles, minutes, mph, fare, fare_per_mile]", "columns: [miles, minutes, mph, fare, total]")),
        """\
conf/taxi.yaml:65:46: `total` is not known when the question is asked, so it cannot be an input of `generous`               [outcome-input]
     65 |       - columns: [miles, minutes, mph, fare, total]
        it is in outcomes of source trips (line 28). Remove it here, or there if it is known in time""",
    ),
    "trips chosen by their tip": (
        ("taxi.yaml", ("    - filter: payment = 1 ", "    - filter: payment = 1 and tip is not null ")),
        """\
conf/taxi.yaml:43:15: `filter` drops rows by `tip`, an outcome; when scoring, it is not known yet                           [outcome-rows]
     43 |     - filter: payment = 1 and tip is not null              # tips paid in cash are not recorded
        models.generous learns from these rows. Write `rows: payment = 1 and tip is not null` in the model, or leave it out: a null label is not learnt from""",
    ),
    "the future": (
        ("retail.yaml", ("columns: [recency, tenure, orders, spent, basket, refunded]", "columns: [recency, later_orders]")),
        """\
conf/retail.yaml:98:28: `later_orders` is not known when the question is asked, so it cannot be an input of `gone`          [outcome-input]
     70 |         later_orders: count(*)                      made here: it is the future
        it can be what the label is made of; the past is taken by `look_back`""",
    ),
}  # fmt: skip


@pytest.mark.parametrize("leak", FLIGHTS)
def test_a_leak_in_flights_is_refused(leak: str) -> None:
    changes, expected = FLIGHTS[leak]
    assert shown("flights.yaml", *changes) == expected


def test_a_table_that_is_only_looked_back_into_may_be_filtered_by_outcomes() -> None:
    gone = "join:\n  gone:\n    - from: flights\n    - filter: dep_delay is not null\n    - derive:\n        left_at: add_minutes(time_hour, minute + dep_delay)\n  flights:\n"
    changes = (("join:\n  flights:\n", gone), ("      in: flights\n      using: [tailnum]", "      in: gone\n      using: [tailnum]"))
    assert warned("flights.yaml", *changes) == ""


@pytest.mark.parametrize("leak", OTHERS)
def test_a_leak_in_taxi_and_retail_is_refused(leak: str) -> None:
    (document, change), expected = OTHERS[leak]
    assert shown(document, change) == expected


def test_an_aggregate_over_a_table_that_is_looked_into_is_warned_of() -> None:
    usual = ("        joined_at: min(invoiced_at)\n", "        joined_at: min(invoiced_at)\n        usual: avg(amount)\n")
    inputs = ("columns: [recency, tenure, orders, spent, basket, refunded]", "columns: [usual, recency, tenure, orders, spent, basket, refunded]")
    assert warned("retail.yaml", usual, inputs) == """\
conf/retail.yaml:99:19: `usual` is computed over all rows of `purchases`, later ones too, and `gone` looks ahead into `purchases`  [later-rows]
     99 |       - columns: [usual, recency, tenure, orders, spent, basket, refunded]
        take it by `look_back`: it sees only what was known"""
    # known to the model without a label, and to nobody
    assert warned("retail.yaml", usual, ("columns: [recency, orders, spent]", "columns: [recency, orders, spent, usual]")) == ""


@pytest.mark.parametrize("document", ["flights.yaml", "routes.yaml", "taxi.yaml", "zones.yaml", "retail.yaml"])
def test_the_documents_leak_nothing(document: str) -> None:
    assert warned(document) == ""
