"""Dirty CSV files from a seed, with the rows that every engine must make of them. For the tests of all readers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pyarrow as pa

from crossover.language.types import BOOLEAN, DATE, DOUBLE, INT, STRING, TIMESTAMP
from crossover.sources.specification import CsvSource, SourceColumn
from tests.sources.tokeniser import expected_rows

COLUMNS = (
    SourceColumn("id", ("id", "Row ID"), INT),
    SourceColumn("amount", ("amount",), DOUBLE),
    SourceColumn("name", ("name",), STRING),
    SourceColumn("ok", ("ok",), BOOLEAN),
    SourceColumn("day", ("day",), DATE),
    SourceColumn("at", ("at",), TIMESTAMP),
    SourceColumn("us", ("us time",), TIMESTAMP, "%m/%d/%Y %I:%M %p"),
    SourceColumn("city", ("city",), STRING),
)
NULLS = ("", "NA", "-999")
ODD = (
    "", "NA", "-999", "N/A", " ", "\t", "0x10", "0X1", "+1", "1.0", "1.", ".5", "1.5", "1e400", "1e-400", "inf", "nan", "1d", "1_0", "abc", "1,5",
    '"', '""', 'a"b', '5" pipe', ' "x"', "true", "T", "yes", "2013-02-30", "0000-01-01", "2013-1-1", "2013-01-01 10", "2013-01-01T10:20+02:00",
    "2013-01-01T10:20-18:30", "2013-01-01 10:20:30.123456789", "2013-01-01 24:00", "13/1/2013 1:00 am", "2/29/2012 12:00 PM", "1/1/2013 0:00 AM",
    "99999999999999999999", "9223372036854775807", "-9223372036854775808.0", "9007199254740993.0", "\u00e9\u4e2d\U0001f600", "\ufffd", "\u0661", "\u00a01",
    "x", "#", "\\", "\\n", "\\\"", "'", "NULL", "null", "\ufeff", "\x0b", "\x1f", "\u2028", "\u0085", "a,b", "a;b", "a\tb", "line\nbreak", "cr\rbreak", "crlf\r\nbreak",
)  # fmt: skip
NOISE = (b'"', b",", b"\n", b"\r", b"\r\n", b"\0", b"\xff", b"\xc3", b"\xed\xa0\x80", b'""', b'"""', b" ", b"x", b"\n\n", b"\n \t\n", b'",', b',"', b';"')


@dataclass(frozen=True)
class Dirty:
    """A file and its source; `expected` holds the declared columns, `__file`, `__row`, `__reason` and `__raw`."""

    source: CsvSource
    data: bytes
    expected: pa.Table


def dirty_csv(
    seed: int,
    path: Path,
    *,
    rows: int = 60,
    columns: tuple[SourceColumn, ...] = COLUMNS,
    odd: float = 0.03,
    noise: float = 0.02,
    multiline: bool = False,
    delimiter: str = ",",
    encoding: str = "utf-8",
    nulls: tuple[str, ...] = NULLS,
    name: str | None = None,
) -> Dirty:
    """Write a file to `path` and return it with its answer. The same arguments give the same bytes.

    `odd` is the share of cells, `noise` the share of lines that are spoilt. `name` is what `__file` must hold (the
    path if not given).
    """
    random = Random(seed)
    source = CsvSource("dirty", str(path), columns, nulls, delimiter, encoding, multiline)
    data = dirty_bytes(random, source, rows, odd, noise)
    path.write_bytes(data)
    return Dirty(source, data, expected_rows(source, data, name or path.as_posix()))


def dirty_bytes(random: Random, source: CsvSource, rows: int, odd: float, noise: float) -> bytes:
    placed = [*source.columns, *([None] * random.choice([0, 0, 1, 3]))]
    random.shuffle(placed)
    header = [random.choice(column.headers) if column else f"not declared {index}" for index, column in enumerate(placed)]
    quoting = random.choice([0.0, 0.05, 1.0])
    line_ends = random.choice([["\n"], ["\r\n"], ["\n", "\r\n"], ["\n", "\n", "\n", "\r\n", "\r"]])
    empty = random.choice([0.0, 0.0, 0.05])
    lines = [line(random, header, source, quoting, random.choice(line_ends))]
    for _ in range(rows):
        cells = [random.choice(ODD) if random.random() < odd else clean(random, column) for column in placed]
        text = line(random, cells, source, quoting, random.choice(line_ends))
        lines.append(spoilt(random, text) if random.random() < noise else text)
        if random.random() < empty:
            lines.append(random.choice([b"\n", b"\r\n", b" \n", b"  \t \r\n"]))
    data = b"".join(lines)
    start = random.choice([b"", b"", b"\n", "\N{BOM}".encode() if source.encoding == "utf-8" else b""])
    return start + (data.rstrip(b"\r\n") if random.random() < 0.3 else data)


def line(random: Random, cells: list[str], source: CsvSource, quoting: float, end: str) -> bytes:
    """Return a record that is well formed, but for line breaks where they are not declared."""
    texts = []
    for cell in cells:
        special = source.delimiter in cell or cell.startswith('"') or "\n" in cell or "\r" in cell
        texts.append('"' + cell.replace('"', '""') + '"' if special or random.random() < quoting else cell)
    return (source.delimiter.join(texts) + end).encode(source.encoding, "replace")


def spoilt(random: Random, text: bytes) -> bytes:
    place = random.randrange(len(text) + 1)
    if random.random() < 0.3:
        return text[:place] + text[place + random.randrange(1, 4) :]
    return text[:place] + random.choice(NOISE) + text[place:]


CLEAN: dict[str, Callable[[Random], str]] = {
    "int": lambda random: str(random.randrange(-(10**6), 10**9)),
    "double": lambda random: f"{random.gauss(0, 1000):.3f}",
    "string": lambda random: random.choice(["Oslo", "Lima", "Bonn", "\u00c5rhus", "New York", "Mexico", ""]),
    "boolean": lambda random: random.choice(["true", "false", "TRUE", "0", "1"]),
    "date": lambda random: f"{random.randrange(1900, 2100)}-{random.randrange(1, 13):02}-{random.randrange(1, 29):02}",
    "timestamp": lambda random: CLEAN["date"](random) + f"{random.choice('T ')}{random.randrange(24):02}:{random.randrange(60):02}:00",
}


def clean(random: Random, column: SourceColumn | None) -> str:
    if column is None:
        return random.choice(["a", "1", "x y", "", "\u00e9"])
    if random.random() < 0.05:
        return random.choice(NULLS)
    if column.format:
        return f"{random.randrange(1, 13)}/{random.randrange(1, 29):02}/{random.randrange(1950, 2050)} {random.randrange(1, 13)}:{random.randrange(60):02} {random.choice(['AM', 'pm'])}"
    return CLEAN[column.type.name](random)
