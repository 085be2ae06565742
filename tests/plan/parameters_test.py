"""Parameters where a plan is made: in expressions, in durations, as settings."""

from __future__ import annotations

from datetime import date

import pytest

from crossover.core.errors import ConfigError
from crossover.document.load import Loaded, read_text
from crossover.language.show import show
from crossover.plan.build import build_plan
from crossover.plan.plan import Plan
from crossover.relations.graph import topological
from crossover.relations.nodes import AsOfJoin, Filter

DOCUMENT = """\
pipeline: orders
parameters:
  countries: {{type: [string], default: [FR, "NO"]}}
  days: {{type: [date], default: ["2011-06-01", "2011-09-01"]}}
  first_day: {{type: date, default: "2011-06-01"}}
  least: 10
  hours: 36
sources:
  orders:
    path: orders.csv
    key: [id]
    columns: {{id: int, country: string, paid: double, made_on: date, made_at: timestamp}}
features:
  orders:
    - filter: {condition}
    - look_back:
        earlier: count(*)
      in: orders
      using: [country]
      at: made_at
      known_at: made_at
      within: {within}
store: [orders]
"""


def loaded(condition: str = "id > $least", within: str = "$hours hours", **settings: str) -> Loaded:
    return read_text(DOCUMENT.format(condition=condition, within=within), "orders.yaml", settings)


def plan(condition: str = "id > $least", within: str = "$hours hours", **settings: str) -> Plan:
    return build_plan(loaded(condition, within, **settings))


def filtered(condition: str, **settings: str) -> str:
    """Return the condition of the plan, in primitives."""
    relations = topological([plan(condition, **settings).tables["orders"].relation])
    return next(show(each.condition) for each in reversed(relations) if isinstance(each, Filter) and "paid" not in show(each.condition))


def refused(condition: str = "id > $least", within: str = "$hours hours") -> str:
    with pytest.raises(ConfigError) as caught:
        plan(condition, within)
    return str(caught.value)


@pytest.mark.parametrize(
    ("condition", "settings", "expected"),
    [
        ("id > $least", {}, "id > 10"),
        ("id > $least", {"least": "7"}, "id > 7"),
        ("country in $countries", {}, "country in ('FR', 'NO')"),
        ("country in ($countries)", {}, "country in ('FR', 'NO')"),
        ("country in ($countries, 'DE')", {"countries": "SE,NO"}, "country in ('SE', 'NO', 'DE')"),
        ("made_on in ($days)", {}, "made_on in (date '2011-06-01', date '2011-09-01')"),
        ("made_on >= $first_day", {}, "made_on >= date '2011-06-01'"),
    ],
)
def test_a_parameter_in_an_expression_is_a_value_of_its_type(condition: str, settings: dict[str, str], expected: str) -> None:
    assert filtered(condition, **settings) == filtered(expected)


def test_a_duration_takes_its_number_from_a_parameter() -> None:
    for settings, hours in (({}, 36), ({"hours": "2"}, 2)):
        relations = topological([plan(**settings).tables["orders"].relation])
        (join,) = [each for each in relations if isinstance(each, AsOfJoin)]
        assert join.within == hours * 3_600_000_000


def test_dates_and_lists_stand_in_the_plan_as_values_and_as_texts_of_set() -> None:
    made = plan("made_on in ($days) and country in ($countries) and made_on > $first_day and id > $least", days="2011-07-01")
    assert made.parameters["days"] == (date(2011, 7, 1),)
    assert made.settings == {"countries": "FR,NO", "days": "2011-07-01", "first_day": "2011-06-01", "least": "10", "hours": "36"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"condition": "country = $countries"},
            """\
orders.yaml:15:25: `$countries` is a list: it stands only after `in`                                                        [type]
     15 |     - filter: country = $countries""",
        ),
        (
            {"condition": "country in ($contries)"},
            """\
orders.yaml:15:27: no parameter `contries`; did you mean `countries`?                                                       [unknown-parameter]
     15 |     - filter: country in ($contries)""",
        ),
        (
            {"condition": "country in ($days)"},
            """\
orders.yaml:15:27: this is date, but string stands beside it; write date '2011-09-01' or timestamp '2011-09-01 10:00:00'    [type]
     15 |     - filter: country in ($days)""",
        ),
        (
            {"within": "$hour hours"},
            """\
orders.yaml:22:15: no parameter `hour`; did you mean `hours`?                                                               [unknown-parameter]
     22 |       within: $hour hours""",
        ),
        (
            {"within": "$first_day days"},
            """\
orders.yaml:22:15: `$first_day` is no int parameter                                                                         [duration]
     22 |       within: $first_day days""",
        ),
    ],
)
def test_a_parameter_where_it_does_not_fit_is_refused(changes: dict[str, str], expected: str) -> None:
    assert refused(**changes) == expected


def test_a_parameter_that_nothing_uses_is_warned_of_though_a_comment_names_it() -> None:
    found = loaded("id > 10      # not $least, nor $countries")
    build_plan(found)
    assert [each.message for each in found.problems.warnings if "parameter" in each.message] == [
        "parameter `countries` is not used", "parameter `days` is not used", "parameter `first_day` is not used", "parameter `least` is not used",
    ]  # fmt: skip
