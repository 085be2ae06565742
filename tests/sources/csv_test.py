"""Whole files: golden rows written here, each oddity in a file of its own."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from crossover.core.errors import ConfigError, DataError, InternalError
from crossover.language.types import BOOLEAN, DATE, DOUBLE, INT, STRING, TIMESTAMP
from crossover.sources.csv import read
from crossover.sources.specification import FILE, RAW, REASON, ROW, CsvSource, SourceColumn

A, B = SourceColumn("a", ("a",), INT), SourceColumn("b", ("b",), STRING)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def rows_of(data: bytes, wanted: tuple[str, ...] = ("a", "b", ROW, REASON, RAW), **settings: Any) -> list[tuple[Any, ...]]:
    Path("t.csv").write_bytes(data)
    source = CsvSource("t", "t.csv", **{"columns": (A, B), **settings})
    return [tuple(each.values()) for each in read(source, wanted).to_pylist()]


def good(*rows: tuple[Any, ...], first: int = 2) -> list[tuple[Any, ...]]:
    return [(*row, number, None, None) for number, row in enumerate(rows, first)]


def aside(number: int, reason: str, raw: str) -> tuple[Any, ...]:
    return (None, None, number, reason, raw)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"a,b\n1,x\n2,y\n", id="LF"),
        pytest.param(b"a,b\r\n1,x\r\n2,y\r\n", id="CRLF"),
        pytest.param(b"a,b\r1,x\r2,y", id="CR"),
        pytest.param(b"a,b\r\n1,x\n2,y", id="mixed, no line end at the end"),
        pytest.param(b"\n\na,b\n\n1,x\r\n\r\n2,y\n\n\n", id="empty lines"),
        pytest.param(b" \n\t\na,b\n \t\n1,x\n  \n2,y\n \n", id="lines of blanks"),
        pytest.param(b"\xef\xbb\xbfa,b\n1,x\n2,y\n", id="BOM"),
        pytest.param(b'"a","b"\n"1","x"\n"2","y"\n', id="all quoted"),
        pytest.param(b" a ,\tb\n1,x\n2,y\n", id="blanks around headers"),
        pytest.param(b"b,c,a\nx,,1\ny,?,2\n", id="other order and an undeclared column"),
        pytest.param(b"a,b,c,c,\n1,x,,,\n2,y,,,\n", id="undeclared columns of one name or none"),
    ],
)
def test_these_files_are_one_table(data: bytes) -> None:
    assert rows_of(data) == good((1, "x"), (2, "y"))


@pytest.mark.parametrize(
    ("line", "value"),
    [
        (b"1,x y", "x y"),
        (b"1, x\t", " x\t"),
        (b'1,"x,y"', "x,y"),
        (b'1,"x""y"', 'x"y'),
        (b'1,""""', '"'),
        (b'1,"""x"""', '"x"'),
        (b'1,5" pipe', '5" pipe'),
        (b'1,x"y"z', 'x"y"z'),
        (b'1, "x"', ' "x"'),
        (b"1,x\\", "x\\"),
        (b'1,"x\\"', "x\\"),
        (b"1,'x'", "'x'"),
        (b"1,#x", "#x"),
        (b"1,\xc3\x85\xf0\x9f\x98\x80", "\u00c5\U0001f600"),
        (b"1,x\x0b\x0c\x1c\xc2\x85\xe2\x80\xa8y", "x\x0b\x0c\x1c\x85\u2028y"),
        (b"1,\xef\xbf\xbd", "\ufffd"),
        (b"1,\xef\xbb\xbf", "\ufeff"),
        (b"1,null", "null"),
        (b"1, ", " "),
        (b"1,", None),
        (b'1,""', None),
        (b"1,NA", None),
        (b'1,"NA"', None),
        (b"1, NA", " NA"),
        (b"1,na", "na"),
    ],
)
@pytest.mark.parametrize("beside", [b"", b"1,?\nnot an int,?\n"], ids=["strictly", "tolerantly"])
def test_a_string_is_what_stands_in_the_file(line: bytes, value: str | None, beside: bytes) -> None:
    rows = rows_of(b"a,b\n" + beside + line + b"\n", nulls=("", "NA"))
    assert rows[-1][:2] == (1, value)


@pytest.mark.parametrize(
    ("line", "reason", "raw"),
    [
        (b"x,y", "a: not an int", "x,y"),
        (b" ,y", "a: not an int", " ,y"),
        (b"9223372036854775808,y", "a: not an int", "9223372036854775808,y"),
        (b"0x1,y", "a: not an int", "0x1,y"),
        (b"1", "1 field, expected 2", "1"),
        (b"1,2,3", "3 fields, expected 2", "1,2,3"),
        (b",,", "3 fields, expected 2", ",,"),
        (b'1,"y', "quote left open", '1,"y'),
        (b'1,"y""', "quote left open", '1,"y""'),
        (b'1,"', "quote left open", '1,"'),
        (b'"1,y', "quote left open", '"1,y'),
        (b'1,"x"y', "text behind a closing quote", '1,"x"y'),
        (b'1,"x" ', "text behind a closing quote", '1,"x" '),
        (b'"1"2,"y', "text behind a closing quote", '"1"2,"y'),
        (b'1,"x",3', "3 fields, expected 2", '1,"x",3'),
        (b"1,\xff", "not valid UTF-8", "1,\ufffd"),
        (b"1,\xed\xa0\x80", "not valid UTF-8", "1,\ufffd\ufffd\ufffd"),
        (b"1,\xc3", "not valid UTF-8", "1,\ufffd"),
        (b"1,\0", "a NUL character", "1,\0"),
        (b"\0", "a NUL character", "\0"),
        (b'\xff\0"', "not valid UTF-8", '\ufffd\0"'),
        (b'1,\0,"', "a NUL character", '1,\0,"'),
    ],
)
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b""], ids=["LF", "CRLF", "at the end"])
def test_a_row_that_does_not_fit_is_set_aside_alone(line: bytes, reason: str, raw: str, end: bytes) -> None:
    before, after = b"1,p\n\n", b"3,q\n" if end else b""
    expected = [*good((1, "p")), aside(3, reason, raw), *(good((3, "q"), first=4) if end else [])]
    assert rows_of(b"a,b\n" + before + line + end + after) == expected


def test_every_declared_column_is_checked_wanted_or_not_and_reasons_stand_in_declared_order() -> None:
    kinds = [("when", DATE), ("n", INT), ("x", DOUBLE), ("ok", BOOLEAN), ("at", TIMESTAMP), ("text", STRING)]
    columns = tuple(SourceColumn(name, (name,), kind) for name, kind in kinds)
    data = b"text,at,ok,x,n,when\nt,2013-01-01 10,1,1,1,2013-01-01\nt,?,?,?,?,?\nt,2013-01-01,yes,1.5,1.5,2013-01-01\n"
    assert rows_of(data, ("text", REASON), columns=columns) == [
        ("t", None),
        (None, "when: not a date; n: not an int; x: not a double; ok: not a boolean; at: not a timestamp"),
        (None, "n: not an int; ok: not a boolean"),
    ]


def test_a_reason_names_the_column_as_declared_and_its_format() -> None:
    columns = (SourceColumn("day", ("The Day",), DATE, "%d.%m.%Y"),)
    assert rows_of(b"The Day,b\n1.2.2013,\n2013-02-01,\n", ("day", REASON), columns=columns) == [
        (date(2013, 2, 1), None),
        (None, "day: not a date of the form %d.%m.%Y"),
    ]


def test_raw_is_bounded_to_characters() -> None:
    rows = rows_of(b"a,b\n" + b"x," + "\U0001f600".encode() * 2000 + b"\n" + b"x," + b"\xff" * 2000 + b"\n")
    assert [row[4] for row in rows] == ["x," + "\U0001f600" * 998, "x," + "\ufffd" * 998]


def test_timestamps_of_one_file_may_mix_zones() -> None:
    columns = (SourceColumn("at", ("at",), TIMESTAMP),)
    data = b"at,b\n2013-01-01 10:00,\n2013-01-01T10:00Z,\n2013-01-01T10:00:00.5-02:00,\n"
    assert rows_of(data, ("at",), columns=columns) == [
        (datetime(2013, 1, 1, 10),),
        (datetime(2013, 1, 1, 10),),
        (datetime(2013, 1, 1, 12, 0, 0, 500000),),
    ]


def test_a_line_break_in_quotes_belongs_to_its_record_only_with_multiline() -> None:
    data = b'a,b\n1,"x\ny"\n2,z\n'
    assert rows_of(data, multiline=True) == good((1, "x\ny"), (2, "z"))
    assert rows_of(data) == [aside(2, "quote left open", '1,"x'), aside(3, "1 field, expected 2", 'y"'), *good((2, "z"), first=4)]


def test_multiline_keeps_line_breaks_and_empty_lines_in_quotes_as_they_are() -> None:
    assert rows_of(b'a,b\r\n1,"x\r\n\r\n \ny"\r\n\r\n2,z\r\n', multiline=True) == good((1, "x\r\n\r\n \ny"), (2, "z"))


def test_multiline_a_quote_that_never_closes_takes_the_rest_of_the_file() -> None:
    assert rows_of(b'a,b\n1,x\n2,"y\n3,z\n', multiline=True) == [*good((1, "x")), aside(3, "quote left open", '2,"y\n3,z\n')]


def test_multiline_text_behind_a_closing_quote_takes_the_rest_of_its_line() -> None:
    data = b'a,b\n1,"x\ny"z,"\n3,q\n'
    assert rows_of(data, multiline=True) == [aside(2, "text behind a closing quote", '1,"x\ny"z,"'), *good((3, "q"), first=3)]


def test_a_header_may_span_lines_with_multiline() -> None:
    columns = (A, SourceColumn("b", ("the\nb",), STRING))
    assert rows_of(b'a,"the\nb"\n1,x\n', columns=columns, multiline=True) == good((1, "x"))


@pytest.mark.parametrize("delimiter", [";", "\t", "|", " ", "^", "]", "-"])
def test_other_delimiters_are_read(delimiter: str) -> None:
    data = 'a,b\n1,x\n2,"p,q"\n,\n3\n4,"y\n'.replace(",", delimiter)
    expected = [
        *good((1, "x"), (2, f"p{delimiter}q"), (None, None)),
        aside(5, "1 field, expected 2", "3"),
        aside(6, "quote left open", f'4{delimiter}"y'),
    ]
    assert rows_of(data.encode(), delimiter=delimiter) == expected


def test_latin_1_is_read() -> None:
    assert rows_of(b"a,b\n1,\xe5\xff\n\xe5,x\n", encoding="latin-1") == [*good((1, "\u00e5\u00ff")), aside(3, "a: not an int", "\u00e5,x")]


def test_a_header_alone_gives_no_rows() -> None:
    assert rows_of(b"a,b") == []
    assert rows_of(b"a,b\r\n\r\n \n") == []


def test_nulls_are_the_complete_list() -> None:
    assert rows_of(b"a,b\n-1,-1\n1,\nNA,NA\n", nulls=("-1",)) == [*good((None, None), (1, "")), aside(4, "a: not an int", "NA,NA")]
    assert rows_of(b"a,b\n1,\n,x\n", nulls=()) == [*good((1, "")), aside(3, "a: not an int", ",x")]


def test_two_columns_may_come_from_one_place_in_the_file() -> None:
    columns = (A, SourceColumn("text", ("a",), STRING), SourceColumn("real", ("a",), DOUBLE))
    assert rows_of(b"a,b\n007,\n1.5,\n", ("a", "text", "real", REASON), columns=columns) == [
        (7, "007", 7.0, None),
        (None, None, None, "a: not an int"),
    ]


def test_rows_are_numbered_file_by_file_and_files_are_in_order() -> None:
    Path("d/sub").mkdir(parents=True)
    Path("d/b.csv").write_bytes(b"b,a\nx,1\n?,?\n")
    Path("d/a.csv").write_bytes(b"a,b\n\n2,y\n")
    Path("d/sub/c.csv").write_bytes(b"a,b\n3,z\n")
    Path("d/_SUCCESS").write_bytes(b"")
    source = CsvSource("t", "d", (A, B))
    table = read(source, (FILE, ROW, "a"))
    assert table.schema.types == [pa.dictionary(pa.int32(), pa.string()), pa.int64(), pa.int64()]
    assert [tuple(row.values()) for row in table.to_pylist()] == [("d/a.csv", 2, 2), ("d/b.csv", 2, 1), ("d/b.csv", 3, None), ("d/sub/c.csv", 2, 3)]


@pytest.mark.parametrize("columns", [(), (ROW,), (FILE, ROW, REASON, RAW), ("b",), ("a", "b"), ("b", ROW, "a")])
@pytest.mark.parametrize("data", [b"a,b\n1,x\n2,y\n", b"a,b\n1,x\nx,y\n"], ids=["clean", "dirty"])
def test_the_columns_asked_for_are_given_in_that_order_with_all_rows(columns: tuple[str, ...], data: bytes) -> None:
    Path("t.csv").write_bytes(data)
    table = read(CsvSource("t", "t.csv", (A, B)), columns)
    assert tuple(table.column_names) == columns
    assert table.num_rows == 2


def test_a_source_of_strings_alone_can_be_counted() -> None:
    Path("t.csv").write_bytes(b"a,b\n1,x\n2\n")
    table = read(CsvSource("t", "t.csv", (B,)), (ROW, REASON))
    assert table.to_pydict() == {ROW: [2, 3], REASON: [None, "1 field, expected 2"]}


def test_blocks_make_no_difference() -> None:
    lines = b"".join(b'%d,"%s"\n' % (number, b"x" * (number % 50)) for number in range(200)) + b"oops,y\n" + b"7,z\n" * 50
    Path("t.csv").write_bytes(b"a,b\n" + lines)
    source = CsvSource("t", "t.csv", (A, B))
    whole = read(source, ("a", "b", ROW, REASON, RAW)).to_pylist()
    assert len(whole) == 251
    assert whole[200] == {"a": None, "b": None, ROW: 202, REASON: "a: not an int", RAW: "oops,y"}
    for size in (1, 64, 1000):
        assert read(source, ("a", "b", ROW, REASON, RAW), block_bytes=size).to_pylist() == whole


@pytest.mark.parametrize("delimiter", [",,", chr(34), "\n", "\u00a7", "a", ""])
def test_a_delimiter_that_cannot_be_one_is_refused(delimiter: str) -> None:
    with pytest.raises(ConfigError, match="source `t`: delimiter"):
        rows_of(b"a,b\n", delimiter=delimiter)


def test_an_encoding_that_is_not_read_is_refused() -> None:
    for encoding in ("utf-16", "no such"):
        with pytest.raises(ConfigError, match=f"encoding '{encoding}' is not read; utf-8 and latin-1 are"):
            rows_of(b"a,b\n", encoding=encoding)


def test_a_column_that_is_not_declared_is_a_fault_of_the_caller() -> None:
    with pytest.raises(InternalError, match="has no column c"):
        rows_of(b"a,b\n", ("c",))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "source `t`: t.csv is empty (0 bytes): it has no header line"),
        (b"\xef\xbb\xbf\n \n", "source `t`: t.csv has no header line"),
        (b"A1,b\n", "source `t`: t.csv has no column `a`"),
        (b"a;b\n", "source `t`: t.csv has no column `a`\n        its header: a;b"),
        (b"b,amount,A\n", "source `t`: t.csv has no column `a`; did you mean `A`?\n        its header: b, amount, A"),
        (b"a,b,a\n", "source `t`: t.csv has the column `a` 2 times"),
        (b'a,"b\n1,x\n', "source `t`: t.csv: the quotes of the header line are not in order"),
        (b"a,b\xff\n", "source `t`: t.csv: the header line is not valid UTF-8"),
        (b"a,b\0\n", "source `t`: t.csv: the header line holds a NUL character"),
        (b"PAR1....", "source `t`: t.csv is a Parquet file, not CSV text"),
        (b"\x1f\x8b...", "source `t`: t.csv is compressed, not CSV text"),
        (b"\xff\xfea\0", "source `t`: t.csv is UTF-16, not CSV text"),
        (b"x" * (1 << 20), "source `t`: t.csv has no line end in its first 1048576 bytes"),
    ],
)
def test_a_header_that_is_wrong_is_told_in_one_message(data: bytes, message: str) -> None:
    with pytest.raises(DataError) as caught:
        rows_of(data)
    assert str(caught.value).startswith(message)


def test_one_of_the_headers_of_a_column_must_be_there() -> None:
    columns = (SourceColumn("id", ("vendor", "VendorID"), INT),)
    assert rows_of(b"VendorID,x\n1,\n", ("id",), columns=columns) == [(1,)]
    with pytest.raises(DataError, match="has more than one of the columns `vendor` or `VendorID` that `id` may come from"):
        rows_of(b"VendorID,vendor\n1,\n", ("id",), columns=columns)
    with pytest.raises(DataError, match=r"has no column `vendor` or `VendorID`; did you mean `vendorid`\?"):
        rows_of(b"vendorid,x\n1,\n", ("id",), columns=columns)
