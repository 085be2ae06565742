"""Dirt: what was asked for is there, and the truth says where."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from crossover.generate.dataset import generate
from crossover.generate.dirt import KINDS, parse_dirt
from crossover.generate.request import Request

pytestmark = pytest.mark.once

RATE = 0.02
SHOWN = {
    "missing_customer": lambda row: row["customer_id"] == "",
    "unparsable_date": lambda row: row["ordered_on"] == "2023-02-30",
    "negative_quantity": lambda row: int(row["quantity"]) < 0,
    "orphan_return": lambda row: int(row["order_id"]) > 10**12,
    "missing_sender": lambda row: row["senderID"] == "",
    "orphan_sender": lambda row: row["senderID"] != "" and int(row["senderID"]) > 10**12,
    "negative_amount": lambda row: float(row["amount"]) < 0,
    "unparsable_time": lambda row: row["time"] == "2023-02-30",
}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def truth(folder: Path, group: str) -> list[dict[str, str]]:
    return rows(folder / "truth" / f"{group}-00000.csv")


@pytest.mark.parametrize(("workload", "scale", "group"), [("retail", "0.0005", "orders"), ("payments", "0.001", "transactions")])
def test_the_truth_lists_each_dirty_row_and_no_other(workload: str, scale: str, group: str, tmp_path: Path) -> None:
    asked = ",".join(f"{kind}={RATE}" for kind in KINDS[workload])
    folder = generate(Request(workload, scale, file_format="csv", dirt=parse_dirt(asked)), tmp_path / "dirty").folder
    clean = generate(Request(workload, scale, file_format="csv"), tmp_path / "clean").folder
    listed = truth(folder, group)
    assert {each["kind"] for each in listed} == set(KINDS[workload])
    for kind, dirt in KINDS[workload].items():
        file = folder / dirt.table / "part-00000.csv"
        lines, before = rows(file), rows(clean / dirt.table / "part-00000.csv")
        of_kind = [each for each in listed if each["kind"] == kind]
        assert {each["file"] for each in of_kind} == {f"{dirt.table}/part-00000.csv"}
        places = [int(each["row"]) - 2 for each in of_kind]
        assert ["/".join(lines[place][key] for key in dirt.key) for place in places] == [each["key"] for each in of_kind]
        expected = RATE * len(before)
        assert len(places) == pytest.approx(expected, abs=5 * expected**0.5)
        if kind in SHOWN and kind != "orphan_sender":
            assert [place for place, row in enumerate(lines) if SHOWN[kind](row)] == places
        if kind.startswith("duplicate"):
            keys = [tuple(row[key] for key in dirt.key) for row in lines]
            assert len(keys) - len(set(keys)) == len(places)
            assert places == list(range(len(before), len(lines)))


def test_without_dirt_all_else_is_as_it_was(tmp_path: Path) -> None:
    dirty = generate(Request("retail", "0.0005", dirt=(("negative_quantity", RATE),)), tmp_path / "dirty").folder
    clean = generate(Request("retail", "0.0005"), tmp_path / "clean").folder
    lines, before = (pq.read_table(folder / "lines" / "part-00000.parquet") for folder in (dirty, clean))
    touched = {int(each["row"]) - 1 for each in truth(dirty, "orders")}
    assert touched
    for place, (row, was) in enumerate(zip(lines.to_pylist(), before.to_pylist(), strict=True)):
        assert row == (was | {"quantity": -was["quantity"]} if place in touched else was)
    for name in ("customers", "orders", "returns"):
        file = Path(name) / "part-00000.parquet"
        assert (dirty / file).read_bytes() == (clean / file).read_bytes()
