"""What the user sees of mistakes in steps, to the byte; and what becomes of outcomes."""

from __future__ import annotations

from pathlib import Path

import pytest

from crossover.core.errors import ConfigError
from crossover.document.load import read_text
from crossover.operations.table import Horizon
from crossover.plan.build import build_plan
from crossover.plan.plan import Plan

GOLDEN = Path(__file__).parents[1] / "golden" / "messages" / "operations"


def plan_of(text: str, path: str = "test.yaml") -> Plan:
    return build_plan(read_text(text, path))


@pytest.mark.parametrize("name", ["columns", "tables", "shapes", "models"])
def test_mistakes_in_steps_are_shown_with_place_line_and_remedy(name: str) -> None:
    text = (GOLDEN / f"{name}.yaml").read_text(encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        plan_of(text, f"{name}.yaml")
    assert f"{caught.value}\n" == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


HEAD = """\
pipeline: outcomes
sources:
  t:
    path: t.csv
    key: [id]
    columns: {id: int, kind: string, at: timestamp, paid: int, late: boolean, tip: int}
    outcomes: [late, tip]
  u: {path: u.csv, key: [id], columns: {id: int, kind: string, tip: int, at: timestamp}}
features:
"""
MODEL = """\
models:
  m: {from: t, label: late, split: {by: [at], test: 0.5}, inputs: [{columns: [paid]}], train: {kind: logistic_regression}}
"""
MARKS = {
    "{select: [late, id]}": {"late"},
    "{drop: [late]}": {"tip"},
    "{rename: {gift: tip, tip: paid}}": {"late", "gift"},
    "{cast: {tip: double, late: int}}": {"late", "tip"},
    "{fill: {tip: 0}}": {"late", "tip"},
    "{unpivot: [paid, tip], value: amount}": {"late", "amount"},
    "{cross: {day: [1, 2]}}": {"late", "tip"},
    '{pivot: {sum: "sum(tip)", rows: "count(*)"}, across: kind, values: [a], by: [id]}': {"sum_a"},
    '{pivot: {sum: "sum(paid)"}, across: late, values: [true, false], by: [id]}': {"sum_true", "sum_false"},
    '{pivot: {sum: "sum(paid)"}, across: kind, values: [a], by: [id, late]}': {"late", "sum_a"},
    '{look_ahead: {later: "count(*)"}, in: u, using: [id], at: at, known_at: at, within: 1 day}': {"late", "tip", "later"},
    "{full_join: u, using: [id], prefix: u_}": {"late", "tip"},
    "{semi_join: u, using: [id]}": {"late", "tip"},
    "{anti_join: u, using: [id]}": {"late", "tip"},
}


@pytest.mark.parametrize("step", MARKS)
def test_the_mark_of_an_outcome_goes_with_what_is_made_of_it(step: str) -> None:
    assert plan_of(f"{HEAD}  t:\n    - {step}\nstore: [t]\n").tables["t"].outcomes == MARKS[step]


def test_a_union_has_the_outcomes_of_all_its_tables() -> None:
    steps = "  known:\n    - from: t\n    - select: [id, kind, tip, at]\n  u:\n    - union: [known]\n"
    assert plan_of(f"{HEAD}{steps}store: [u]\n").tables["u"].outcomes == {"tip"}


DROPPED = {
    "semi_join": ("", "{semi_join: u, using: [id, tip]}"),
    "anti_join": ("  chosen:\n    - from: t\n    - filter: tip > 0\n", "{anti_join: chosen, using: [id]}"),
    "pivot": ("", '{pivot: {paid: "sum(paid)"}, across: tip, values: [0], others: drop, by: [id, at, late]}'),
}


@pytest.mark.parametrize("verb", DROPPED)
def test_rows_that_go_by_an_outcome_are_not_learnt_from(verb: str) -> None:
    before, step = DROPPED[verb]
    with pytest.raises(ConfigError, match=rf"`{verb}` drops rows by `tip`, an outcome; when scoring, it is not known yet"):
        plan_of(f"{HEAD}{before}  t:\n    - {step}\n{MODEL}")


def test_rows_of_a_table_that_was_filtered_by_an_outcome_come_with_a_union() -> None:
    before = "  chosen:\n    - from: t\n    - filter: tip > 0\n"
    with pytest.raises(ConfigError, match="`filter` drops rows by `tip`, an outcome"):
        plan_of(f"{HEAD}{before}  t:\n    - union: [chosen]\n{MODEL}")


def test_a_model_takes_columns_by_prefix() -> None:
    text = """\
pipeline: prefixes
sources:
  t: {path: t.csv, key: [id], columns: {id: int, a_one: int, a_two: double, b: int, by_day: int, by_hour: int, name_first: string}}
models:
  m:
    from: t
    inputs: [{columns: [b, a_*]}]
    split: {by: [by_*], test: 0.5}
    train: {kind: k_means, k: 2}
    score: {keep: [name_*, b]}
"""
    (model,) = plan_of(text).models
    assert [each.columns for each in model.inputs] == [("b", "a_one", "a_two")]
    assert model.split is not None
    assert model.split.by == ("by_day", "by_hour")
    assert model.keep == ("id", "name_first", "b")
    assert list(model.schema) == ["id", "a_one", "a_two", "b", "by_day", "by_hour", "name_first"]


AHEAD = """\
    - look_ahead:
        later: count(*)
      in: u
      using: [id]
      at: at
      known_at: at
      within: 1 day
"""
BY_TIME = """\
models:
  m: {from: t, label: gone, split: {time: MOMENT, test_from: "2024-01-01"}, inputs: [{columns: [paid]}], train: {kind: logistic_regression}}
"""


def test_how_far_a_look_ahead_sees_goes_with_a_rename() -> None:
    steps = f"  t:\n{AHEAD}    - rename: {{moment: at, orders: later}}\n    - derive:\n        gone: orders = 0\n"
    (model,) = plan_of(HEAD + steps + BY_TIME.replace("MOMENT", "moment")).models
    assert model.horizons == (Horizon("moment", 86_400_000_000, ("orders",)),)


@pytest.mark.parametrize("step", ["derive: {at: \"add_minutes(at, 1)\"}", "cast: {at: date}"])
def test_a_changed_moment_is_no_longer_that_of_a_look_ahead(step: str) -> None:
    steps = f"  t:\n{AHEAD}    - {step}\n    - derive:\n        gone: later = 0\n"
    with pytest.raises(ConfigError, match="a split by time needs the moment from which `later` looks ahead"):
        plan_of(HEAD + steps + BY_TIME.replace("MOMENT", "at"))
