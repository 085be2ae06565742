"""The CSV dialect: what is a field, a record, a blank. One set of patterns for Python, and for Java in Spark.

A field is quoted if its first character is `"`; inside, `""` is a quote. A quote anywhere else is a character.
Line ends are LF, CRLF and CR.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from functools import cached_property

from crossover.core.errors import ConfigError
from crossover.sources.grammar import BLANKS
from crossover.sources.specification import CsvSource

ENCODINGS = {"utf-8": "utf-8", "iso8859-1": "latin-1"}
"""Encodings that are read, by Python's own name."""

QUOTE, LF, CR = b'"'[0], b"\n"[0], b"\r"[0]

_OPEN_QUOTED = r'"[^"]*+(?:""[^"]*+)*+'


def field_pattern(delimiter: str) -> str:
    """Return the pattern of one well-formed field; the alternatives are to be tried in this order."""
    return rf'(?:{_OPEN_QUOTED}"|[^"{_in_class(delimiter)}\r\n][^{_in_class(delimiter)}\r\n]*+|)'


def record_pattern(delimiter: str) -> str:
    """Return the pattern that a record (without its line end) matches as a whole if its quotes are in order."""
    field = field_pattern(delimiter)
    return rf"{field}(?:[{_in_class(delimiter)}]{field})*+"


def open_quote_pattern(delimiter: str) -> str:
    """Return the pattern that a record matches as a whole if it ends inside quotes."""
    return rf"(?:{field_pattern(delimiter)}[{_in_class(delimiter)}])*+{_OPEN_QUOTED}"


def _in_class(delimiter: str) -> str:
    return f"\\{delimiter}" if delimiter in r"\]^-[&" else delimiter


@dataclass(frozen=True)
class Dialect:
    """The dialect of a source: delimiter (one ASCII character), encoding, whether records may span lines."""

    delimiter: str
    encoding: str
    multiline: bool

    @property
    def blanks(self) -> bytes:
        """Characters of a line that counts as empty."""
        return BLANKS.replace(self.delimiter, "").encode()

    @cached_property
    def field(self) -> re.Pattern[bytes]:
        return re.compile(field_pattern(self.delimiter).encode())

    @cached_property
    def record(self) -> re.Pattern[bytes]:
        return re.compile(record_pattern(self.delimiter).encode())


def dialect_of(source: CsvSource) -> Dialect:
    """Return the dialect of a source. Raises ConfigError for one that is not read."""
    delimiter = source.delimiter
    if len(delimiter) != 1 or not delimiter.isascii() or delimiter.isalnum() or delimiter in '"\r\n\0':
        raise ConfigError(f"source `{source.name}`: delimiter {delimiter!r} is not one ASCII character that can stand between fields")
    try:
        encoding = codecs.lookup(source.encoding).name
    except LookupError:
        encoding = ""
    if encoding not in ENCODINGS:
        raise ConfigError(f"source `{source.name}`: encoding {source.encoding!r} is not read; utf-8 and latin-1 are")
    return Dialect(delimiter, ENCODINGS[encoding], source.multiline)


def split_fields(record: bytes, dialect: Dialect) -> list[bytes]:
    """Return the values of a record whose quotes are in order."""
    values, position = [], 0
    while True:
        found = dialect.field.match(record, position)
        assert found is not None, "the pattern of a field matches nothing too"
        text = found.group()
        values.append(text[1:-1].replace(b'""', b'"') if text[:1] == b'"' else text)
        position = found.end() + 1
        if position > len(record):
            return values
