"""Window on every engine: golden answers, then random rows against a loop."""

from __future__ import annotations

import math
import random
from datetime import timedelta
from typing import Any

import pytest

from crossover.engines.base import Engine
from crossover.language.primitives import AGGREGATES, WINDOW_FUNCTIONS
from crossover.relations.nodes import AggregateCall, Order, Rows, Scan, TimeRange, Window
from tests.engines.conformance.loops import Record, windowed
from tests.same import assert_same, near
from tests.tables import inline, moment

N = None
BIG = 2**53 + 1
HOUR = 3_600_000_000
EVENTS = "id int, g string, t timestamp, n int, x double, s string"
EVENT_ROWS: list[tuple[Any, ...]] = [
    (1, "a", moment("2024-03-10 01:00:00"), 1, 1.0, "b"),
    (2, "a", moment("2024-03-10 02:00:00"), N, 2.0, "Z"),
    (3, "a", moment("2024-03-10 02:00:00"), 3, N, N),
    (4, "a", moment("2024-03-10 03:00:00.000001"), BIG, 4.0, "😀"),
    (5, "a", N, 5, 5.0, "\uffff"),
    (6, "b", moment("1969-12-31 23:59:59.999999"), N, N, N),
    (7, N, moment("2024-03-10 01:00:00"), 7, 7.0, "g"),
    (8, N, moment("2024-03-10 01:00:00"), 8, 8.0, "h"),
    (9, N, N, 9, 9.0, N),
    (10, N, N, 10, 10.0, "j"),
]


def calls(*wanted: str) -> tuple[tuple[str, AggregateCall], ...]:
    """Return the calls of "sum x" and the like, each named after itself; "lag n 2" has an offset."""
    made = []
    for each in wanted:
        function, column, offset = (*each.split(), N, N)[:3]
        made.append((each.replace(" ", "_"), AggregateCall(function, column, int(offset or 1))))
    return tuple(made)


def answers(engine: Engine[Any], window: Window) -> list[tuple[Any, ...]]:
    """Return id and the window's values of each row, by id."""
    table = engine.collect(window).sort_by("id")
    assert table.column_names == [*window.input.columns, *(name for name, _ in window.calls)]  # type: ignore[union-attr]
    return list(zip(*(table[name].to_pylist() for name in ("id", *(name for name, _ in window.calls))), strict=True))


def over_events(
    frame: Rows | TimeRange | None, *wanted: str, order: tuple[Order, ...] = (Order("t"),), ties: tuple[str, ...] = ("id",)
) -> Window:
    return Window(inline(EVENTS, EVENT_ROWS), ("g",), order, calls(*wanted), frame, ties)


def columns(*values: list[Any]) -> list[tuple[Any, ...]]:
    return list(zip(range(1, 11), *values, strict=True))


def test_without_order_the_frame_is_the_group(engine: Engine[Any]) -> None:
    wanted = ("count_rows", "count n", "count_distinct g", "sum n", "min s", "max s", "min t", "count_distinct t")
    got = answers(engine, over_events(None, *wanted, order=(), ties=()))
    a, b, null = (5, 4, 1, BIG + 9, "Z", "😀", moment("2024-03-10 01:00:00"), 3), (1, 0, 1, N, N, N, moment("1969-12-31 23:59:59.999999"), 1), \
        (4, 4, 0, 34, "g", "j", moment("2024-03-10 01:00:00"), 1)  # fmt: skip
    assert_same(got, [(number, *(a if number < 6 else b if number == 6 else null)) for number in range(1, 11)])


def test_without_order_means_and_spreads(engine: Engine[Any]) -> None:
    got = answers(engine, over_events(None, "avg x", "stddev x", "variance x", "sum x", order=(), ties=()))
    a, b, null = (3.0, math.sqrt(10 / 3), 10 / 3, 12.0), (N, N, N, N), (8.5, math.sqrt(5 / 3), 5 / 3, 34.0)
    assert_same(got, [(number, *(a if number < 6 else b if number == 6 else null)) for number in range(1, 11)], [1, 2, 3, 4])


def test_rows_so_far(engine: Engine[Any]) -> None:
    got = answers(engine, over_events(Rows(None), "count_rows", "count n", "sum n", "max s", "min s", "first n", "last n"))
    assert_same(got, columns(
        [1, 2, 3, 4, 5, 1, 1, 2, 3, 4],
        [1, 1, 2, 3, 4, 0, 1, 2, 3, 4],
        [1, 1, 4, BIG + 4, BIG + 9, N, 7, 15, 24, 34],
        ["b", "b", "b", "😀", "😀", N, "g", "h", "h", "j"],
        ["b", "Z", "Z", "Z", "Z", N, "g", "g", "g", "g"],
        [1, 1, 1, 1, 1, N, 7, 7, 7, 7],
        [1, N, 3, BIG, 5, N, 7, 8, 9, 10],
    ))  # fmt: skip


def test_rows_so_far_without_itself(engine: Engine[Any]) -> None:
    got = answers(engine, over_events(Rows(None, itself=False), "count_rows", "sum n", "first n", "last n", "count_distinct t"))
    assert_same(got, columns(
        [0, 1, 2, 3, 4, 0, 0, 1, 2, 3],
        [N, 1, 1, 4, BIG + 4, N, N, 7, 15, 24],
        [N, 1, 1, 1, 1, N, N, 7, 7, 7],
        [N, 1, N, 3, BIG, N, N, 7, 8, 9],
        [0, 1, 2, 2, 3, 0, 0, 1, 1, 1],
    ))  # fmt: skip


def test_the_last_two_rows(engine: Engine[Any]) -> None:
    got = answers(engine, over_events(Rows(2), "count_rows", "sum n", "min x", "max t", "first s"))
    one, two, three = (moment(f"2024-03-10 {time}") for time in ("01:00:00", "02:00:00", "03:00:00.000001"))
    assert_same(got, columns(
        [1, 2, 2, 2, 2, 1, 1, 2, 2, 2],
        [1, 1, 3, BIG + 3, BIG + 5, N, 7, 15, 17, 19],
        [1.0, 1.0, 2.0, 4.0, 4.0, N, 7.0, 7.0, 8.0, 9.0],
        [one, two, two, three, three, EVENT_ROWS[5][2], one, one, one, N],
        ["b", "b", "Z", N, "😀", N, "g", "g", "h", N],
    ))  # fmt: skip


def test_the_two_rows_before(engine: Engine[Any]) -> None:
    got = answers(engine, over_events(Rows(2, itself=False), "count_rows", "sum n", "last s"))
    assert_same(got, columns(
        [0, 1, 2, 2, 2, 0, 0, 1, 2, 2],
        [N, 1, 1, 3, BIG + 3, N, N, 7, 15, 17],
        [N, "b", "Z", N, "😀", N, N, "g", "h", N],
    ))  # fmt: skip


def test_the_last_hour_has_all_rows_of_this_moment(engine: Engine[Any]) -> None:
    got = answers(engine, over_events(TimeRange(HOUR), "count_rows", "sum n", "count x", "first n", "last n", "max s"))
    assert_same(got, columns(
        [1, 3, 3, 1, 0, 1, 2, 2, 0, 0],
        [1, 4, 4, BIG, N, N, 15, 15, N, N],
        [1, 2, 2, 1, 0, 0, 2, 2, 0, 0],
        [1, 1, 1, BIG, N, N, 7, 7, N, N],
        [1, 3, 3, BIG, N, N, 8, 8, N, N],
        ["b", "b", "b", "😀", N, N, "h", "h", N, N],
    ))  # fmt: skip


def test_the_hour_before_is_exact_to_the_microsecond(engine: Engine[Any]) -> None:
    before = over_events(TimeRange(HOUR, itself=False), "count_rows", "sum n", "last n")
    assert_same(answers(engine, before), columns([0, 1, 1, 0, 0, 0, 0, 0, 0, 0], [N, 1, 1] + [N] * 7, [N, 1, 1] + [N] * 7))
    longer = over_events(TimeRange(HOUR + 1, itself=False), "count_rows", "last n")
    assert_same(answers(engine, longer), columns([0, 1, 1, 2, 0, 0, 0, 0, 0, 0], [N, 1, 1, 3] + [N] * 6))


def test_a_range_longer_than_time_itself(engine: Engine[Any]) -> None:
    got = answers(engine, over_events(TimeRange(400_000_000 * HOUR // 1000, itself=False), "count_rows", "sum n"))
    assert_same(got, columns([0, 1, 1, 3, 0, 0, 0, 0, 0, 0], [N, 1, 1, 4] + [N] * 6))


def test_places_in_the_order(engine: Engine[Any]) -> None:
    got = answers(engine, over_events(None, "row_number", "rank", "dense_rank", "lag n", "lag n 2", "lag t", "lag s 3"))
    one, two = (moment(f"2024-03-10 {time}") for time in ("01:00:00", "02:00:00"))
    assert_same(got, columns(
        [1, 2, 3, 4, 5, 1, 1, 2, 3, 4],
        [1, 2, 2, 4, 5, 1, 1, 1, 3, 3],
        [1, 2, 2, 3, 4, 1, 1, 1, 2, 2],
        [N, 1, N, 3, BIG, N, N, 7, 8, 9],
        [N, N, 1, N, 3, N, N, N, 7, 8],
        [N, one, two, two, EVENT_ROWS[3][2], N, N, one, one, N],
        [N, N, N, "b", "Z", N, N, N, N, "g"],
    ))  # fmt: skip


def test_places_in_a_descending_order_have_nulls_last_too(engine: Engine[Any]) -> None:
    got = answers(engine, over_events(None, "row_number", "rank", "dense_rank", "lag id", order=(Order("t", descending=True),)))
    assert_same(got, columns(
        [4, 2, 3, 1, 5, 1, 1, 2, 3, 4],
        [4, 2, 2, 1, 5, 1, 1, 1, 3, 3],
        [3, 2, 2, 1, 4, 1, 1, 1, 2, 2],
        [3, 4, 2, N, 1, N, N, 7, 8, 9],
    ))  # fmt: skip


def test_places_by_two_columns_and_strings_by_code_point(engine: Engine[Any]) -> None:
    order = (Order("s"), Order("n", descending=True))
    got = answers(engine, over_events(None, "row_number", "rank", "dense_rank", "lag s", order=order))
    assert_same(got, columns(
        [2, 1, 5, 4, 3, 1, 1, 2, 4, 3],
        [2, 1, 5, 4, 3, 1, 1, 2, 4, 3],
        [2, 1, 5, 4, 3, 1, 1, 2, 4, 3],
        ["Z", N, "😀", "\uffff", "b", N, N, "g", "j", "h"],
    ))  # fmt: skip


def test_running_values_in_a_descending_order(engine: Engine[Any]) -> None:
    got = answers(engine, over_events(Rows(None), "sum id", "first id", "last x", order=(Order("t", descending=True),)))
    assert_same(got, columns(
        [10, 6, 9, 4, 15, 6, 7, 15, 24, 34],
        [4, 4, 4, 4, 4, 6, 7, 7, 7, 7],
        [1.0, 2.0, N, 4.0, 5.0, N, 7.0, 8.0, 9.0, 10.0],
    ))  # fmt: skip


def test_without_by_the_table_is_one_group(engine: Engine[Any]) -> None:
    window = Window(
        inline("id int, n int", [(1, 5), (2, N), (3, 7)]),
        (),
        (Order("id", descending=True),),
        calls("sum n", "row_number", "lag n"),
        Rows(None),
    )
    assert_same(answers(engine, window), [(1, 12, 3, N), (2, 7, 2, 7), (3, 7, 1, N)])
    whole = Window(inline("id int, n int", [(1, 5), (2, N), (3, 7)]), (), (), calls("sum n", "count_rows"))
    assert_same(answers(engine, whole), [(1, 12, 3), (2, 12, 3), (3, 12, 3)])


@pytest.mark.parametrize("frame", [None, Rows(None), Rows(2, itself=False), TimeRange(HOUR)])
def test_no_rows_stay_none_and_typed(engine: Engine[Any], frame: Any) -> None:
    empty = Window(
        inline(EVENTS, []),
        ("g",),
        (Order("t"),) if frame else (),
        calls("sum n", "avg x", "min s", "count_rows"),
        frame,
        ("id",) if frame else (),
    )
    table = engine.collect(empty)
    assert table.num_rows == 0
    assert [str(kind) for kind in table.schema.types[-4:]] == ["int64", "double", "string", "int64"]


@pytest.mark.parametrize("frame", [None, Rows(None), Rows(2), TimeRange(HOUR)])
def test_the_sum_of_ints_in_a_frame_is_null_where_it_leaves_int64(engine: Engine[Any], frame: Any) -> None:
    most = 2**63 - 1
    rows = [
        (1, "a", moment("2024-01-01 00:00:00"), most),
        (2, "a", moment("2024-01-01 00:30:00"), 1),
        (3, "a", moment("2024-01-01 01:01:00"), -5),
    ]
    window = Window(
        inline("id int, g string, t timestamp, n int", rows), ("g",), (Order("t"),) if frame else (), calls("sum n"), frame
    )
    expected = {None: [most - 4] * 3, Rows(None): [most, N, most - 4], Rows(2): [most, N, -4], TimeRange(HOUR): [most, N, -4]}[
        frame
    ]
    assert_same(answers(engine, window), list(zip([1, 2, 3], expected, strict=True)))


@pytest.mark.parametrize("frame", [None, Rows(None), Rows(2)])
def test_nothing_but_nulls_in_a_group(engine: Engine[Any], frame: Any) -> None:
    rows = [(1, "a", N, N), (2, "a", N, N)]
    window = Window(inline("id int, g string, n int, x double", rows), ("g",), (Order("id"),) if frame else (),
                    calls("sum n", "sum x", "avg n", "min n", "max x", "stddev x", "count n"), frame)  # fmt: skip
    assert_same(answers(engine, window), [(1, N, N, N, N, N, N, 0), (2, N, N, N, N, N, N, 0)])


ALL_CALLS = (
    "count_rows",
    "count x",
    "count_distinct n",
    "sum n",
    "sum x",
    "avg x",
    "min n",
    "max x",
    "min s",
    "stddev x",
    "variance n",
    "first n",
    "last s",
)
INEXACT = {"sum_x", "avg_x", "stddev_x", "variance_n"}
FRAMES = [
    None, Rows(None), Rows(None, itself=False), Rows(1), Rows(1, itself=False), Rows(4), Rows(4, itself=False), Rows(100),
    TimeRange(3_000_000), TimeRange(3_000_000, itself=False), TimeRange(1), TimeRange(0), TimeRange(0, itself=False),
]  # fmt: skip


def random_records(seed: int, count: int) -> list[Record]:
    """Rows with few moments and groups, so that ties are many, and nulls everywhere."""
    chance = random.Random(seed)
    start = moment("2024-03-10 02:00:00")

    def maybe(value: Any) -> Any:
        return None if chance.random() < 0.2 else value

    return [
        {
            "id": number,
            "g": chance.choice(["a", "b", "ß", None]),
            "t": maybe(start + timedelta(microseconds=chance.choice([0, 1, 500_000, 1_000_000]) * chance.randrange(-9, 9))),
            "n": maybe(chance.randrange(-50, 50)),
            "x": maybe(chance.choice([-1.0, 1.0]) * chance.random() * 10 ** chance.randrange(4)),
            "s": maybe(chance.choice(["", "a", "Z", "\uffff", "😀"])),
        }
        for number in range(count)
    ]


def assert_same_records(got: list[Record], expected: list[Record], inexact: set[str]) -> None:
    names = list(expected[0])
    rows = [
        [tuple(record[name] for name in names) for record in sorted(records, key=lambda each: each["id"])]
        for records in (got, expected)
    ]
    assert_same(rows[0], rows[1], [place for place, name in enumerate(names) if name in inexact])


def scan_of(records: list[Record]) -> Scan:
    return inline(EVENTS, [tuple(record.values()) for record in records])


@pytest.mark.parametrize("frame", FRAMES, ids=str)
def test_frames_of_random_rows_are_those_of_a_loop(engine: Engine[Any], frame: Any) -> None:
    records = random_records(7, 80)
    ordered = ((Order("t"),), ("id",)) if frame else ((), ())
    wanted = ALL_CALLS if frame else ALL_CALLS[:-2]
    window = Window(scan_of(records), ("g",), ordered[0], calls(*wanted), frame, ordered[1])
    assert_same_records(engine.collect(window).to_pylist(), windowed(window, records), INEXACT)


@pytest.mark.parametrize("order", [(Order("t"),), (Order("s", descending=True), Order("n"))], ids=["time", "text and number"])
def test_places_of_random_rows_are_those_of_a_loop(engine: Engine[Any], order: tuple[Order, ...]) -> None:
    records = random_records(8, 80)
    window = Window(scan_of(records), ("g",), order, calls("row_number", "rank", "dense_rank", "lag x", "lag s 5"), None, ("id",))
    assert_same_records(engine.collect(window).to_pylist(), windowed(window, records), set())


@pytest.mark.slow
def test_the_answer_does_not_depend_on_partitions(engine: Engine[Any], partitions: int) -> None:
    records = random_records(9, 60)
    window = Window(scan_of(records), ("g",), (Order("t"),), calls("sum n", "last s", "rank"), Rows(4), ("id",))
    assert_same_records(engine.collect(window).to_pylist(), windowed(window, records), set())
    assert partitions in (1, 3, 8)


@pytest.mark.parametrize(
    "frame", [Rows(5), Rows(20, itself=False), TimeRange(10_000_000), TimeRange(10_000_000, itself=False)], ids=str
)
def test_a_rare_giant_does_not_spoil_frames_without_it(engine: Engine[Any], frame: Any) -> None:
    chance = random.Random(10)
    start = moment("2024-01-01")
    records = [
        {
            "id": number,
            "g": "a",
            "t": start + timedelta(seconds=number),
            "n": 0,
            "x": 1e15 if number % 97 == 40 else chance.random(),
            "s": "",
            "y": number % 97 == 40,
        }
        for number in range(400)
    ]
    source = inline(EVENTS, [tuple(record.values())[:6] for record in records])
    window = Window(source, ("g",), (Order("t"),), calls("sum x", "avg x", "stddev x", "variance x"), frame, ("id",))
    got = {record["id"]: record for record in engine.collect(window).to_pylist()}
    spoilt = Window(source, ("g",), (Order("t"),), (("giants", AggregateCall("max", "y")),), frame, ("id",))
    clean = [record["id"] for record in windowed(spoilt, records) if not record["giants"]]
    expected = {record["id"]: record for record in windowed(window, records)}
    wrong = [
        f"row {number}, {name}: got {got[number][name]!r}, expected {expected[number][name]!r}"
        for number in clean
        for name, _ in window.calls
        if not near(got[number][name], expected[number][name], scale=0.0)
    ]
    assert len(clean) > 200
    assert not wrong, "\n".join(wrong[:20])


def test_every_function_of_windows_is_tested() -> None:
    assert {each.split()[0] for each in ALL_CALLS} | {"max"} >= set(AGGREGATES) - {"max"}
    assert {"lag", "row_number", "rank", "dense_rank"} == set(WINDOW_FUNCTIONS)
