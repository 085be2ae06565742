"""AsOfJoin on every engine: golden answers, then random rows against a loop."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

import pytest

from crossover.engines.base import Engine
from crossover.relations.nodes import AsOfJoin, Scan
from tests.engines.conformance.loops import Record, as_of_joined
from tests.engines.conformance.windows_test import assert_same_records, calls
from tests.same import assert_same, near
from tests.tables import ARROW, inline, moment

N = None
SECOND = 1_000_000
HOUR = 3600 * SECOND
NOON = moment("2024-03-10 12:00:00")
LEFT = "id int, plane string, at timestamp"
RIGHT = "tail string, known timestamp, k int, delay double, note string"


def after_noon(**time: int) -> datetime:
    return NOON + timedelta(**time)


def as_of(left: list[Any], right: list[Any], *wanted: str, within: int | None = HOUR) -> AsOfJoin:
    return AsOfJoin(inline(LEFT, left), inline(RIGHT, right), (("plane", "tail"),), "at", "known", calls(*wanted), within, ("k",))


def answers(engine: Engine[Any], join: AsOfJoin) -> list[tuple[Any, ...]]:
    """Return id and what was seen, by id."""
    table = engine.collect(join).sort_by("id")
    assert table.column_names == ["id", "plane", "at", *(name for name, _ in join.calls)]
    return list(zip(*(table[name].to_pylist() for name in ("id", *(name for name, _ in join.calls))), strict=True))


def test_bounds_are_exact_to_the_microsecond(engine: Engine[Any]) -> None:
    known = [
        after_noon(hours=-1, microseconds=-1),
        after_noon(hours=-1),
        after_noon(microseconds=-1),
        NOON,
        after_noon(microseconds=1),
    ]
    right = [("a", moment_, number, float(number), N) for number, moment_ in enumerate(known)]
    join = as_of([(1, "a", NOON)], right, "count_rows", "sum k", "min k", "max k", "first k", "last k")
    assert_same(answers(engine, join), [(1, 2, 3, 1, 2, 1, 2)])
    assert_same(answers(engine, as_of([(1, "a", NOON)], right, "count_rows", "last k", within=None)), [(1, 3, 2)])
    assert_same(answers(engine, as_of([(1, "a", NOON)], right, "count_rows", "last k", within=HOUR + 1)), [(1, 3, 2)])
    assert_same(answers(engine, as_of([(1, "a", NOON)], right, "count_rows", "last k", within=1)), [(1, 1, 2)])


LEFTS = [
    (1, "a", NOON),
    (2, "a", NOON),
    (3, "a", after_noon(hours=2)),
    (4, "b", NOON),
    (5, N, NOON),
    (6, "a", N),
    (7, "A", NOON),
    (8, N, N),
    (9, "c", NOON),
]
RIGHTS: list[tuple[Any, ...]] = [
    ("a", after_noon(minutes=-30), 2, 20.0, "later by k"),
    ("a", after_noon(minutes=-30), 1, N, "earlier by k"),
    ("a", after_noon(minutes=-50), 9, 50.0, N),
    ("a", N, 7, 70.0, "never known"),
    (N, after_noon(minutes=-1), 8, 80.0, "of nobody"),
    ("b", after_noon(minutes=-10), 5, N, "nothing"),
    ("b", after_noon(minutes=-5), 6, N, N),
    ("c", after_noon(hours=-5), 4, 4.0, "long ago"),
]
WANTED = (
    "count_rows",
    "count delay",
    "sum k",
    "sum delay",
    "avg delay",
    "min note",
    "max note",
    "stddev k",
    "first delay",
    "last delay",
    "first note",
    "last note",
)
NOTHING = (0, 0, *[N] * 10)


def test_ties_follow_their_columns_and_null_is_never_seen(engine: Engine[Any]) -> None:
    a = (3, 2, 12, 70.0, 35.0, "earlier by k", "later by k", 19**0.5, 50.0, 20.0, N, "later by k")
    b = (2, 0, 11, N, N, "nothing", "nothing", 0.5**0.5, N, N, "nothing", N)
    expected = [(1, *a), (2, *a), (3, *NOTHING), (4, *b), *((number, *NOTHING) for number in (5, 6, 7, 8, 9))]
    assert_same(answers(engine, as_of(LEFTS, RIGHTS, *WANTED)), expected, [4, 5, 8])


def test_without_within_all_the_past_is_seen(engine: Engine[Any]) -> None:
    join = as_of(LEFTS, RIGHTS, "count_rows", "sum k", "last note", "first k", within=None)
    a, b = (3, 12, "later by k", 9), (2, 11, N, 5)
    seen = {1: a, 2: a, 3: a, 4: b, 9: (1, 4, "long ago", 4)}
    assert_same(answers(engine, join), [(number, *seen.get(number, (0, N, N, N))) for number in range(1, 10)])


@pytest.mark.parametrize(
    "wanted", [("last delay",), ("first note",), ("last delay", "last note"), ("count_rows",), ("avg delay",)], ids=str
)
@pytest.mark.parametrize("within", [HOUR, None])
def test_each_alone_is_as_all_together(engine: Engine[Any], wanted: tuple[str, ...], within: int | None) -> None:
    join = as_of(LEFTS, RIGHTS, *wanted, within=within)
    left = [dict(zip(("id", "plane", "at"), row, strict=True)) for row in LEFTS]
    right = [dict(zip(("tail", "known", "k", "delay", "note"), row, strict=True)) for row in RIGHTS]
    assert_same_records(engine.collect(join).to_pylist(), as_of_joined(join, left, right), {"avg_delay"})


def test_the_last_of_the_past_may_be_too_old(engine: Engine[Any]) -> None:
    right = [("a", after_noon(hours=-3), 1, 1.0, "old"), ("a", after_noon(hours=1), 2, 2.0, "future")]
    assert_same(answers(engine, as_of([(1, "a", NOON)], right, "last note", "count_rows")), [(1, N, 0)])


def test_left_rows_that_are_equal_all_stay(engine: Engine[Any]) -> None:
    join = as_of([(1, "a", NOON)] * 3, [("a", after_noon(minutes=-1), 1, 1.0, "x")], "last note", "count_rows")
    assert_same(answers(engine, join), [(1, "x", 1)] * 3)


def test_a_table_may_look_back_into_itself(engine: Engine[Any]) -> None:
    rows = [("a", NOON, 1, 1.0, "x"), ("a", NOON, 2, 2.0, "y"), ("a", after_noon(minutes=1), 3, 3.0, "z"), (N, NOON, 4, 4.0, "n")]
    flights = inline(RIGHT, rows)
    join = AsOfJoin(flights, flights, (("tail", "tail"),), "known", "known", calls("sum delay", "last note"), HOUR, ("k",))
    table = engine.collect(join).sort_by("k")
    assert table["sum_delay"].to_pylist() == [N, N, 3.0, N]
    assert table["last_note"].to_pylist() == [N, N, "y", N]


def test_two_keys_both_match(engine: Engine[Any]) -> None:
    left = inline(
        "id int, a int, b string, at timestamp", [(1, 2**53 + 1, "x", NOON), (2, 2**53, "x", NOON), (3, 2**53 + 1, N, NOON)]
    )
    earlier = after_noon(minutes=-1)
    right = inline(
        "c int, d string, known timestamp, v int",
        [(2**53 + 1, "x", earlier, 1), (2**53 + 1, "y", earlier, 2), (2**53, "x", earlier, 4), (N, "x", earlier, 8)],
    )
    join = AsOfJoin(left, right, (("a", "c"), ("b", "d")), "at", "known", calls("sum v", "last v"), None, ("v",))
    table = engine.collect(join).sort_by("id")
    assert list(zip(table["sum_v"].to_pylist(), table["last_v"].to_pylist(), strict=True)) == [(1, 1), (4, 4), (N, N)]


def test_a_result_may_have_the_name_of_a_column_of_the_right(engine: Engine[Any]) -> None:
    join = as_of([(1, "a", NOON)], [("a", after_noon(minutes=-1), 1, 5.0, "x")], "last delay")
    renamed = AsOfJoin(
        join.left,
        join.right,
        join.keys,
        join.at,
        join.known_at,
        (("delay", join.calls[0][1]), ("known", join.calls[0][1])),
        HOUR,
        ("k",),
    )
    assert [(row["delay"], row["known"]) for row in engine.collect(renamed).to_pylist()] == [(5.0, 5.0)]


@pytest.mark.parametrize("within", [HOUR, None])
def test_an_empty_side(engine: Engine[Any], within: int | None) -> None:
    assert_same(
        answers(engine, as_of(LEFTS[:2], [], "count_rows", "sum delay", "last note", within=within)), [(1, 0, N, N), (2, 0, N, N)]
    )
    table = engine.collect(as_of([], RIGHTS, "count_rows", "sum delay", "last note", "sum k", within=within))
    assert table.num_rows == 0
    assert table.schema.types[3:] == [ARROW["int"], ARROW["double"], ARROW["string"], ARROW["int"]]


def test_the_ends_of_time(engine: Engine[Any]) -> None:
    first, last = moment("0001-01-01"), moment("9999-12-31 23:59:59.999999")
    left, right = [(1, "a", first), (2, "a", last), (3, "a", NOON)], [("a", first, 1, 1.0, "first"), ("a", last, 2, 2.0, "last")]
    assert_same(
        answers(engine, as_of(left, right, "last note", "count_rows", within=None)), [(1, N, 0), (2, "first", 1), (3, "first", 1)]
    )
    assert_same(answers(engine, as_of(left, right, "last note", "count_rows")), [(1, N, 0), (2, N, 0), (3, N, 0)])
    all_of_time = 315_537_897_599_999_999
    assert_same(
        answers(engine, as_of(left, right, "last note", "count_rows", within=all_of_time)),
        [(1, N, 0), (2, "first", 1), (3, "first", 1)],
    )
    assert_same(
        answers(engine, as_of(left, right, "last note", "count_rows", within=all_of_time - 1)),
        [(1, N, 0), (2, N, 0), (3, "first", 1)],
    )


def random_sides(seed: int) -> tuple[list[Record], list[Record]]:
    """Rows with few moments and planes, so that ties and bounds are hit often, and nulls everywhere."""
    chance = random.Random(seed)

    def maybe(value: Any) -> Any:
        return None if chance.random() < 0.15 else value

    def time() -> datetime:
        return NOON + chance.randrange(-6, 7) * timedelta(seconds=1) + timedelta(microseconds=chance.choice([0, 0, 0, -1, 1]))

    def plane() -> str:
        return chance.choice(["a", "b", "c"])

    left = [{"id": number, "plane": maybe(plane()), "at": maybe(time())} for number in range(60)]
    right = [
        {
            "tail": maybe(plane()),
            "known": maybe(time()),
            "k": number,
            "delay": maybe(round(chance.uniform(-9, 9), 3)),
            "note": maybe(chance.choice(["Z", "a", "ß", "😀"])),
        }
        for number in range(70)
    ]
    return left, right


def scans(left: list[Record], right: list[Record]) -> tuple[Scan, Scan]:
    return inline(LEFT, [tuple(row.values()) for row in left]), inline(RIGHT, [tuple(row.values()) for row in right])


@pytest.mark.parametrize("within", [3 * SECOND, 1, None])
@pytest.mark.parametrize(
    "wanted",
    [WANTED, ("last delay", "last note"), ("sum k", "variance delay", "min delay", "max k", "avg k")],
    ids=["all", "last alone", "sums alone"],
)
def test_random_rows_see_what_a_loop_sees(engine: Engine[Any], within: int | None, wanted: tuple[str, ...]) -> None:
    left, right = random_sides(3)
    join = AsOfJoin(*scans(left, right), (("plane", "tail"),), "at", "known", calls(*wanted), within, ("k",))
    inexact = {name for name, call in join.calls if call.function in ("sum", "avg", "stddev", "variance") and name != "sum_k"}
    assert_same_records(engine.collect(join).to_pylist(), as_of_joined(join, left, right), inexact)


@pytest.mark.slow
def test_the_answer_does_not_depend_on_partitions(engine: Engine[Any], partitions: int) -> None:
    left, right = random_sides(4)
    join = AsOfJoin(*scans(left, right), (("plane", "tail"),), "at", "known", calls("sum k", "last note"), 3 * SECOND, ("k",))
    assert_same_records(engine.collect(join).to_pylist(), as_of_joined(join, left, right), set())
    assert partitions in (1, 3, 8)


def test_a_rare_giant_does_not_spoil_frames_without_it(engine: Engine[Any]) -> None:
    chance = random.Random(5)
    giants = set(range(50, 600, 100))
    right = [
        {
            "tail": "a",
            "known": NOON + timedelta(seconds=number),
            "k": number,
            "delay": 1e15 if number in giants else chance.random(),
            "note": "",
        }
        for number in range(600)
    ]
    left = [{"id": number, "plane": "a", "at": NOON + timedelta(seconds=number)} for number in range(600)]
    join = AsOfJoin(
        *scans(left, right),
        (("plane", "tail"),),
        "at",
        "known",
        calls("sum delay", "avg delay", "stddev delay"),
        20 * SECOND,
        ("k",),
    )
    expected = as_of_joined(join, left, right)
    got = engine.collect(join).sort_by("id").to_pylist()
    clean = [number for number in range(600) if not giants & set(range(number - 20, number))]
    wrong = [
        f"row {number}, {name}: got {got[number][name]!r}, expected {expected[number][name]!r}"
        for number in clean
        for name, _ in join.calls
        if not near(got[number][name], expected[number][name], scale=0.0)
    ]
    assert len(clean) > 400
    assert not wrong, "\n".join(wrong[:20])
