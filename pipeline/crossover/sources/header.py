"""The header line of a file, and where in it the declared columns stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from crossover.core.errors import DataError
from crossover.core.nearest import did_you_mean
from crossover.sources.dialect import Dialect, dialect_of, split_fields
from crossover.sources.files import display_name
from crossover.sources.grammar import BLANKS
from crossover.sources.specification import CsvSource, FileSource, SourceColumn

HEADER_LIMIT = 1 << 20
"""Bytes within which the first line must end."""

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_OTHER_FORMATS = {b"PAR1": "a Parquet file", b"\x1f\x8b": "compressed", b"PK\x03\x04": "a zip file", b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


@dataclass(frozen=True)
class Header:
    """The names of a file's columns, without blanks around, its line, and the offset of the first byte behind it."""

    names: tuple[str, ...]
    line: str
    start: int


def read_header(source: CsvSource, file: Path) -> Header:
    """Return the header of a file: its first line that is not empty. Raises DataError if there is none."""
    place = f"source `{source.name}`: {display_name(file)}"
    dialect = dialect_of(source)
    try:
        with file.open("rb") as stream:
            beginning = stream.read(HEADER_LIMIT)
    except OSError as error:
        raise DataError(f"{place} cannot be read: {error.strerror}") from error
    if not beginning:
        raise DataError(f"{place} is empty (0 bytes): it has no header line")
    for magic, what in _OTHER_FORMATS.items():
        if beginning.startswith(magic):
            raise DataError(f"{place} is {what}, not CSV text")
    start, end = _first_record(beginning, dialect)
    if start == end:
        raise DataError(f"{place} has no header line")
    if end == HEADER_LIMIT:
        raise DataError(f"{place} has no line end in its first {HEADER_LIMIT} bytes: is it a CSV file?")
    line = beginning[start:end]
    if not dialect.record.fullmatch(line):
        raise DataError(f"{place}: the quotes of the header line are not in order", notes=[_shown(line)])
    behind = end + (2 if beginning[end : end + 2] == b"\r\n" else 1)
    return Header(_names(place, line, dialect), line.decode(dialect.encoding), behind)


def positions(source: CsvSource, file: Path, header: Header) -> dict[str, int]:
    """Return where each declared column stands in a file, from 0.

    Raises DataError unless exactly one of a column's headers is there, once.
    """
    return {column.name: position(source, file, header.names, column) for column in source.columns}


def _first_record(beginning: bytes, dialect: Dialect) -> tuple[int, int]:
    """Return the offsets of the first record that is not empty, without its line end."""
    start = len(BYTE_ORDER_MARK) if dialect.encoding == "utf-8" and beginning.startswith(BYTE_ORDER_MARK) else 0
    while start < len(beginning):
        end = _line_end(beginning, start)
        if beginning[start:end].strip(dialect.blanks):
            spans = dialect.record.match(beginning, start) if dialect.multiline else None
            return start, max(end, spans.end()) if spans else end
        start = end + 1
    return start, start


def _line_end(text: bytes, start: int) -> int:
    ends = [position for position in (text.find(b"\n", start), text.find(b"\r", start)) if position >= 0]
    return min(ends, default=len(text))


def _names(place: str, line: bytes, dialect: Dialect) -> tuple[str, ...]:
    if b"\0" in line:
        raise DataError(f"{place}: the header line holds a NUL character: is it a CSV file?")
    try:
        return tuple(field.decode(dialect.encoding).strip(BLANKS) for field in split_fields(line, dialect))
    except UnicodeDecodeError as error:
        raise DataError(f"{place}: the header line is not valid UTF-8", notes=[_shown(line), "if it is latin-1, say so: encoding: latin-1"]) from error


def position(source: FileSource, file: Path, names: Sequence[str], column: SourceColumn) -> int:
    """Return where a declared column stands among the names of a file's columns, from 0. Raises DataError as `positions`."""
    place = f"source `{source.name}`: {display_name(file)}"
    found = [index for index, name in enumerate(names) if name in column.headers]
    if len(found) == 1:
        return found[0]
    wanted = " or ".join(f"`{each}`" for each in column.headers)
    if not found:
        suggestion = next((each for header in column.headers if (each := did_you_mean(header, names))), "")
        raise DataError(f"{place} has no column {wanted}{suggestion}", notes=[f"its header: {_listed(names)}"])
    if len(set(column.headers)) > 1 and len({names[index] for index in found}) > 1:
        raise DataError(f"{place} has more than one of the columns {wanted} that `{column.name}` may come from")
    raise DataError(f"{place} has the column `{names[found[0]]}` {len(found)} times")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:20]) + (f" and {len(names) - 20} more" if len(names) > 20 else "")


def _shown(line: bytes) -> str:
    return line[:200].decode("utf-8", "replace")
