"""Each operation as a user writes it, on every engine, against answers written here. One document, one table a case."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from crossover.core.errors import DataError
from crossover.engines.base import Engine
from crossover.operations import OPERATIONS
from tests.operations import columns_and_tables_test
from tests.operations.golden import Answer, Golden, assert_rows
from tests.operations.running import plan_of, set_aside_of, tables_of

SALES = """\
id,shop,item,amount,at,said
1,a,x,1.5,2024-01-01 10:00:00,ok
2,a,x,,2024-01-01 10:00:00,
3,a,y,-2.5,2024-01-01 10:30:00,no
4,b,x,4,2024-01-01 09:00:00,ok
5,,z,8,,ok
6,b,,16,2024-01-02 09:00:00,maybe
"""
SHOPS = "shop,city\na,Rome\nb,\nc,Oslo\n"
BAD = 'id,amount,day\n1,10,2024-01-01\n2,1_0,2024-01-01\n3,17850.0,2024-02-30\n4,5\n5,"6,2024-01-01\n6,,NA\n'
DOCUMENT = """\
pipeline: cases
parameters:
  data: {type: string}
  least: 2
sources:
  sales:
    path: $data/sales.csv
    key: [id]
    columns: {id: int, shop: string, item: string, amount: double, at: timestamp, said: string}
  shops:
    path: $data/shops.csv
    key: [shop]
    columns: {shop: string, city: string}
features:
  derived:
    - from: sales
    - derive:
        double: amount * 2
        more: double + 1
        at: add_minutes(at, 1)
        fixed: $least
  filtered:
    - from: sales
    - filter: amount > 0
  required:
    - from: sales
    - require:
        shop is known: shop is not null
        amount is positive: amount > 0
  joined:
    - from: sales
    - {left_join: shops, using: [shop], prefix: shop_}
  matched:
    - from: sales
    - {inner_join: shops, using: [shop], take: [city]}
  many:
    - from: shops
    - {left_join: sales, using: [shop], take: [id], expect: one_to_many}
  summed:
    - from: sales
    - aggregate:
        rows: count(*)
        amounts: count(amount)
        total: sum(amount)
        mean: avg(amount)
        low: min(item)
        high: max(at)
        items: count(distinct item)
        spread: stddev(amount)
        agreed: count(*) filter (where said = 'ok')
        share: sum(amount) / count(*)
      by: [shop]
  whole:
    - from: sales
    - aggregate:
        rows: count(*)
        none: sum(amount) filter (where amount > 100)
  windowed:
    - from: sales
    - window:
        so_far: sum(amount)
        number: row_number()
        before: lag(id)
        first_item: first(item)
      by: [shop]
      order: [at]
  lately:
    - from: sales
    - window:
        count_lately: count(*)
        sum_lately: sum(amount)
      by: [shop]
      order: [at]
      last: 30 minutes
      itself: false
  ranked:
    - from: sales
    - window:
        place: rank()
        dense: dense_rank()
        last_two: count(*)
      order: [shop, item desc]
      last: 2 rows
  whole_group:
    - from: sales
    - window:
        share: amount / sum(amount)
      by: [shop]
  first_kept:
    - from: sales
    - deduplicate: [shop]
      order: [at desc, id]
  last_kept:
    - from: sales
    - deduplicate: [shop]
      keep: last
      order: [at]
  looked:
    - from: sales
    - look_back:
        seen: count(*)
        spent: sum(amount)
        last_item: last(item)
        mean: avg(amount)
      in: sales
      using: [shop]
      at: at
      known_at: at
      within: 1 hour
  ever:
    - from: sales
    - look_back:
        seen: count(*)
        first_id: first(id)
        last_amount: last(amount)
      in: sales
      using: [shop]
      at: at
      known_at: at
store: [derived, filtered, required, joined, matched, many, summed, whole, windowed, lately, ranked, whole_group,
        first_kept, last_kept, looked, ever]
"""


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


TEN, HALF, NINE, NEXT = at("2024-01-01 10:00"), at("2024-01-01 10:30"), at("2024-01-01 09:00"), at("2024-01-02 09:00")
EXPECTED: dict[str, Answer] = {
    "derived": (
        ("id", "double", "more", "at", "fixed"),
        [
            (1, 3.0, 4.0, at("2024-01-01 10:01"), 2), (2, None, None, at("2024-01-01 10:01"), 2),
            (3, -5.0, -4.0, at("2024-01-01 10:31"), 2), (4, 8.0, 9.0, at("2024-01-01 09:01"), 2),
            (5, 16.0, 17.0, None, 2), (6, 32.0, 33.0, at("2024-01-02 09:01"), 2),
        ],
    ),
    "filtered": (("id",), [(1,), (4,), (5,), (6,)]),
    "required": (("id",), [(1,), (4,), (6,)]),
    "joined": (("id", "shop", "shop_city"), [(1, "a", "Rome"), (2, "a", "Rome"), (3, "a", "Rome"), (4, "b", None), (5, None, None), (6, "b", None)]),
    "matched": (("id", "city"), [(1, "Rome"), (2, "Rome"), (3, "Rome"), (4, None), (6, None)]),
    "many": (("shop", "id"), [("a", 1), ("a", 2), ("a", 3), ("b", 4), ("b", 6), ("c", None)]),
    "summed": (
        ("shop", "rows", "amounts", "total", "mean", "low", "high", "items", "spread", "agreed", "share"),
        [
            ("a", 3, 2, -1.0, -0.5, "x", HALF, 2, 8**0.5, 1, -1 / 3),
            ("b", 2, 2, 20.0, 10.0, "x", NEXT, 1, 72**0.5, 1, 10.0),
            (None, 1, 1, 8.0, 8.0, "z", None, 1, None, 1, 8.0),
        ],
    ),
    "whole": (("rows", "none"), [(6, None)]),
    "windowed": (
        ("id", "so_far", "number", "before", "first_item"),
        [(1, 1.5, 1, None, "x"), (2, 1.5, 2, 1, "x"), (3, -1.0, 3, 2, "x"), (4, 4.0, 1, None, "x"), (5, 8.0, 1, None, "z"), (6, 20.0, 2, 4, "x")],
    ),
    "lately": (("id", "count_lately", "sum_lately"), [(1, 0, None), (2, 0, None), (3, 2, 1.5), (4, 0, None), (5, 0, None), (6, 0, None)]),
    "ranked": (
        ("id", "place", "dense", "last_two"),
        [(1, 2, 2, 2), (2, 2, 2, 2), (3, 1, 1, 1), (4, 4, 3, 2), (5, 6, 5, 2), (6, 5, 4, 2)],
    ),
    "whole_group": (("id", "share"), [(1, -1.5), (2, None), (3, 2.5), (4, 0.2), (5, 1.0), (6, 0.8)]),
    "first_kept": (("id",), [(3,), (5,), (6,)]),
    "last_kept": (("id",), [(3,), (5,), (6,)]),
    "looked": (
        ("id", "seen", "spent", "last_item", "mean"),
        [(1, 0, None, None, None), (2, 0, None, None, None), (3, 2, 1.5, "x", 1.5), (4, 0, None, None, None), (5, 0, None, None, None), (6, 0, None, None, None)],
    ),
    "ever": (
        ("id", "seen", "first_id", "last_amount"),
        [(1, 0, None, None), (2, 0, None, None), (3, 2, 1, None), (4, 0, None, None), (5, 0, None, None), (6, 1, 4, 4.0)],
    ),
}  # fmt: skip

GOLDEN = Golden(DOCUMENT, {"sales.csv": SALES, "shops.csv": SHOPS})


@pytest.mark.parametrize("name", EXPECTED)
def test_an_operation_means_what_its_contract_says(name: str, engine: Engine[Any], tmp_path: Path) -> None:
    columns, rows = EXPECTED[name]
    assert_rows(GOLDEN.tables(engine, tmp_path)[name], columns, rows)


def test_every_operation_has_a_case() -> None:
    assert [verb for verb in OPERATIONS if f"{verb}:" not in DOCUMENT + columns_and_tables_test.DOCUMENT] == []


def test_a_bad_row_is_set_aside_by_file_row_and_reason(engine: Engine[Any], tmp_path: Path) -> None:
    document = """\
pipeline: bad
parameters: {data: {type: string}}
sources:
  rows:
    path: $data/bad.csv
    nulls: ["", NA]
    key: [id]
    columns: {id: int, amount: int, day: date}
clean:
  rows:
    - require:
        amount is known: amount is not null
        amount is large: amount > 7
store: [rows]
"""
    plan = plan_of(document, {"bad.csv": BAD}, tmp_path)
    found = set_aside_of(engine, plan)
    counts, rows = found["ingest", "rows"]
    assert counts == {"rows": 6, "set_aside": 4}
    file = str(tmp_path / "bad.csv")
    assert [(row["file"], row["row"], row["reason"], row["raw"]) for row in sorted(rows, key=lambda row: row["row"])] == [
        (file, 3, "amount: not an int", "2,1_0,2024-01-01"),
        (file, 4, "day: not a date", "3,17850.0,2024-02-30"),
        (file, 5, "2 fields, expected 3", "4,5"),
        (file, 6, "quote left open", '5,"6,2024-01-01'),
    ]
    counts, rows = found["clean", "rows"]
    assert counts == {"rows": 2, "set_aside": 1, "reason_0": 1, "reason_1": 1}
    assert rows == [{"file": file, "row": 7, "reason": "amount is known; amount is large"}]
    assert [row["id"] for row in tables_of(engine, plan)["rows"]] == [1]


def test_a_join_that_multiplies_rows_unexpectedly_says_which(engine: Engine[Any], tmp_path: Path) -> None:
    document = """\
pipeline: double
parameters: {data: {type: string}}
sources:
  sales:
    path: $data/sales.csv
    columns: {id: int, shop: string}
  shops:
    path: $data/shops.csv
    columns: {shop: string, city: string}
join:
  sales:
    - {left_join: shops, using: [shop]}
store: [sales]
"""
    plan = plan_of(document, {"sales.csv": SALES, "shops.csv": SHOPS + "a,Turin\n"}, tmp_path)
    with pytest.raises(DataError, match=r"test.yaml:\d+:\d+: left_join shops .stage join.: 1 key stands in more than one row of shops") as caught:
        tables_of(engine, plan)
    assert "shop=a" in str(caught.value)
    assert "expected many_to_one" in str(caught.value)
