"""What nothing uses is a warning, in the words that the user reads, and nothing else is."""

from __future__ import annotations

from crossover.document.load import read_text
from crossover.document.problems import report
from crossover.plan.build import build_plan

DOCUMENT = """\
pipeline: shop
parameters:
  data: data
  days: {type: [date], default: ["2011-06-01"]}
  forgotten: 7
sources:
  visits:
    path: $data/visits.csv
    key: [id]
    columns: {id: int, shop: string, hour: int, minutes: double, note: string, paid: double, tip: double, seen_at: timestamp}
    outcomes: [paid, tip]
  shops:
    path: $data/shops.csv
    key: [shop]
    columns: {shop: string, town: string, note: string}
  never:
    path: $data/never.csv
    columns: {a: int}
clean:
  visits:
    - left_join: shops
      using: [shop]
      take: [town]
  idle:
    - from: visits
    - filter: hour > 3
features:
  hours:
    - from: visits
    - derive:
        part: minutes / 60
        spare: minutes / 30
    - pivot:
        part: sum(part)
      by: [shop, town]
      across: hour
      values: 8..9
      empty: 0
      others: drop
    - rename: {city: town}
  visits:
    - cross:
        day: $days
    - derive:
        buys: paid > 3
        unread: minutes * 2
models:
  rhythm:
    from: hours
    inputs: [{columns: [part_*], scale: standard}]
    train: {kind: k_means, k: 2}
    score: {keep: [city]}
  buys:
    from: visits
    label: buys
    split: {by: [day], test: 0.5}
    inputs: [{columns: [minutes]}]
    train: {kind: logistic_regression, l2: 0.1}
"""
EXPECTED = """\
shop.yaml:5:3: parameter `forgotten` is not used                                                                            [unused]
      5 |   forgotten: 7
shop.yaml:10:66: nothing uses column `note` of `visits`                                                                     [unused]
     10 |     columns: {id: int, shop: string, hour: int, minutes: double, note: string, paid: double, tip: double, seen_at: timestamp}
shop.yaml:10:107: nothing uses column `seen_at` of `visits`                                                                 [unused]
     10 |     columns: {id: int, shop: string, hour: int, minutes: double, note: string, paid: double, tip: double, seen_at: timestamp}
shop.yaml:15:43: nothing uses column `note` of `shops`                                                                      [unused]
     15 |     columns: {shop: string, town: string, note: string}
shop.yaml:16:3: nothing uses source `never`                                                                                 [unused]
     16 |   never:
shop.yaml:24:3: nothing uses table `idle`                                                                                   [unused]
     24 |   idle:
shop.yaml:32:9: nothing uses column `spare` of `hours`                                                                      [unused]
     32 |         spare: minutes / 30
shop.yaml:46:9: nothing uses column `unread` of `visits`                                                                    [unused]
     46 |         unread: minutes * 2"""


def test_what_nothing_uses_is_warned_of_where_it_stands() -> None:
    loaded = read_text(DOCUMENT, "shop.yaml")
    build_plan(loaded)
    assert report(loaded.problems.warnings, loaded.source_map.line) == EXPECTED
