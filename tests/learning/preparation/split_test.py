from __future__ import annotations

from typing import Any

from crossover.language.tree import Column
from crossover.learning.preparation.specification import Split
from crossover.learning.preparation.split import is_test
from crossover.relations.nodes import Project
from tests.learning.flights import SCHEMA, flights, is_test_row, relation_of
from tests.tables import collected


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
