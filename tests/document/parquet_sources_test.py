"""What a document says of Parquet files and folders, and what it may not say."""

from __future__ import annotations

from pathlib import Path

import pytest

from crossover.core.errors import ConfigError
from crossover.document.load import Loaded, load_document
from crossover.sources.specification import CsvSource, FileSource, ParquetSource


def load(folder: Path, source: str, parameters: str = "{}") -> Loaded:
    document = folder / "d.yaml"
    document.write_text(f"pipeline: p\nparameters: {parameters}\nsources:\n  t:\n{source}")
    return load_document(document)


def specification(folder: Path, source: str, parameters: str = "{}") -> FileSource:
    section = load(folder, source, parameters).document.sources["t"]
    assert section is not None
    return section.specification("t")


@pytest.mark.parametrize(
    ("path", "is_parquet"),
    [
        ("a.parquet", True),
        ("data/*.parquet", True),
        ("data/day=*/*.pq", True),
        ("a.csv", False),
        ("$place", True),
        ("FOLDER/parquet", True),
        ("FOLDER/parquet/*/*", True),
        ("FOLDER/csv", False),
        ("not there", False),
        ("{a.txt, format: parquet}", True),
        ("{a.parquet, format: csv}", False),
    ],
)
def test_the_ending_decides_unless_the_format_is_said(tmp_path: Path, path: str, is_parquet: bool) -> None:
    for name in ("parquet/day=1/a.parquet", "parquet/_SUCCESS", "csv/a.csv"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    said, _, setting = path.strip("{}").partition(", ")
    lines = f"    path: {said.replace('FOLDER', str(tmp_path))}\n    columns: {{a: int}}\n" + (f"    {setting}\n" if setting else "")
    found = specification(tmp_path, lines, "{place: data/x.parquet}" if said == "$place" else "{}")
    assert isinstance(found, ParquetSource if is_parquet else CsvSource)


def test_an_empty_text_is_null_in_parquet_only_if_the_document_says_so(tmp_path: Path) -> None:
    lines = "    path: a.parquet\n    columns: {a: string}\n"
    assert specification(tmp_path, lines).nulls == ()
    assert specification(tmp_path, lines + '    nulls: ["", NA]\n').nulls == ("", "NA")
    assert specification(tmp_path, lines.replace("parquet", "csv")).nulls == ("",)


def test_partitions_are_columns_and_may_be_the_key(tmp_path: Path) -> None:
    lines = "    path: lake\n    columns: {a: int}\n    partitions: {day: date, area: string}\n    key: [day, a]\n"
    loaded = load(tmp_path, lines)
    section = loaded.document.sources["t"]
    assert section is not None
    assert {name: str(type_) for name, type_ in section.types().items()} == {"a": "int", "day": "date", "area": "string"}
    assert [(each.name, str(each.type)) for each in section.specification("t").partitions] == [("day", "date"), ("area", "string")]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("where: dy > $first", "no column `dy` in `partitions` here; did you mean `day`?"),
        ("where: a = 1", "no column `a` in `partitions` here"),
        ("where: day", "expected boolean, this is date; write a comparison"),
        ("where: day > $frst", "no parameter `frst`; did you mean `first`?"),
        ("where: day > 2019", "this is int, but date stands beside it"),
        ("where: hash_share('x', day) < 0.5", "`where` is answered before an engine starts, which knows no `hash_share`: compare the partitions themselves"),
        ("delimiter: ';'", "`delimiter` is for CSV; a Parquet file says itself what it holds"),
        ("multiline: true", "`multiline` is for CSV; a Parquet file says itself what it holds"),
    ],
)
def test_what_cannot_be_said_is_refused(tmp_path: Path, line: str, message: str) -> None:
    lines = f"    path: lake/*.parquet\n    columns: {{a: int}}\n    partitions: {{day: date}}\n    {line}\n"
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, lines, '{first: {type: date, default: "2019-01-01"}}')
    (problem,) = caught.value.problems
    assert problem.message == message
    assert problem.line == 8


def test_a_format_of_dates_is_for_text(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, '    path: a.parquet\n    columns: {d: {type: date, format: "%d.%m.%Y"}}\n')
    assert [each.message for each in caught.value.problems] == ["`format` is for CSV; in a Parquet file `d` is a date already"]


def test_a_partition_cannot_have_the_name_of_a_column(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"the columns `A` and `a` .* differ by case alone"):
        load(tmp_path, "    path: lake\n    columns: {a: int}\n    partitions: {A: int}\n")
