"""The dialect of docs/csv.md, one byte after the other: slow, and the judge of the fast readers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pyarrow as pa

from crossover.sources.cells import parse
from crossover.sources.specification import CsvSource, SourceColumn
from crossover.sources.text import ARROW

HIDDEN_TYPES = {"__file": pa.string(), "__row": pa.int64(), "__reason": pa.string(), "__raw": pa.string()}


@dataclass
class Record:
    """One record: its bytes without the line end, its fields, and what is wrong with its quotes."""

    raw: bytearray = field(default_factory=bytearray)
    fields: list[bytearray] = field(default_factory=lambda: [bytearray()])
    fault: str | None = None


def tokenise(data: bytes, delimiter: str = ",", multiline: bool = False) -> Iterator[Record]:
    """Yield all records, empty ones too."""
    record, state = Record(), "start of field"
    for code in data:
        byte = bytes([code])
        line_end = byte in (b"\n", b"\r")
        if line_end and not (state == "quoted" and multiline):
            yield closed(record, state)
            record, state = Record(), "start of field"
            continue
        record.raw += byte
        if state == "quoted":
            if byte == b'"':
                state = "quote in quotes"
            else:
                record.fields[-1] += byte
        elif state == "quote in quotes" and byte == b'"':
            record.fields[-1] += byte
            state = "quoted"
        elif state == "broken":
            pass
        elif byte == delimiter.encode():
            record.fields.append(bytearray())
            state = "start of field"
        elif state == "quote in quotes":
            state = "broken"
        elif state == "start of field" and byte == b'"':
            state = "quoted"
        else:
            record.fields[-1] += byte
            state = "plain"
    if record.raw:
        yield closed(record, state)


def closed(record: Record, state: str) -> Record:
    record.fault = {"quoted": "quote left open", "broken": "text behind a closing quote"}.get(state)
    return record


def expected_rows(source: CsvSource, data: bytes, name: str) -> pa.Table:
    """Return what `csv.read` must give for a file of these bytes: all declared columns, then the hidden ones."""
    if source.encoding == "latin-1":
        data = data.decode("latin-1").encode()
    data = data.removeprefix("\N{BOM}".encode())
    blanks = " \t".replace(source.delimiter, "").encode()
    records = [each for each in tokenise(data, source.delimiter, source.multiline) if bytes(each.raw).strip(blanks)]
    header = [each.decode().strip(" \t") for each in records[0].fields]
    places = [next(index for index, title in enumerate(header) if title in column.headers) for column in source.columns]
    rows = [row(source, record, places, len(header), name, number) for number, record in enumerate(records[1:], 2)]
    types = {column.name: ARROW[column.type] for column in source.columns} | HIDDEN_TYPES
    return pa.Table.from_pylist(rows, pa.schema(list(types.items())))


def row(source: CsvSource, record: Record, places: list[int], width: int, name: str, number: int) -> dict[str, object]:
    reason, values = broken(record, width), {}
    if reason is None:
        texts = [record.fields[place].decode() for place in places]
        values = {column.name: value(source, column, text) for column, text in zip(source.columns, texts, strict=True)}
        misfits = [
            misfit(column)
            for column, text in zip(source.columns, texts, strict=True)
            if values[column.name] is None and text not in source.nulls
        ]
        reason = "; ".join(misfits) or None
    if reason is not None:
        values = {column.name: None for column in source.columns}
    raw = None if reason is None else record.raw.decode("utf-8", "replace")[:1000]
    return {**values, "__file": name, "__row": number, "__reason": reason, "__raw": raw}


def broken(record: Record, width: int) -> str | None:
    try:
        record.raw.decode()
    except UnicodeDecodeError:
        return "not valid UTF-8"
    if 0 in record.raw:
        return "a NUL character"
    if record.fault:
        return record.fault
    found = len(record.fields)
    return None if found == width else f"{found} field{'s' if found != 1 else ''}, expected {width}"


def value(source: CsvSource, column: SourceColumn, text: str) -> object:
    return None if text in source.nulls else parse(text, column.type, column.format)


def misfit(column: SourceColumn) -> str:
    kind = {"int": "an int", "double": "a double", "boolean": "a boolean", "date": "a date", "timestamp": "a timestamp"}[column.type.name]
    return f"{column.name}: not {kind}" + (f" of the form {column.format}" if column.format else "")
