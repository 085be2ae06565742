"""Join on every engine."""

from __future__ import annotations

from typing import Any

import pytest

from crossover.core.errors import DataError
from crossover.engines.base import Engine
from crossover.relations.nodes import Aggregate, AggregateCall, Join
from tests.same import assert_same
from tests.tables import ARROW, collected, day, inline, moment

N = None
FLIGHTS = inline(
    "id int, origin string, hour int",
    [(1, "EWR", 6), (2, "JFK", 6), (3, N, 6), (4, "EWR", N), (5, "ewr", 6), (6, "EWR", 6), (7, N, N)],
)
WEATHER = inline(
    "place string, at int, temp double",
    [("EWR", 6, 1.5), ("JFK", 6, N), (N, 6, 9.0), ("EWR", N, 8.0), (N, N, 7.0), ("LGA", 6, 3.0)],
)
KEYS = (("origin", "place"), ("hour", "at"))
TAKE = (("temp", "temperature"), ("place", "place"))


def test_left_join_keeps_rows_without_a_match_and_null_matches_nothing(engine: Engine[Any]) -> None:
    assert_same(
        collected(engine, Join(FLIGHTS, WEATHER, "left", KEYS, TAKE)),
        [
            (1, "EWR", 6, 1.5, "EWR"), (2, "JFK", 6, N, "JFK"), (3, N, 6, N, N), (4, "EWR", N, N, N),
            (5, "ewr", 6, N, N), (6, "EWR", 6, 1.5, "EWR"), (7, N, N, N, N),
        ],
    )  # fmt: skip


def test_inner_join_drops_rows_without_a_match(engine: Engine[Any]) -> None:
    expected = [(1, "EWR", 6, 1.5, "EWR"), (2, "JFK", 6, N, "JFK"), (6, "EWR", 6, 1.5, "EWR")]
    assert_same(collected(engine, Join(FLIGHTS, WEATHER, "inner", KEYS, TAKE)), expected)


@pytest.mark.slow
def test_the_answer_does_not_depend_on_partitions(engine: Engine[Any], partitions: int) -> None:
    expected = [(1, "EWR", 6, 1.5, "EWR"), (2, "JFK", 6, N, "JFK"), (6, "EWR", 6, 1.5, "EWR")]
    assert_same(collected(engine, Join(FLIGHTS, WEATHER, "inner", KEYS, TAKE)), expected)
    assert partitions in (1, 3, 8)


def test_columns_are_those_of_the_left_and_what_is_taken_by_its_new_name(engine: Engine[Any]) -> None:
    table = engine.collect(Join(FLIGHTS, WEATHER, "left", KEYS, (("temp", "t"), ("at", "weather_hour"))))
    assert table.column_names == ["id", "origin", "hour", "t", "weather_hour"]
    assert table.schema.types == [ARROW["int"], ARROW["string"], ARROW["int"], ARROW["double"], ARROW["int"]]


def test_keys_of_one_name_stand_once(engine: Engine[Any]) -> None:
    join = Join(
        inline("k int, a int", [(1, 10), (2, 20)]), inline("k int, b int", [(1, 100)]), "left", (("k", "k"),), (("b", "b"),)
    )
    assert collected(engine, join) == [(1, 10, 100), (2, 20, N)]


def test_a_column_of_both_sides_keeps_its_side(engine: Engine[Any]) -> None:
    left, right = inline("k int, v string", [(1, "left"), (2, "left")]), inline("k int, v string", [(1, "right")])
    assert collected(engine, Join(left, right, "left", (("k", "k"),), (("v", "theirs"),))) == [
        (1, "left", "right"),
        (2, "left", N),
    ]


def test_the_right_key_may_be_another_column_of_the_left(engine: Engine[Any]) -> None:
    left, right = inline("a int, b int", [(1, 2), (2, 1)]), inline("b int, c int", [(1, 10), (2, 20)])
    assert collected(engine, Join(left, right, "inner", (("a", "b"),), (("c", "c"),))) == [(1, 2, 10), (2, 1, 20)]


def test_nothing_may_be_taken(engine: Engine[Any]) -> None:
    join = Join(inline("k int", [(1,), (2,), (N,)]), inline("k int", [(2,), (3,)]), "inner", (("k", "k"),), ())
    assert collected(engine, join) == [(2,)]


MATCHES: dict[str, tuple[str, list[Any], list[Any], list[Any]]] = {
    "ints beyond 2**53": ("int", [2**53, 2**53 + 1, N], [2**53 + 1, 2**53 + 2], [2**53 + 1]),
    "doubles, with both zeros": ("double", [-0.0, 0.1, 5e-324], [0.0, 0.1], [-0.0, 0.1]),
    "strings by code point": ("string", ["a", "A", "", "ß", "\u00e9", "a "], ["a", "", "ss", "e\u0301"], ["", "a"]),
    "booleans": ("boolean", [True, False, N], [False], [False]),
    "dates": (
        "date",
        [day("0001-01-01"), day("2024-02-29"), N],
        [day("2024-02-29"), day("0001-01-01")],
        [day("0001-01-01"), day("2024-02-29")],
    ),
    "timestamps to the microsecond": (
        "timestamp",
        [moment("2024-03-10 02:30:00"), moment("2024-03-10 02:30:00.000001"), N],
        [moment("2024-03-10 02:30:00.000001")],
        [moment("2024-03-10 02:30:00.000001")],
    ),
}


@pytest.mark.parametrize("what", MATCHES)
def test_keys_match_by_value(engine: Engine[Any], what: str) -> None:
    kind, left, right, expected = MATCHES[what]
    join = Join(inline(f"k {kind}", [(value,) for value in left]), inline(f"j {kind}, hit int", [(value, 1) for value in right]), "inner",
                (("k", "j"),), (("hit", "hit"),))  # fmt: skip
    assert [row[0] for row in collected(engine, join)] == sorted(expected)


@pytest.mark.parametrize("kind", ["left", "inner"])
@pytest.mark.parametrize(("left", "right"), [([], [(1, 2)]), ([(1, 2)], []), ([], [])])
def test_an_empty_side(engine: Engine[Any], kind: Any, left: list[Any], right: list[Any]) -> None:
    join = Join(inline("k int, a int", left), inline("k int, b int", right), kind, (("k", "k"),), (("b", "b"),))
    assert collected(engine, join) == ([(1, 2, N)] if left and kind == "left" else [])
    assert engine.collect(join).schema.types == [ARROW["int"]] * 3


ONCE, TWICE, NULL_TWICE = [("a", 1), ("b", 2), (N, 3)], [("a", 1), ("a", 2), ("b", 3)], [("a", 1), (N, 2), (N, 3)]
UNMATCHED_TWICE = [("a", 1), ("z", 2), ("z", 3)]


def joined(left: list[Any], right: list[Any], expect: Any, kind: Any = "left") -> Join:
    names = ("flights", "weather")
    return Join(
        inline("k string, l int", left), inline("k string, r int", right), kind, (("k", "k"),), (("r", "r"),), expect, names
    )


KEPT: dict[str, tuple[list[Any], list[Any], str, list[Any]]] = {
    "many to one": (TWICE, ONCE, "many_to_one", [("a", 1, 1), ("a", 2, 1), ("b", 3, 2)]),
    "one to one": (ONCE, ONCE, "one_to_one", [("a", 1, 1), ("b", 2, 2), (N, 3, N)]),
    "one to many": (ONCE, TWICE, "one_to_many", [("a", 1, 1), ("a", 1, 2), ("b", 2, 3), (N, 3, N)]),
    "many to many": (TWICE, TWICE, "many_to_many", [("a", 1, 1), ("a", 1, 2), ("a", 2, 1), ("a", 2, 2), ("b", 3, 3)]),
    "nulls are never equal, so never twice": (NULL_TWICE, NULL_TWICE, "one_to_one", [("a", 1, 1), (N, 2, N), (N, 3, N)]),
}


@pytest.mark.parametrize("what", KEPT)
def test_expect_that_is_kept(engine: Engine[Any], what: str) -> None:
    left, right, expect, expected = KEPT[what]
    assert collected(engine, joined(left, right, expect)) == expected
    assert collected(engine, joined(left, right, expect, "inner")) == [row for row in expected if row[2] is not None]


BROKEN: dict[str, tuple[list[Any], list[Any], str, str]] = {
    "right twice": (ONCE, TWICE, "many_to_one", "weather"),
    "right twice, one to one": (ONCE, TWICE, "one_to_one", "weather"),
    "left twice": (TWICE, ONCE, "one_to_one", "flights"),
    "left twice, one to many": (TWICE, ONCE, "one_to_many", "flights"),
}


@pytest.mark.parametrize("kind", ["left", "inner"])
@pytest.mark.parametrize("what", BROKEN)
def test_expect_that_is_broken_names_the_table_and_an_example(engine: Engine[Any], what: str, kind: Any) -> None:
    left, right, expect, culprit = BROKEN[what]
    with pytest.raises(DataError) as caught:
        engine.collect(joined(left, right, expect, kind))
    assert culprit in str(caught.value)
    assert "k=a" in str(caught.value)
    assert "k=b" not in str(caught.value)


@pytest.mark.parametrize("kind", ["left", "inner"])
def test_a_side_that_is_one_must_be_unique_even_where_nothing_matches(engine: Engine[Any], kind: Any) -> None:
    with pytest.raises(DataError, match="k=z"):
        engine.collect(joined(ONCE, UNMATCHED_TWICE, "many_to_one", kind))


def test_expect_is_checked_when_only_rows_are_counted(engine: Engine[Any]) -> None:
    with pytest.raises(DataError):
        engine.collect(Aggregate(joined(ONCE, TWICE, "many_to_one"), (), (("rows", AggregateCall("count_rows")),)))


def test_a_broken_expect_of_two_keys_shows_both(engine: Engine[Any]) -> None:
    twice = inline("place string, at timestamp", [("EWR", moment("2013-11-03 06:00:00"))] * 2)
    left = inline("origin string, hour timestamp", [("EWR", moment("2013-11-03 06:00:00"))])
    with pytest.raises(DataError) as caught:
        engine.collect(
            Join(left, twice, "left", (("origin", "place"), ("hour", "at")), (), "many_to_one", ("flights", "weather"))
        )
    assert "EWR" in str(caught.value)
    assert "2013-11-03 06:00:00" in str(caught.value)
