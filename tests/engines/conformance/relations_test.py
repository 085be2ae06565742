"""Scan, Project, Filter, FirstByKey, TopN, Union, Materialise on every engine."""

from __future__ import annotations

from typing import Any

import pytest

from crossover.engines.base import Engine
from crossover.language.tree import Column, Literal, call, literal
from crossover.language.types import TYPES
from crossover.relations.nodes import (
    Aggregate,
    AggregateCall,
    Filter,
    FirstByKey,
    Materialise,
    Order,
    Project,
    Relation,
    Scan,
    TopN,
    Union,
    Window,
)
from tests.same import assert_same
from tests.tables import ARROW, collected, day, inline, moment

N = None
ALL_TYPES = "id int, flag boolean, number int, x double, text string, on date, at timestamp"
ALL_ROWS: list[tuple[Any, ...]] = [
    (1, True, 2**53 + 1, 0.1, "ß", day("0001-01-01"), moment("1969-12-31 23:59:59.999999")),
    (2, N, N, N, N, N, N),
    (3, False, -(2**63), -1e308, "", day("9999-12-31"), moment("9999-12-31 23:59:59.999999")),
    (4, False, 2**63 - 1, 5e-324, "😀", day("2024-02-29"), moment("2024-03-10 02:30:00")),
]
TYPED_COLUMNS = [column.split() for column in ALL_TYPES.split(", ")]


def test_scan_gives_the_rows(engine: Engine[Any]) -> None:
    assert_same(collected(engine, inline(ALL_TYPES, ALL_ROWS)), ALL_ROWS)


def test_scan_gives_the_columns_that_are_asked_for_in_their_order(engine: Engine[Any]) -> None:
    scan = inline(ALL_TYPES, ALL_ROWS)
    table = engine.collect(Scan(scan.source, ("text", "id")))
    assert table.column_names == ["text", "id"]
    assert sorted(table["id"].to_pylist()) == [1, 2, 3, 4]


def test_scan_of_no_rows_keeps_the_types(engine: Engine[Any]) -> None:
    table = engine.collect(inline(ALL_TYPES, []))
    assert table.num_rows == 0
    assert {name: table.schema.field(name).type for name in table.column_names} == {
        name: ARROW[kind] for name, kind in TYPED_COLUMNS
    }


def test_columns_of_nulls_keep_the_types(engine: Engine[Any]) -> None:
    table = engine.collect(inline(ALL_TYPES, [(1, *[N] * 6), (2, *[N] * 6)]))
    assert {name: table.schema.field(name).type for name in table.column_names} == {
        name: ARROW[kind] for name, kind in TYPED_COLUMNS
    }
    assert table["x"].null_count == table["number"].null_count == table["text"].null_count == 2


def test_project_puts_out_its_columns_alone_in_their_order(engine: Engine[Any]) -> None:
    table = engine.collect(
        Project(inline("a int, b int, c int", [(1, 2, 3)]), (("z", Column("c")), ("a", Column("b")), ("b", Column("a"))))
    )
    assert table.column_names == ["z", "a", "b"]
    assert table.to_pylist() == [{"z": 3, "a": 2, "b": 1}]


def test_project_replaces_a_column_by_an_expression_over_the_old_one(engine: Engine[Any]) -> None:
    doubled = call("add", Column("a"), Column("a"))
    assert collected(engine, Project(inline("a int", [(1,), (2,)]), (("a", doubled), ("b", doubled)))) == [(2, 2), (4, 4)]


def test_project_of_literals_alone_gives_one_row_for_each_row(engine: Engine[Any]) -> None:
    literals = [
        literal(value) for value in (True, 2**53 + 1, -0.5, "it's", day("2024-02-29"), moment("2024-03-10 02:30:00.000001"))
    ]
    columns = tuple((f"c{number}", each) for number, each in enumerate(literals))
    expected = (True, 2**53 + 1, -0.5, "it's", day("2024-02-29"), moment("2024-03-10 02:30:00.000001"))
    table = engine.collect(Project(inline("a int", [(1,), (2,)]), columns))
    assert_same([tuple(row.values()) for row in table.to_pylist()], [expected, expected])
    assert table.schema.types == [ARROW[each.type.name] for each in literals]


def test_null_literals_have_the_type_they_name(engine: Engine[Any]) -> None:
    columns = tuple((name, Literal(None, kind)) for name, kind in TYPES.items())
    table = engine.collect(Project(inline("a int", [(1,)]), columns))
    assert table.schema.types == [ARROW[name] for name in TYPES]
    assert table.to_pylist() == [dict.fromkeys(TYPES)]


def test_project_of_no_rows_keeps_the_types(engine: Engine[Any]) -> None:
    project = Project(
        inline("s string, t timestamp", []),
        (("n", call("length", Column("s"))), ("d", call("timestamp_to_date", Column("t"))), ("s", Column("s"))),
    )
    table = engine.collect(project)
    assert table.num_rows == 0
    assert table.schema.types == [ARROW["int"], ARROW["date"], ARROW["string"]]


def test_strings_of_a_document_are_never_patterns_nor_formats(engine: Engine[Any]) -> None:
    odd = ["a'b", 'a"b', "a\\b", "a`b", "${x}", "{0}", "%s", "\n", "\t", "\0", "NULL", ""]
    columns = tuple((f"c{number}", call("concat", Column("s"), literal(text))) for number, text in enumerate(odd))
    assert collected(engine, Project(inline("s string", [("-",)]), columns)) == [tuple("-" + text for text in odd)]


FILTERS: dict[str, tuple[Any, list[int]]] = {
    "true alone": (Column("flag"), [1]),
    "not of null is null": (call("not", Column("flag")), [3, 4]),
    "a comparison with null": (call("less", Column("number"), literal(5)), [3]),
    "or with a null": (call("or", Column("flag"), call("is_null", Column("flag"))), [1, 2]),
    "nothing": (literal(False), []),
    "everything": (literal(True), [1, 2, 3, 4]),
    "a null condition": (Literal(None, TYPES["boolean"]), []),
}


@pytest.mark.parametrize("what", FILTERS)
def test_filter_keeps_rows_that_are_true(engine: Engine[Any], what: str) -> None:
    condition, kept = FILTERS[what]
    assert_same(collected(engine, Filter(inline(ALL_TYPES, ALL_ROWS), condition)), [row for row in ALL_ROWS if row[0] in kept])


EVENTS = "g string, t int, s string, id int"
EVENT_ROWS: list[tuple[Any, ...]] = [
    ("a", 2, "x", 1), ("a", 1, "y", 2), ("a", N, "z", 3), ("b", N, "b", 4), ("b", N, "a", 5),
    (N, 7, "Z", 6), (N, 7, "a", 7), (N, 7, "😀", 8), ("A", 1, "\uffff", 9), ("A", 1, "😀", 10), ("c", 5, N, 11), ("c", 5, "c", 12),
]  # fmt: skip


def test_first_by_key_takes_the_first_row_nulls_last(engine: Engine[Any]) -> None:
    first = FirstByKey(inline(EVENTS, EVENT_ROWS), ("g",), (Order("t"), Order("s")))
    assert collected(engine, first) == [
        ("A", 1, "\uffff", 9), ("a", 1, "y", 2), ("b", N, "a", 5), ("c", 5, "c", 12), (N, 7, "Z", 6),
    ]  # fmt: skip


def test_first_by_key_descending_has_nulls_last_too(engine: Engine[Any]) -> None:
    first = FirstByKey(inline(EVENTS, EVENT_ROWS), ("g",), (Order("t", descending=True), Order("s", descending=True)))
    assert collected(engine, first) == [
        ("A", 1, "😀", 10), ("a", 2, "x", 1), ("b", N, "b", 4), ("c", 5, "c", 12), (N, 7, "😀", 8),
    ]  # fmt: skip


def test_first_by_key_of_mixed_directions_and_two_keys(engine: Engine[Any]) -> None:
    first = FirstByKey(inline(EVENTS, EVENT_ROWS), ("g", "t"), (Order("s", descending=True), Order("id")))
    assert collected(engine, first) == [
        ("A", 1, "😀", 10), ("a", 1, "y", 2), ("a", 2, "x", 1), ("a", N, "z", 3), ("b", N, "b", 4), ("c", 5, "c", 12), (N, 7, "😀", 8),
    ]  # fmt: skip


def test_first_by_key_of_nothing_is_nothing(engine: Engine[Any]) -> None:
    assert collected(engine, FirstByKey(inline(EVENTS, []), ("g",), (Order("t"),))) == []


@pytest.mark.parametrize(
    ("order", "count", "expected"),
    [
        ((Order("t"), Order("id")), 3, [2, 9, 10]),
        ((Order("t", descending=True), Order("id")), 4, [6, 7, 8, 11]),
        ((Order("s"), Order("id")), 4, [5, 6, 7, 4]),
        ((Order("s", descending=True), Order("id", descending=True)), 3, [10, 9, 8]),
        ((Order("t", descending=True), Order("s"), Order("id")), 12, list(range(1, 13))),
        ((Order("id"),), 100, list(range(1, 13))),
        ((Order("g"), Order("id", descending=True)), 1, [10]),
        ((Order("id"),), 0, []),
    ],
)
def test_top_n_takes_the_first_rows(engine: Engine[Any], order: tuple[Order, ...], count: int, expected: list[int]) -> None:
    table = engine.collect(TopN(inline(EVENTS, EVENT_ROWS), order, count))
    assert sorted(table["id"].to_pylist()) == sorted(expected)
    assert table.column_names == ["g", "t", "s", "id"]


ENDS: dict[str, list[Any]] = {  # in ascending order
    "int": [-(2**63), -(2**53) - 1, -1, 0, 2**53, 2**53 + 1, 2**63 - 2, 2**63 - 1, N],
    "double": [-1.7976931348623157e308, -1.0, -5e-324, 0.0, 5e-324, 0.1, 1e308, N],
    "string": ["", "A", "Z", "a", "a\0", "ab", "\u00e9", "\uffff", "😀", N],
    "boolean": [False, True, N],
    "date": [*map(day, ("0001-01-01", "1969-12-31", "1970-01-01", "9999-12-31")), N],
    "timestamp": [*map(moment, ("0001-01-01", "1969-12-31 23:59:59.999999", "1970-01-01", "9999-12-31 23:59:59.999999")), N],
}


@pytest.mark.parametrize("kind", ENDS)
def test_orders_reach_from_the_smallest_value_to_the_largest(engine: Engine[Any], kind: str) -> None:
    values = ENDS[kind]
    scan = inline(f"g int, v {kind}", [(1, value) for value in values])
    for count in range(1, len(values)):
        assert_same(collected(engine, TopN(scan, (Order("v"),), count)), [(1, value) for value in values[:count]])
    downwards = [*values[-2::-1], N]
    assert_same(collected(engine, TopN(scan, (Order("v", descending=True),), 2)), sorted((1, value) for value in downwards[:2]))
    assert_same(collected(engine, FirstByKey(scan, ("g",), (Order("v"),))), [(1, values[0])])
    assert_same(collected(engine, FirstByKey(scan, ("g",), (Order("v", descending=True),))), [(1, values[-2])])
    ranked = Window(scan, ("g",), (Order("v"),), (("place", AggregateCall("rank")), ("before", AggregateCall("lag", "v"))))
    assert_same(
        collected(engine, ranked),
        [(1, value, place + 1, values[place - 1] if place else N) for place, value in enumerate(values)],
    )


def test_both_zeros_are_one_place_in_an_order(engine: Engine[Any]) -> None:
    scan = inline("x double, id int", [(0.0, 1), (-0.0, 2), (0.0, 3), (-0.0, 4), (1.0, 5)])
    assert [row[1] for row in collected(engine, TopN(scan, (Order("x"), Order("id")), 2))] == [1, 2]
    assert [row[1] for row in collected(engine, TopN(scan, (Order("x", descending=True), Order("id")), 3))] == [1, 2, 5]
    ranked = Window(
        scan, (), (Order("x"),), (("rank", AggregateCall("rank")), ("row", AggregateCall("row_number"))), None, ("id",)
    )
    assert [row[1:] for row in collected(engine, ranked)] == [(1, 1, 1), (2, 1, 2), (3, 1, 3), (4, 1, 4), (5, 5, 5)]


def test_union_takes_columns_by_name_in_the_order_of_the_first(engine: Engine[Any]) -> None:
    union = Union(
        (
            inline("a int, b string", [(1, "x"), (1, "x")]),
            inline("b string, a int", [("y", 2), (N, N)]),
            inline("a int, b string", []),
        )
    )
    table = engine.collect(union)
    assert table.column_names == ["a", "b"]
    assert sorted(map(str, table.to_pylist())) == sorted(
        map(str, [{"a": 1, "b": "x"}, {"a": 1, "b": "x"}, {"a": 2, "b": "y"}, {"a": None, "b": None}])
    )


def test_union_of_one_relation_with_itself_doubles_it(engine: Engine[Any]) -> None:
    scan = inline("a int", [(1,), (2,)])
    assert collected(engine, Union((scan, scan))) == [(1,), (1,), (2,), (2,)]


def test_union_keeps_nulls_of_one_side_and_whole_ints(engine: Engine[Any]) -> None:
    union = Union((inline("a int, on date", [(2**53 + 1, day("2024-02-29"))]), inline("a int, on date", [(N, N)])))
    assert_same(collected(engine, union), [(2**53 + 1, day("2024-02-29")), (N, N)])


def counted(relation: Relation) -> Aggregate:
    return Aggregate(relation, (), (("rows", AggregateCall("count_rows")),))


def test_materialise_is_computed_once_until_it_is_released(engine: Engine[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    computed: list[Materialise] = []
    compute = engine.materialise

    def counting(node: Materialise, input: Any) -> Any:
        computed.append(node)
        return compute(node, input)

    monkeypatch.setattr(engine, "materialise", counting)
    kept = Materialise(Filter(inline("a int", [(1,), (2,), (N,)]), call("less", literal(1), Column("a"))), "kept", "read twice")
    assert collected(engine, kept) == [(2,)]
    assert collected(engine, counted(kept)) == [(1,)]
    assert len(computed) == 1
    engine.release(kept)
    engine.release(kept)
    assert collected(engine, kept) == [(2,)]
    assert len(computed) == 2
    engine.release(kept)


def test_materialise_of_no_rows_keeps_the_types(engine: Engine[Any]) -> None:
    kept = Materialise(inline(ALL_TYPES, []), "kept", "read twice")
    assert engine.collect(kept).schema.types == [ARROW[kind] for _, kind in TYPED_COLUMNS]
    engine.release(kept)


def test_release_of_what_was_never_computed_does_nothing(engine: Engine[Any]) -> None:
    engine.release(Materialise(inline("a int", [(1,)]), "never", "read twice"))


def test_a_relation_of_two_readers_is_evaluated_once(engine: Engine[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    scans: list[Scan] = []
    scan = engine.scan

    def counting(node: Scan) -> Any:
        scans.append(node)
        return scan(node)

    monkeypatch.setattr(engine, "scan", counting)
    source = inline("a int", [(1,), (2,)])
    assert collected(engine, Union((Filter(source, call("less", Column("a"), literal(2))), source))) == [(1,), (1,), (2,)]
    assert len(scans) == 1
