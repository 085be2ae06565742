"""Whether a line of a file may be a header once more."""

from __future__ import annotations

from pathlib import Path

import pytest

from crossover.language.types import INT, STRING
from crossover.sources import repeated_header
from crossover.sources.layout import layout_of
from crossover.sources.partitions import files_of
from crossover.sources.repeated_header import may_stand_again
from crossover.sources.specification import CsvSource, SourceColumn

ID, NAME = SourceColumn("id", ("id",), INT), SourceColumn("name", ("name",), STRING)


def may(folder: Path, *contents: bytes, columns: tuple[SourceColumn, ...] = (ID, NAME), encoding: str = "utf-8") -> bool:
    for number, content in enumerate(contents):
        (folder / f"{number}.csv").write_bytes(content)
    source = CsvSource("s", str(folder), columns, encoding=encoding)
    return may_stand_again([layout_of(source, file, ("id",)) for file in files_of(source)])


@pytest.mark.parametrize("behind", [b"", b"\n", b"\r", b"\r\n", b"\n1,a"])
@pytest.mark.parametrize("line_end", [b"\n", b"\r", b"\r\n"])
def test_a_whole_line_is_found(tmp_path: Path, line_end: bytes, behind: bytes) -> None:
    assert may(tmp_path, b"id,name" + line_end + b"id,name" + behind)


@pytest.mark.parametrize("content", [b"id,name\n", b"id,name", b"\n \nid,name\n1,a\n", b"\xef\xbb\xbfid,name\n1,a\n"])
def test_the_header_itself_is_none(tmp_path: Path, content: bytes) -> None:
    assert not may(tmp_path, content)


@pytest.mark.parametrize("line", [b"id,names", b" id,name", b"x,id,name", b"id,nam", b"id,name,"])
def test_a_part_of_a_line_is_none(tmp_path: Path, line: bytes) -> None:
    assert not may(tmp_path, b"id,name\n1,a\n" + line + b"\n2,b\n")


def test_the_header_of_another_file_is_found(tmp_path: Path) -> None:
    assert may(tmp_path, b"id,name,x\n1,a,b\n", b"id,name\n1,a\nid,name,x\n")


def test_letters_are_looked_for_as_they_are_written(tmp_path: Path) -> None:
    header = "id,name,\u00fc".encode("latin-1")
    assert may(tmp_path, header + b"\n1,a,b\n" + header, encoding="latin-1")
    assert not may(tmp_path, header + b"\n1,a,b\n", encoding="latin-1")


def test_many_lines_that_begin_alike_are_not_looked_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = b"id\n" + b"ids\n" * 50
    assert not may(tmp_path, content, columns=(ID,))
    monkeypatch.setattr(repeated_header, "MOST_TRIES", 50)
    assert may(tmp_path, content, columns=(ID,))
