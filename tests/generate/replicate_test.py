"""Copies of a document's data: what meets in the original meets in each copy, and nothing else."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from crossover.cli.main import main
from crossover.core.errors import ConfigError, DataError
from crossover.document.load import load_document
from crossover.generate.replicate import Replica, choose_for, replicate
from crossover.plan.build import build_plan
from crossover.sources.partitions import files_of

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
        assert left_out == "orders: 1 records that are no rows (quotes or fields not in order) are not in the copies"
        assert run == f"crossover run {document} --set data={out} --set region={out}/regions.csv"


def test_what_the_data_was_is_part_of_what_the_copies_are(document: Path, tmp_path: Path) -> None:
    replicate(Replica(document, {}, 2), tmp_path / "two")
    with (tmp_path / "data" / "regions.csv").open("a", encoding="utf-8") as file:
        file.write("3,0.3\n")
    with pytest.raises(ConfigError, match="holds other data: its inputs"):
        replicate(Replica(document, {}, 2), tmp_path / "two")


def append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(text)


def test_records_whose_quotes_are_not_in_order_are_left_out_and_take_no_other_with_them(document: Path, tmp_path: Path) -> None:
    append(
        tmp_path / "data" / "orders.csv",
        '21,"Ann"x,2024-01-04T10:00,1,1,true,text behind a quote\n'
        '22,"Ann,2024-01-04T10:00,1,1,true,left open\n'
        "23,Ann,2024-01-05T10:00,1,1,true,sound\n",
    )
    made = replicate(Replica(document, {}, 2), tmp_path / "two")
    found = rows(made.folder / "orders.csv")[1:]
    assert [row[0] for row in found] == ["7", "9", " 12.0", "NA", "23", "24", "26", "29", "NA", "40"]
    assert made.manifest["tables"]["orders"]["left_out"] == 3


def test_a_number_of_more_than_64_bits_is_no_number_and_stays(document: Path, tmp_path: Path) -> None:
    append(tmp_path / "data" / "orders.csv", "99999999999999999999,Bob,,,,,\n9223372036854775808,Bob,,,,,\n0000000000000000000000000030,Bob,,,,,\n")
    found = rows(replicate(Replica(document, {}, 2), tmp_path / "two").folder / "orders.csv")
    # from 7 to 30 are 24 numbers
    assert [row[0] for row in found[8:]] == ["31", "33", "36", "NA", "99999999999999999999", "9223372036854775808", "54"]


def test_a_number_without_room_for_a_copy_is_said(document: Path, tmp_path: Path) -> None:
    append(tmp_path / "data" / "orders.csv", "9223372036854775807,Bob,,,,,\n")
    with pytest.raises(DataError, match="column `id`: copy 1 has no room for fresh numbers"):
        replicate(Replica(document, {}, 2), tmp_path / "two")
    assert not (tmp_path / "two").exists()


def test_a_text_that_ends_as_those_of_copies_do_meets_none_of_them(document: Path, tmp_path: Path) -> None:
    append(tmp_path / "data" / "orders.csv", "13,Ann~1,,,,,\n14,Ann~~2,,,,,\n15,~,,,,,\n")
    customers = [row[1] for row in rows(replicate(Replica(document, {}, 3), tmp_path / "three").folder / "orders.csv")[1:]]
    copies = [set(customers[start : start + 7]) - {"NA"} for start in (0, 7, 14)]
    assert copies[0] == {"Ann", "Bob", "Ann~1", "Ann~~2", "~"}
    assert copies[1] == {f"{text}~~~1" for text in copies[0]}
    assert copies[2] == {f"{text}~~~2" for text in copies[0]}


ONE_SOURCE = """
pipeline: sales
parameters: {data: DATA, shop: UA}
sources:
  sales:
    path: PATH
    key: [number]
    columns: {number: int, shop: string, paid: double}
features:
  sales:
    - filter: shop = $shop
store: [sales]
"""


@pytest.mark.parametrize(("data", "path"), [("data/sales", "$data"), ("data", "$data/sales/*.csv"), ("data/sales/1.csv", "$data"), ("1.csv", "$data")])
def test_a_folder_a_pattern_and_a_file_of_this_folder_are_read_from_the_copies(
    data: str, path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data" / "sales").mkdir(parents=True)
    for place in (tmp_path / "data" / "sales" / "1.csv", tmp_path / "1.csv"):
        place.write_text("number,shop,paid\n1,UA,2.5\n2,AA,3\n", encoding="utf-8")
    (tmp_path / "sales.yaml").write_text(ONE_SOURCE.replace("DATA", data).replace("PATH", path), encoding="utf-8")
    replica = Replica(Path("sales.yaml"), {}, 2)
    made = replicate(replica, Path("two"))
    settings = made.manifest["settings"]
    assert list(settings) == ["data"]
    (source,) = build_plan(load_document("sales.yaml", settings)).sources.values()
    (file,) = files_of(source)
    assert rows(file.path) == [["number", "shop", "paid"], ["1", "UA", "2.5"], ["2", "AA", "3"], ["3", "UA", "2.5"], ["4", "AA", "3"]]
    assert replicate(replica, Path("two")).unchanged


def test_a_parameter_that_is_a_piece_of_a_name_leads_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "sales-7.csv").write_text("number,shop,paid\n1,UA,2.5\n", encoding="utf-8")
    text = ONE_SOURCE.replace("{data: DATA, shop: UA}", '{data: data, shop: UA, suffix: "-7", none: ""}').replace("PATH", "$data/sales${suffix}${none}.csv")
    (tmp_path / "sales.yaml").write_text(text, encoding="utf-8")
    made = replicate(Replica(Path("sales.yaml"), {}, 2), Path("two"))
    assert made.manifest["settings"] == {"data": "two"}
    assert (made.folder / "sales-7.csv").exists()


def test_the_same_files_by_other_parameters_are_other_copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data" / "sales").mkdir(parents=True)
    (tmp_path / "data" / "sales" / "1.csv").write_text("number,shop,paid\n1,UA,2.5\n", encoding="utf-8")
    for data, path in (("data", "$data/sales/*.csv"), ("data/sales", "$data/*.csv")):
        (tmp_path / f"{data.replace('/', '-')}.yaml").write_text(ONE_SOURCE.replace("DATA", data).replace("PATH", path), encoding="utf-8")
    replicate(Replica(Path("data.yaml"), {}, 2), Path("two"))
    with pytest.raises(ConfigError, match="holds other data: its paths"):
        replicate(Replica(Path("data-sales.yaml"), {}, 2), Path("two"))


def test_text_that_is_no_utf_8_is_refused(document: Path, tmp_path: Path) -> None:
    with (tmp_path / "data" / "orders.csv").open("ab") as file:
        file.write(b"14,J\xf6rg,,,,,\n")
    with pytest.raises(DataError, match="holds text that is no UTF-8"):
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
