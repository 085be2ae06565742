"""Copies of a document's data: what meets in the original meets in each copy, and nothing else."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from crossover.cli.main import main
from crossover.core.errors import ConfigError
from crossover.document.load import load_document
from crossover.generate.replicate import Replica, choose_for, replicate
from crossover.plan.build import build_plan

pytestmark = pytest.mark.once

ROOT = Path(__file__).parents[2]

DOCUMENT = """
pipeline: shop
parameters: {data: DATA, region: DATA/regions.csv}
sources:
  orders:
    path: $data/orders.csv
    key: [number]
    nulls: ["", NA]
    columns: {number: {from: [code, id], type: int}, customer: string, at: timestamp, paid: double, region: int, late: boolean}
    outcomes: [late]
  customers:
    path: $data/customers/*.parquet
    key: [name]
    columns: {name: string, age: int}
  regions:
    path: $region
    key: [region]
    columns: {region: int, tax: double}
join:
  orders:
    - {left_join: customers, using: {customer: name}}
    - {left_join: regions, using: [region]}
features:
  orders:
    - derive:
        gross: paid * (1 + tax)
    - look_back:
        before: sum(paid)
      in: orders
      using: [customer]
      at: at
      known_at: at
      within: 30 days
models:
  late:
    from: orders
    label: late
    split: {test: 0.2}
    inputs: [{columns: [gross, age, before], impute: 0}]
    train: {kind: logistic_regression, l2: 0.1}
"""
ORDERS = [
    ["id", "customer", "at", "paid", "region", "late", "note"],
    ["7", "Ann", "2024-01-01T10:00", "10.50", "1", "true", 'said "soon", left'],
    ["9", "Ann", "2024-01-02T10:00", "2", "2", "false", ""],
    [" 12.0", "Bob", "2024-01-02T11:00", "x", "2", "false", "two\twords"],
    ["NA", "NA", "2024-01-03T10:00", "3", "", "true", ""],
]


@pytest.fixture
def document(tmp_path: Path) -> Path:
    data = tmp_path / "data"
    (data / "customers").mkdir(parents=True)
    with (data / "orders.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(ORDERS)
        file.write("13,Bob,too short\n")
    (data / "regions.csv").write_text("region,tax\n1,0.1\n2,0.2\n", encoding="utf-8")
    people = pa.table({"name": pa.array(["Ann", "Bob", "NA"]).dictionary_encode(), "age": pa.array([30, None, 5], pa.int8())})
    pq.write_table(people, data / "customers" / "a.parquet")
    path = tmp_path / "shop.yaml"
    path.write_text(DOCUMENT.replace("DATA", str(data)), encoding="utf-8")
    return path


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_each_copy_has_customers_and_orders_of_its_own_and_shares_the_regions(document: Path, tmp_path: Path) -> None:
    made = replicate(Replica(document, {}, 3), tmp_path / "three")
    found = rows(made.folder / "orders.csv")
    # the customers' names keep look-backs apart, so numbers must be fresh as well: the key is the number alone
    assert found[0] == ORDERS[0]
    assert found[1:5] == ORDERS[1:]
    assert [row[:2] for row in found[5:9]] == [["13", "Ann~1"], ["15", "Ann~1"], ["18", "Bob~1"], ["NA", "NA"]]
    assert [row[:2] for row in found[9:]] == [["19", "Ann~2"], ["21", "Ann~2"], ["24", "Bob~2"], ["NA", "NA"]]
    assert [row[2:] for row in found[5:9]] == [row[2:] for row in ORDERS[1:]]
    people = pq.read_table(made.folder / "customers" / "a.parquet")
    # a Parquet file has nulls of its own: `NA` is a name there
    assert people["name"].to_pylist() == ["Ann", "Bob", "NA", "Ann~1", "Bob~1", "NA~1", "Ann~2", "Bob~2", "NA~2"]
    assert people["age"].to_pylist() == [30, None, 5] * 3
    assert people.schema == pq.read_schema(tmp_path / "data" / "customers" / "a.parquet")
    assert (made.folder / "regions.csv").read_bytes() == (tmp_path / "data" / "regions.csv").read_bytes()
    tables = made.manifest["tables"]
    assert {name: (table["rows"], table["left_out"]) for name, table in tables.items()} == {
        "orders": (12, 1),
        "customers": (9, 0),
        "regions": (2, 0),
    }
    assert made.manifest["fresh"] == {"customers": ["name"], "orders": ["customer", "number"], "regions": []}


def test_the_command_says_how_to_run_on_the_copies(document: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "two"
    for told in ("", ", there already"):
        assert main(["generate", str(document), "--replicate", "2", "--out", str(out), "--quiet"]) == 0
        first, left_out, run = capsys.readouterr().out.splitlines()
        assert first.startswith(f"{out}: orders 8, customers 6, regions 2 rows, ")
        assert first.endswith(f"MB{told}")
        assert left_out == "orders: 1 lines with another number of fields are not in the copies"
        assert run == f"crossover run {document} --set data={out} --set region={out}/regions.csv"


def test_what_the_data_was_is_part_of_what_the_copies_are(document: Path, tmp_path: Path) -> None:
    replicate(Replica(document, {}, 2), tmp_path / "two")
    with (tmp_path / "data" / "regions.csv").open("a", encoding="utf-8") as file:
        file.write("3,0.3\n")
    with pytest.raises(ConfigError, match="holds other data: its inputs"):
        replicate(Replica(document, {}, 2), tmp_path / "two")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("path: $region", "path: DATA/regions.csv", "source `regions` would still be read from"),
        ("number: {from: [code, id], type: int}", "number: {from: [code, id], type: double}", "copies of `orders` cannot be kept apart"),
        ("path: $region", "path: $data/orders.csv", "sources `orders` and `regions` read the same file"),
    ],
)
def test_what_cannot_be_copied_is_refused_before_anything_is_written(
    document: Path, tmp_path: Path, old: str, new: str, message: str
) -> None:
    text = document.read_text(encoding="utf-8")
    assert old in text
    document.write_text(text.replace(old, new.replace("DATA", str(tmp_path / "data"))), encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        replicate(Replica(document, {}, 2), tmp_path / "two")
    assert not (tmp_path / "two").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--replicate", "1"], "`--replicate 1`: expected a number of copies from 2 to 10000"),
        (["--replicate", "2", "--scale", "0.1"], "`--scale` goes with a workload, not with --replicate"),
        (["--set", "data=x"], "`--set` goes with --replicate"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    document: Path, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["generate", str(document), *arguments]) == 2
    assert message in capsys.readouterr().err


FRESH = {
    # origin and dest are looked up in one table of airports, so they are one group; the airlines are shared
    "flights": {
        "airlines": [],
        "airports": ["faa"],
        "flights": ["dest", "origin", "tailnum"],
        "planes": ["tailnum"],
        "weather": ["origin"],
    },
    "taxi": {"trips": [], "zones": []},
    "zones": {"trips": ["zone"], "zones": ["zone"]},
    "segments": {
        "customers": ["customer_id"],
        "orders": ["customer_id", "order_id"],
        "lines": ["order_id"],
        "returns": ["order_id"],
    },
    "fraud": {"accounts": [], "transactions": ["transaction"]},
}


@pytest.mark.parametrize("name", FRESH)
def test_fresh_are_the_fewest_columns_that_keep_copies_apart(name: str) -> None:
    loaded = load_document(ROOT / "conf" / f"{name}.yaml")
    copying = choose_for(loaded, build_plan(loaded))
    assert {source: list(copying.fresh(source)) for source in loaded.document.sources} == FRESH[name]
