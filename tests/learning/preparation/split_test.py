from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from crossover.language.tree import Column
from crossover.language.types import DATE, INT, TIMESTAMP, Fact, Schema
from crossover.learning.preparation.specification import Split
from crossover.learning.preparation.split import is_test, reaches
from crossover.relations.nodes import Project
from tests.learning.flights import SCHEMA, flights, is_test_row, relation_of
from tests.tables import collected, day, inline, moment


def test_rows_of_one_day_stay_on_one_side_as_the_hash_says(learner: Any) -> None:
    rows = flights(90)
    flag = is_test(Split(by=("day",), test=0.25), ("id",), SCHEMA)
    found = collected(learner, Project(relation_of(rows), (("id", Column("id")), ("test", flag))))
    assert found == [(row["id"], is_test_row(row)) for row in rows]
    assert {test for _, test in found} == {True, False}


def test_without_columns_the_key_splits(learner: Any) -> None:
    rows = flights(60)
    flag = is_test(Split(test=0.4, salt="other"), ("id",), SCHEMA)
    found = collected(learner, Project(relation_of(rows), (("id", Column("id")), ("test", flag))))
    assert found != [(row["id"], is_test_row(row, 0.4, "id")) for row in rows], "the salt counts"
    assert 10 < sum(test for _, test in found) < 40


def test_without_a_split_no_row_is_a_test_row(learner: Any) -> None:
    found = collected(learner, Project(relation_of(flights(5)), (("test", is_test(None, (), SCHEMA)),)))
    assert found == [(False,)] * 5


TIMES: Schema = {"id": Fact(INT, False), "d": Fact(DATE), "t": Fact(TIMESTAMP)}
DAY = 86_400_000_000
TIMED = [
    (1, day("2011-08-31"), moment("2011-08-31 23:59:59.999999")),
    (2, day("2011-09-01"), moment("2011-09-01 00:00:00")),
    (3, day("2011-08-01"), moment("2011-08-31 00:00:00")),
    (4, None, None),
    (5, day("2012-01-01"), moment("2011-08-31 00:00:00.000001")),
]


@pytest.mark.parametrize(("column", "expected"), [("d", [2, 5]), ("t", [2])])
def test_by_time_the_test_rows_are_those_from_the_day_on(learner: Any, column: str, expected: list[int]) -> None:
    flag = is_test(Split(time=column, test_from=date(2011, 9, 1)), ("id",), TIMES)
    found = collected(learner, Project(inline("id int, d date, t timestamp", TIMED), (("id", Column("id")), ("test", flag))))
    assert [number for number, test in found if test] == expected
    assert all(test is not None for _, test in found)


@pytest.mark.parametrize(("column", "expected"), [("d", [2, 4, 5]), ("t", [1, 2, 4, 5])])
def test_a_window_that_ends_on_the_day_does_not_reach_past_it(learner: Any, column: str, expected: list[int]) -> None:
    flag = reaches(column, DAY, date(2011, 9, 1), TIMES)
    found = collected(learner, Project(inline("id int, d date, t timestamp", TIMED), (("id", Column("id")), ("reaches", flag))))
    assert [number for number, reaching in found if reaching] == expected


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"time": "d"}, "both `time` .* and `test_from`"),
        ({"time": "d", "test_from": date(2011, 9, 1), "test": 0.2}, "alone, not `test`"),
        ({"by": ("d",)}, "the share of test rows"),
    ],
)
def test_a_split_is_by_share_or_by_time(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Split(**settings)
