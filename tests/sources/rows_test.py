"""The strict read of a block: it may give up, but what it gives is what the tolerant read gives."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from crossover.language.types import BOOLEAN, DATE, DOUBLE, INT, STRING, TIMESTAMP
from crossover.sources.layout import Layout, layout_of
from crossover.sources.partitions import SourceFile
from crossover.sources.rows import read_strictly, read_tolerantly
from crossover.sources.specification import RAW, REASON, CsvSource, SourceColumn
from tests.sources.dirty import COLUMNS, dirty_csv

TYPED = tuple(SourceColumn(kind.name, (kind.name,), kind) for kind in (INT, DOUBLE, BOOLEAN, DATE, TIMESTAMP, STRING))
CLEAN = b"1,1.5,true,2013-01-01,2013-01-01 10:20,text\n"


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return layout_over(tmp_path, multiline=False)


def layout_over(folder: Path, *, multiline: bool) -> Layout:
    file = folder / "file.csv"
    file.write_text(",".join(column.name for column in TYPED) + "\n")
    source = CsvSource("s", str(file), TYPED, multiline=multiline)
    return layout_of(source, SourceFile(file), [column.name for column in TYPED])


@pytest.mark.parametrize("seed", range(12))
def test_each_line_alone_is_read_alike_or_given_up(tmp_path: Path, seed: int) -> None:
    dirty = dirty_csv(seed, tmp_path / "dirty.csv", odd=0.08, noise=0.2, multiline=seed % 2 == 0)
    layout = layout_of(dirty.source, SourceFile(tmp_path / "dirty.csv"), [*(column.name for column in COLUMNS), REASON, RAW])
    lines = dirty.data[layout.start :].splitlines(keepends=True)
    for block in [*lines, *(b"".join(lines[at : at + 3]) for at in range(len(lines)))]:
        strict, tolerant = read_strictly(block, layout), read_tolerantly(block, layout)
        if strict is not None:
            assert strict.to_pylist() == tolerant.select(layout.wanted).to_pylist()
            assert tolerant[REASON].null_count == tolerant.num_rows


@pytest.mark.parametrize("repeated", [1, 20])
@pytest.mark.parametrize(
    "line",
    [
        pytest.param(CLEAN, id="clean"),
        pytest.param(CLEAN.replace(b"\n", b"\r\n"), id="CRLF"),
        pytest.param(CLEAN + b"\n", id="an empty line"),
        pytest.param(CLEAN.replace(b"text", b'"te,""xt"""'), id="quoted"),
        pytest.param(CLEAN.replace(b"text", "\N{LATIN SMALL LETTER E WITH ACUTE}".encode()), id="not ASCII"),
        pytest.param(CLEAN.replace(b"text", b"Mexico 0x10"), id="0x in a string"),
        pytest.param(b",,,,,\n", id="nulls"),
        pytest.param(b'"","","","","",""\n', id="quoted nulls"),
        pytest.param(b" 1\t, 1.5 ,1,0001-01-01,9999-12-31T23:59:59.999999,\n", id="at the borders"),
    ],
)
def test_a_clean_block_is_read_strictly(layout: Layout, line: bytes, repeated: int) -> None:
    table = read_strictly(line * repeated, layout)
    assert table is not None
    assert table.num_rows == repeated
    assert table.to_pylist() == read_tolerantly(line * repeated, layout).to_pylist()


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(CLEAN.replace(b"1,", b"0x10,", 1), id="hexadecimal"),
        pytest.param(CLEAN.replace(b"1.5", b"nan"), id="not a number"),
        pytest.param(CLEAN.replace(b"1.5", b"-inf"), id="infinite"),
        pytest.param(CLEAN.replace(b"1.5", b"1e400"), id="too large"),
        pytest.param(CLEAN.replace(b"01,2013", b"01,0000"), id="a timestamp in the year 0"),
        pytest.param(CLEAN.replace(b"2013-01-01,", b"0000-12-31,"), id="a date in the year 0"),
        pytest.param(CLEAN.replace(b"text", b"te\0xt"), id="NUL"),
        pytest.param(CLEAN.replace(b"text", b"te\xffxt"), id="not UTF-8"),
        pytest.param(CLEAN.replace(b"text", b'"te"xt'), id="text behind a quote"),
        pytest.param(CLEAN.replace(b"text", b'"te\n1,"'), id="a quote left open"),
        pytest.param(CLEAN.replace(b"text", b'"te\n"') + b"\r" + CLEAN, id="a quote left open and a lone CR"),
        pytest.param(CLEAN + b"  \n", id="blanks"),
        pytest.param(CLEAN + b"1,2\n", id="a short record"),
        pytest.param(CLEAN.replace(b"text", b"te,xt"), id="a long record"),
    ],
)
def test_what_may_not_fit_is_not_read_strictly(layout: Layout, line: bytes) -> None:
    assert read_strictly(CLEAN + line, layout) is None


def test_a_line_break_in_quotes_is_read_strictly_if_it_is_declared(tmp_path: Path) -> None:
    table = read_strictly(CLEAN.replace(b"text", b'"te\r\nxt"'), layout_over(tmp_path, multiline=True))
    assert table is not None
    assert table["string"].to_pylist() == ["te\r\nxt"]


def test_a_column_of_one_declared_string_has_no_strict_read(tmp_path: Path) -> None:
    file = tmp_path / "one.csv"
    file.write_text("a\n")
    layout = layout_of(CsvSource("s", str(file), (SourceColumn("a", ("a",), STRING),)), SourceFile(file), ["a"])
    assert read_strictly(b" \n", layout) is None
    assert read_tolerantly(b" \nx\n", layout).to_pylist() == [{"a": "x"}]


def test_a_mark_of_order_in_the_middle_of_a_file_is_a_character(layout: Layout) -> None:
    block = "\N{BOM}".encode() + CLEAN
    assert read_strictly(block, layout) is None
    assert read_tolerantly(block, layout).to_pylist() == [dict.fromkeys(layout.wanted)]


def test_the_types_are_the_canonical_ones(layout: Layout) -> None:
    expected = [pa.int64(), pa.float64(), pa.bool_(), pa.date32(), pa.timestamp("us"), pa.string()]
    for table in (read_strictly(CLEAN, layout), read_tolerantly(CLEAN + b"x\n", layout), read_tolerantly(b"", layout)):
        assert table is not None
        assert table.schema.types == expected
