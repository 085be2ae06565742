"""Data sets on disk: the same bytes whoever makes them, and never a part taken for the whole."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from crossover.cli.main import main
from crossover.core.errors import ConfigError, DataError
from crossover.generate import dataset, making, retail
from crossover.generate.dataset import generate
from crossover.generate.request import Request
from crossover.generate.workload import Part
from crossover.runs.durable import read_json

pytestmark = pytest.mark.once


def contents(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_one_worker_and_four_write_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "FEW_PARTS", 2)
    asked = Request("retail", "0.1", file_format="csv", dirt=(("negative_quantity", 0.01),))
    one, four = (generate(asked, tmp_path / str(workers), workers=workers) for workers in (1, 4))
    assert contents(one.folder) == contents(four.folder)
    assert max(table["files"] for table in one.manifest["tables"].values()) >= 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1", "4"]


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_a_file_holds_what_was_made(file_format: str, tmp_path: Path) -> None:
    asked = Request("retail", "0.001", file_format=file_format)
    folder = generate(asked, tmp_path / "data").folder
    for part in asked.made().parts():
        for name, table in asked.made().make(part).items():
            path = folder / name / f"part-00000.{file_format}"
            read = pyarrow.csv.read_csv(path).cast(table.schema) if file_format == "csv" else pq.read_table(path)
            assert read.equals(table)


def test_times_are_written_without_seconds_and_nothing_is_quoted(tmp_path: Path) -> None:
    folder = generate(Request("payments", "0.0001"), tmp_path / "data").folder
    header, first, *_ = (folder / "transactions" / "part-00000.csv").read_text(encoding="utf-8").splitlines()
    assert header == "amount,IBAN,senderID,receiverID,transactionID,isFraud,time"
    assert len(first.split(",")[-1]) == len("2023-04-26T14:58")
    assert '"' not in header + first


def test_what_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    asked = Request("retail", "0.001")
    first = generate(asked, tmp_path / "data")
    before = {path: path.stat().st_mtime_ns for path in first.folder.rglob("*")}
    again = generate(asked, tmp_path / "data")
    assert (first.unchanged, again.unchanged) == (False, True)
    assert again.manifest == first.manifest
    assert {path: path.stat().st_mtime_ns for path in first.folder.rglob("*")} == before


@pytest.mark.parametrize("other", [Request("retail", "0.002"), Request("retail", "0.001", seed=2), Request("payments", "0.001")])
def test_other_data_is_neither_used_nor_overwritten(other: Request, tmp_path: Path) -> None:
    made = generate(Request("retail", "0.001"), tmp_path / "data")
    before = contents(made.folder)
    with pytest.raises(ConfigError, match=r"holds other data: its (scale|seed|workload) is"):
        generate(other, made.folder)
    assert contents(made.folder) == before


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("final", encoding="utf-8")
    with pytest.raises(ConfigError, match="holds something that `crossover generate` did not make"):
        generate(Request("retail", "0.001"), tmp_path)
    assert contents(tmp_path).keys() == {"thesis.txt"}


def test_a_file_that_was_cut_is_noticed(tmp_path: Path) -> None:
    asked = Request("retail", "0.001")
    file = generate(asked, tmp_path / "data").folder / "lines" / "part-00000.parquet"
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(DataError, match=r"`lines` in .* was changed after it was made"):
        generate(asked, tmp_path / "data")


class _Stopped(Exception):
    pass


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(retail, "_ORDERS_IN_A_PART", 1_000)
    making._workload.cache_clear()
    yield
    making._workload.cache_clear()


def test_an_interrupted_one_is_not_there_and_is_gone_on_with(tmp_path: Path, small_parts: None, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Request("retail", "0.001")
    expected = contents(generate(asked, tmp_path / "expected", workers=1).folder)
    make, made = retail.Retail.make, list[Part]()

    def stop_at_the_third(self: retail.Retail, part: Part) -> object:
        made.append(part)
        if len(made) == 3:
            raise _Stopped
        return make(self, part)

    monkeypatch.setattr(retail.Retail, "make", stop_at_the_third)
    with pytest.raises(_Stopped):
        generate(asked, tmp_path / "data", workers=1)
    assert not (tmp_path / "data").exists()
    generate(asked, tmp_path / "data", workers=1)
    assert contents(tmp_path / "data") == expected
    count = sum(1 for _ in asked.made().parts())
    assert len(made) == count + 1  # the third twice, no other


def test_progress_tells_each_part(tmp_path: Path, small_parts: None) -> None:
    told: list[tuple[int, int]] = []
    generate(Request("retail", "0.001"), tmp_path / "data", workers=1, told=lambda done, of: told.append((done, of)))
    assert told == [(done, told[0][1]) for done in range(told[0][1] + 1)]
    assert len(told) > 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["retial"], "no workload `retial`; did you mean `retail`?"),
        (["retail", "--scale", "0"], "`--scale 0`: expected a number above 0"),
        (["retail", "--scale", "1/10"], "`--scale 1/10`: expected a number above 0"),
        (["retail", "--scale", "big"], "`--scale big`: expected a number above 0"),
        (["retail", "--format", "orc"], "`--format orc`: expected csv or parquet"),
        (["retail", "--seed", "-1"], "`--seed -1`: expected a whole number"),
        (["retail", "--dirt", "negative_quantity"], "`--dirt negative_quantity`: expected KIND=RATE"),
        (["retail", "--dirt", "negative_amount=0.1"], "no dirt `negative_amount` of retail"),
        (["retail", "--dirt", "negative_quantity=0.9"], "`--dirt negative_quantity=0.9`: a rate is above 0 and at most 0.5"),
        (["retail", "--dirt", "unparsable_date=0.1"], "`unparsable_date` is a text that only csv can hold, and orders is parquet"),
    ],
)
def test_a_wrong_command_says_what_it_expected(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["generate", *arguments]) == 2
    assert message in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_the_command_tells_what_it_made(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["generate", "retail", "--scale", "0.001", "--quiet"]) == 0
    first = capsys.readouterr().out
    assert first.startswith("data/retail-0.001: customers 71, orders ")
    assert main(["generate", "retail", "--scale", "0.001", "--quiet"]) == 0
    assert capsys.readouterr().out == first.rstrip("\n") + ", there already\n"
    assert main(["generate", "retail", "--scale", "0.001", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    manifest = read_json(tmp_path / "data" / "retail-0.001" / "manifest.json")
    assert told == {"folder": "data/retail-0.001", "unchanged": True, **manifest}
    assert dataset.generate(Request("retail", "0.001")).unchanged
