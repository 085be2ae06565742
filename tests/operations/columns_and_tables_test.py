"""Steps on columns, on several tables and on shapes, on every engine, against answers written here. One table a case."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from crossover.core.errors import DataError
from crossover.document.load import read_text
from crossover.engines.base import Engine
from crossover.plan.build import build_plan
from crossover.relations.schema import schema_of
from tests.operations.golden import Answer, Golden, assert_rows
from tests.operations.running import plan_of, tables_of

TRIPS = """\
id,zone,hour,paid,code,day,ok
1,a,0,1.5,7,2024-01-01,true
2,a,0,2.5,x,2024-01-02,false
3,a,2,,12,2024-01-03,true
4,b,1,4,,2024-01-03,
5,,2,8,3,,true
"""
ZONES = "zone,borough\na,Queens\na,Bronx\nc,Bronx\n,Nowhere\n"
NAMED = "zone,name\na,Astoria\nc,Corona\n"
MORE = "id,zone,hour,paid,code,day,ok\n6,c,5,16,9,2024-02-01,false\n1,a,0,1.5,7,2024-01-01,true\n"
ASKED = "customer,as_of\nx,2024-01-10\ny,2024-01-10\nz,\nx,2024-01-20\n,2024-01-10\n"
ORDERS = """\
number,customer,ordered_at,amount
1,x,2024-01-09 23:59:59,1
2,x,2024-01-10 00:00:00,2
3,x,2024-01-19 23:59:59.999999,4
4,x,2024-01-20 00:00:00,8
5,y,2024-01-25 12:00:00,16
6,,2024-01-11 00:00:00,32
7,y,,64
8,y,2024-01-29 00:00:00,128
"""
COLUMNS = "{id: int, zone: string, hour: int, paid: double, code: string, day: date, ok: boolean}"
DOCUMENT = f"""\
pipeline: cases
parameters:
  data: {{type: string}}
  nothing: 0.5
  days: {{type: [date], default: ["2024-01-02", "2024-01-04"]}}
sources:
  trips: {{path: $data/trips.csv, key: [id], columns: {COLUMNS}}}
  more: {{path: $data/more.csv, columns: {COLUMNS}}}
  zones: {{path: $data/zones.csv, columns: {{zone: string, borough: string}}}}
  named: {{path: $data/named.csv, key: [zone], columns: {{zone: string, name: string}}}}
  asked: {{path: $data/asked.csv, columns: {{customer: string, as_of: date}}}}
  orders: {{path: $data/orders.csv, key: [number], columns: {{number: int, customer: string, ordered_at: timestamp, amount: int}}}}
features:
  selected:
    - from: trips
    - rename: {{zone_id: zone, zone_hour: hour}}
    - select: [paid, zone_*, id]
  dropped:
    - from: trips
    - drop: [zone, paid, code, day, ok]
  renamed:
    - from: trips
    - rename: {{hour: id, id: hour, area: zone}}
    - select: [area, hour, id]
  casted:
    - from: trips
    - cast: {{code: int, hour: string, paid: int, day: timestamp, ok: int}}
  filled:
    - from: trips
    - fill: {{paid: $nothing, zone: none, code: "0", day: "2024-12-31", ok: false}}
  united:
    - from: trips
    - filter: id <= 2
    - union: [more]
  doubled:
    - from: named
    - union: [named]
  with_zone:
    - from: trips
    - {{semi_join: zones, using: [zone]}}
    - select: [id]
  without_zone:
    - from: trips
    - {{anti_join: zones, using: [zone]}}
    - select: [id, zone]
  without_hour:
    - from: named
    - derive:
        hour: case when zone = 'a' then 2 else 9 end
    - {{anti_join: trips, using: [zone, hour]}}
  fully:
    - from: trips
    - select: [id, zone]
    - {{full_join: named, using: [zone]}}
  fully_many:
    - from: named
    - {{full_join: zones, using: {{zone: zone}}, prefix: in_, expect: one_to_many}}
  pivoted:
    - from: trips
    - pivot:
        trips: count(*)
        share: sum(paid) / count(*)
      by: [zone]
      across: hour
      values: 0..2
  pivoted_with_empty:
    - from: trips
    - pivot:
        paid: sum(paid)
      by: [zone]
      across: hour
      values: [0, 2]
      empty: 0
      others: drop
  pivoted_whole:
    - from: trips
    - pivot:
        rows: count(*)
        codes: count(distinct code)
      across: ok
      values: [true, false]
      others: drop
  long:
    - from: trips
    - derive:
        n_id: id * 10
        n_hour: hour
    - select: [id, n_*]
    - {{unpivot: [n_*], name: what, value: m}}
  crossed:
    - from: named
    - cross:
        day: $days
        m: [1, 2.5]
  ahead:
    - from: asked
    - look_ahead:
        orders: count(*)
        spent: sum(amount)
        first_order: first(number)
        large: count(*) filter (where amount > 100)
      in: orders
      using: [customer]
      at: as_of
      known_at: ordered_at
      within: 10 days
store: [selected, dropped, renamed, casted, filled, united, doubled, with_zone, without_zone, without_hour, fully, fully_many, pivoted,
        pivoted_with_empty, pivoted_whole, long, crossed, ahead]
"""
FILES = {"trips.csv": TRIPS, "more.csv": MORE, "zones.csv": ZONES, "named.csv": NAMED, "asked.csv": ASKED, "orders.csv": ORDERS}
FIRST, SECOND, THIRD = date(2024, 1, 1), date(2024, 1, 2), date(2024, 1, 3)
TENTH, TWENTIETH, FOURTH = date(2024, 1, 10), date(2024, 1, 20), date(2024, 1, 4)
N = None
EXPECTED: dict[str, Answer] = {
    "selected": (("paid", "zone_id", "zone_hour", "id"), [(1.5, "a", 0, 1), (2.5, "a", 0, 2), (N, "a", 2, 3), (4.0, "b", 1, 4), (8.0, N, 2, 5)]),
    "dropped": (("id", "hour"), [(1, 0), (2, 0), (3, 2), (4, 1), (5, 2)]),
    "renamed": (("area", "hour", "id"), [("a", 1, 0), ("a", 2, 0), ("a", 3, 2), ("b", 4, 1), (N, 5, 2)]),
    "casted": (
        ("id", "zone", "hour", "paid", "code", "day", "ok"),
        [
            (1, "a", "0", 1, 7, datetime(2024, 1, 1), 1), (2, "a", "0", 2, N, datetime(2024, 1, 2), 0), (3, "a", "2", N, 12, datetime(2024, 1, 3), 1),
            (4, "b", "1", 4, N, datetime(2024, 1, 3), N), (5, N, "2", 8, 3, N, 1),
        ],
    ),
    "filled": (
        ("id", "zone", "hour", "paid", "code", "day", "ok"),
        [
            (1, "a", 0, 1.5, "7", FIRST, True), (2, "a", 0, 2.5, "x", SECOND, False), (3, "a", 2, 0.5, "12", THIRD, True),
            (4, "b", 1, 4.0, "0", THIRD, False), (5, "none", 2, 8.0, "3", date(2024, 12, 31), True),
        ],
    ),
    "united": (
        ("id", "zone", "hour", "paid", "code", "day", "ok"),
        [
            (1, "a", 0, 1.5, "7", FIRST, True), (2, "a", 0, 2.5, "x", SECOND, False), (6, "c", 5, 16.0, "9", date(2024, 2, 1), False),
            (1, "a", 0, 1.5, "7", FIRST, True),
        ],
    ),
    "doubled": (("zone", "name"), [("a", "Astoria"), ("c", "Corona")] * 2),
    "with_zone": (("id",), [(1,), (2,), (3,)]),
    "without_zone": (("id", "zone"), [(4, "b"), (5, N)]),
    "without_hour": (("zone", "name", "hour"), [("c", "Corona", 9)]),
    "fully": (
        ("id", "zone", "name"),
        [(1, "a", "Astoria"), (2, "a", "Astoria"), (3, "a", "Astoria"), (4, "b", N), (5, N, N), (N, "c", "Corona")],
    ),
    "fully_many": (
        ("zone", "name", "in_borough"),
        [("a", "Astoria", "Queens"), ("a", "Astoria", "Bronx"), ("c", "Corona", "Bronx"), (N, N, "Nowhere")],
    ),
    "pivoted": (
        ("zone", "trips_0", "trips_1", "trips_2", "share_0", "share_1", "share_2"),
        [("a", 2, 0, 1, 2.0, N, N), ("b", 0, 1, 0, N, 4.0, N), (N, 0, 0, 1, N, N, 8.0)],
    ),
    # the row of b has another hour; in zone a hour 2 has a row without a value, which is not empty
    "pivoted_with_empty": (("zone", "paid_0", "paid_2"), [("a", 4.0, N), (N, 0.0, 8.0)]),
    "pivoted_whole": (("rows_true", "rows_false", "codes_true", "codes_false"), [(3, 1, 3, 1)]),
    "long": (
        ("id", "what", "m"),
        [(1, "n_id", 10), (2, "n_id", 20), (3, "n_id", 30), (4, "n_id", 40), (5, "n_id", 50),
         (1, "n_hour", 0), (2, "n_hour", 0), (3, "n_hour", 2), (4, "n_hour", 1), (5, "n_hour", 2)],
    ),
    "crossed": (
        ("zone", "name", "day", "m"),
        [(zone, name, day, n) for zone, name in (("a", "Astoria"), ("c", "Corona")) for day in (SECOND, FOURTH) for n in (1.0, 2.5)],
    ),
    # the last order is known on the 29th: what is asked on the 20th is not known for 10 days yet
    "ahead": (
        ("customer", "as_of", "orders", "spent", "first_order", "large"),
        [("x", TENTH, 2, 6, 2, 0), ("y", TENTH, 0, N, N, 0), ("z", N, N, N, N, N), ("x", TWENTIETH, N, N, N, N), (N, TENTH, 0, N, N, 0)],
    ),
}  # fmt: skip
GOLDEN = Golden(DOCUMENT, FILES)


@pytest.mark.parametrize("name", EXPECTED)
def test_an_operation_means_what_its_contract_says(name: str, engine: Engine[Any], tmp_path: Path) -> None:
    columns, rows = EXPECTED[name]
    assert_rows(GOLDEN.tables(engine, tmp_path)[name], columns, rows, all_columns=True)


KEYS = {
    "selected": ("id",), "dropped": ("id",), "renamed": ("hour",), "casted": ("id",), "filled": ("id",), "united": (), "with_zone": ("id",),
    "without_zone": ("id",), "fully": (), "fully_many": (), "pivoted": ("zone",), "pivoted_whole": (), "long": ("id", "what"),
    "crossed": ("zone", "day", "m"), "ahead": (),
}  # fmt: skip


@pytest.mark.parametrize("name", KEYS)
def test_the_key_goes_with_its_columns(name: str, tmp_path: Path) -> None:
    assert plan_of(DOCUMENT, FILES, tmp_path).tables[name].key == KEYS[name]


PIVOT = """\
pipeline: other_values
parameters: {data: {type: string}}
sources:
  trips: {path: $data/trips.csv, columns: {zone: string, hour: int, code: string}}
features:
  trips:
    - pivot:
        count: count(*)
      by: [zone]
      across: hour
      values: 0..1
  more:
    - from: trips
    - derive:
        both: count_0 + count_1
store: [more]
"""


def test_a_value_that_pivot_has_no_column_for_is_an_error_with_examples(engine: Engine[Any], tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        tables_of(engine, plan_of(PIVOT, {"trips.csv": TRIPS + "6,c,,1,1,,\n7,d,30,1,1,,\n"}, tmp_path))
    assert str(caught.value).splitlines()[0].endswith(
        "pivot of trips across hour (stage features): `hour` has values that are not in `values`"
    )
    assert caught.value.notes[0] == "for example: 2, 30, null"


def test_a_table_without_rows_has_no_other_values(engine: Engine[Any], tmp_path: Path) -> None:
    assert tables_of(engine, plan_of(PIVOT, {"trips.csv": "zone,hour,code\n"}, tmp_path)) == {"more": []}


NAMED_ROWS = """\
pipeline: named
sources:
  trips: {path: trips.csv, key: [id], columns: {id: int, code: string}}
  more: {path: more.csv, columns: {code: string, id: int}}
clean:
  chosen:
    - from: trips
    - filter: id > 2
  trips:
    - STEP
    - require:
        code is a number: cast(code as int) is not null
store: [trips]
"""
NAMES = {
    "union: [more]": ["file", "row", "reason"],
    "union: [chosen]": ["reason"],
    "drop: [id]": ["file", "row", "reason"],
    "select: [code]": ["file", "row", "reason"],
    "rename: {number: id}": ["file", "row", "reason"],
    "semi_join: more\n      using: [id]": ["file", "row", "reason"],
    "anti_join: more\n      using: [id]": ["file", "row", "reason"],
    "cross: {day: [1, 2]}": ["id", "day", "reason"],
}


@pytest.mark.parametrize("step", NAMES)
def test_rows_set_aside_are_named_by_file_and_row_while_these_name_one_row(step: str) -> None:
    plan = build_plan(read_text(NAMED_ROWS.replace("STEP", step), "test.yaml"))
    (set_aside,) = (each for stage in plan.stages if stage.name == "clean" for each in stage.set_aside)
    assert list(schema_of(set_aside.rows)) == NAMES[step]


PREFIXED = {
    "left_join: v\n      using: [key_*]": ["id", "key_a", "key_b", "x_one", "x_two", "y_one", "y_two"],
    "left_join: v\n      using: [key_a, key_b]\n      take: [y_*]": ["id", "key_a", "key_b", "x_one", "x_two", "y_one", "y_two"],
    "semi_join: v\n      using: [key_*]": ["id", "key_a", "key_b", "x_one", "x_two"],
    'aggregate: {rows: "count(*)"}\n      by: [key_*, x_one]': ["key_a", "key_b", "x_one", "rows"],
    'window: {rows: "count(*)"}\n      by: [key_*]': ["id", "key_a", "key_b", "x_one", "x_two", "rows"],
    'pivot: {rows: "count(*)"}\n      by: [key_*]\n      across: x_one\n      values: [1]': ["key_a", "key_b", "rows_1"],
    "deduplicate: [key_*]": ["id", "key_a", "key_b", "x_one", "x_two"],
    "drop: [x_*, key_*]": ["id"],
    "select: [x_*, id, x_one]": ["x_one", "x_two", "id"],
}


@pytest.mark.parametrize("step", PREFIXED)
def test_a_prefix_stands_wherever_columns_are_listed(step: str) -> None:
    document = f"""\
pipeline: prefixes
sources:
  t: {{path: t.csv, key: [id], columns: {{id: int, key_a: int, key_b: int, x_one: int, x_two: int}}}}
  v: {{path: v.csv, key: [key_a, key_b], columns: {{key_a: int, key_b: int, y_one: int, y_two: int}}}}
join:
  t:
    - {step}
store: [t]
"""
    assert list(build_plan(read_text(document, "test.yaml")).tables["t"].schema) == PREFIXED[step]
