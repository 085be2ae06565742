"""A file and its copies, one behind the other in one file; some columns have values of their own in each copy."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from crossover.core.errors import DataError
from crossover.sources.csv import read_texts
from crossover.sources.header import read_header
from crossover.sources.reasons import NOT_UTF8
from crossover.sources.specification import REASON, CsvSource, FileSource

_WHOLE_NUMBER = r"^ *[+-]?0*[0-9]{1,19}(\.0*)? *$"
"""Nothing with more digits is a number of 64 bits."""
_STRUCTURAL = r'[",\r\n]'
_LARGEST = 2**63 - 1
_ROWS = 1 << 17
"""That become text again at a time: a file with `multiline` is read as one piece."""
_TEMPORARY = ".part"

Batches = Iterator[pa.RecordBatch]


@dataclass(frozen=True)
class Fresh:
    """How the values of a column become those of a copy: a text gets the mark and `1`, `2` ..., a number that many steps more."""

    step: int | None
    """None: texts."""
    nulls: tuple[str, ...] = ()
    """Texts that mean null, and stay."""
    mark: str = "~"
    """With more of them than stand before the digits at the end of any text, no text of a copy is one of another."""


@dataclass(frozen=True)
class Copies:
    """What became of a file: rows and bytes, and records of CSV that are left out: quotes or fields not in order, or a NUL."""

    rows: int
    bytes: int
    left_out: int


def bounds(source: FileSource, path: Path, header: str) -> tuple[int, int] | None:
    """Return the least and the largest whole number of a column, None without one."""
    found: list[tuple[int, int]] = []
    for batch in _read(source, path, [header], []):
        numbers = _numbers(batch.column(0))
        if numbers.null_count < len(numbers):
            least = pc.min_max(numbers)
            found.append((least["min"].as_py(), least["max"].as_py()))
    return (min(each for each, _ in found), max(each for _, each in found)) if found else None


def longest_mark(source: FileSource, path: Path, header: str) -> int | None:
    """Return the most `~` that stand before the digits at the end of a text of a column, None without any."""
    found: list[int] = []
    for batch in _read(source, path, [header], []):
        marks = pc.struct_field(pc.extract_regex(pc.unique(batch.column(0)).cast(pa.string()), r"(?P<mark>~+)[0-9]+$"), "mark")
        found += pc.unique(pc.utf8_length(marks).drop_null()).to_pylist()
    return max(found, default=None)


def copy_file(source: FileSource, path: Path, target: Path, count: int, fresh: Mapping[str, Fresh]) -> Copies:
    """Write a file `count` times behind itself, the first time as it is. `fresh`: by header."""
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(target.name + _TEMPORARY)
    if isinstance(source, CsvSource):
        rows, left_out = _write_csv(source, path, unfinished, count, fresh)
    else:
        rows, left_out = _write_parquet(source, path, unfinished, count, fresh), 0
    with unfinished.open("rb") as file:
        os.fsync(file.fileno())
        size = os.fstat(file.fileno()).st_size
    unfinished.replace(target)
    return Copies(rows, size, left_out)


def _read(source: FileSource, path: Path, headers: list[str] | None, left_out: list[int]) -> Batches:
    """Yield the rows of a file; of CSV as texts. Raises DataError if it cannot be read."""
    try:
        yield from _read_csv(source, path, headers, left_out) if isinstance(source, CsvSource) else _read_parquet(path, headers)
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"source `{source.name}`: cannot read {path}: {error}") from error


def _read_parquet(path: Path, headers: list[str] | None) -> Batches:
    with pq.ParquetFile(path) as file:
        yield from file.iter_batches(columns=headers)


def _read_csv(source: CsvSource, path: Path, headers: list[str] | None, left_out: list[int]) -> Batches:
    """Yield the records whose structure is sound; how many are not is added to `left_out`."""
    if source.encoding != "utf-8":
        raise DataError(f"source `{source.name}`: {path} is {source.encoding}; only UTF-8 is copied")
    names = read_header(source, path).names
    places = range(len(names)) if headers is None else [names.index(header) for header in headers]
    for part in read_texts(source, path, places):
        if pc.any(pc.equal(part[REASON], NOT_UTF8)).as_py():
            raise DataError(f"source `{source.name}`: {path} holds text that is no UTF-8; only UTF-8 is copied")
        sound = part.filter(pc.is_null(part[REASON])).drop_columns(REASON)
        left_out.append(part.num_rows - sound.num_rows)
        yield from sound.rename_columns([names[place] for place in places]).combine_chunks().to_batches(max_chunksize=_ROWS)


def _write_csv(source: CsvSource, path: Path, target: Path, count: int, fresh: Mapping[str, Fresh]) -> tuple[int, int]:
    rows, left_out = 0, list[int]()
    with target.open("wb") as file:
        file.write(_header_line(source, path))
        for copy in range(count):
            for batch in _read(source, path, None, left_out):
                file.write(_lines(_of_copy(batch, copy, fresh), source.delimiter))
                rows += len(batch)
    return rows, sum(left_out) // count


def _header_line(source: CsvSource, path: Path) -> bytes:
    with path.open("rb") as file:
        line = file.read(read_header(source, path).start)
    return line if line.endswith(b"\n") else line + b"\n"


def _write_parquet(source: FileSource, path: Path, target: Path, count: int, fresh: Mapping[str, Fresh]) -> int:
    rows, schema = 0, pq.read_schema(path)
    with pq.ParquetWriter(target, schema) as writer:
        for copy in range(count):
            for batch in _read(source, path, None, []):
                writer.write_batch(_of_copy(batch, copy, fresh).cast(schema))
                rows += len(batch)
    return rows


def _of_copy(batch: pa.RecordBatch, copy: int, fresh: Mapping[str, Fresh]) -> pa.RecordBatch:
    """Return the rows of a copy; copy 0 is the original. Raises DataError if a number leaves its type."""
    if not copy:
        return batch
    for header, how in fresh.items():
        column = batch.column(header)
        try:
            changed = _by_value(column, partial(_of_column, copy=copy, how=how)).cast(column.type)
        except (pa.ArrowInvalid, OverflowError) as error:
            raise DataError(f"column `{header}`: copy {copy} has no room for fresh numbers: {error}") from error
        batch = batch.set_column(batch.schema.get_field_index(header), batch.schema.field(header), changed)
    return batch


def _of_column(values: pa.Array, copy: int, how: Fresh) -> pa.Array:
    return _texts(values, copy, how) if how.step is None else _moved(values, copy * how.step, how)


def _by_value(column: pa.Array, change: Callable[[pa.Array], pa.Array]) -> pa.Array:
    """Change each value once."""
    encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    return change(encoded.dictionary).take(encoded.indices)


def _texts(values: pa.Array, copy: int, how: Fresh) -> pa.Array:
    texts = values.cast(pa.string())
    return _unless_null(texts, pc.binary_join_element_wise(texts, f"{how.mark}{copy}", ""), how)


def _moved(values: pa.Array, by: int, how: Fresh) -> pa.Array:
    if pa.types.is_integer(values.type):
        return pc.add_checked(values.cast(pa.int64()), by)
    moved = pc.add_checked(_numbers(values), by).cast(pa.string())
    return _unless_null(values, pc.coalesce(moved, values), how)


def _unless_null(texts: pa.Array, changed: pa.Array, how: Fresh) -> pa.Array:
    means_null = pc.is_in(texts, pa.array(how.nulls, pa.string()))
    return pc.if_else(means_null, texts, changed)


def _numbers(values: pa.Array) -> pa.Array:
    """Return whole numbers, null where a text is none."""
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if pa.types.is_integer(values.type):
        return values.cast(pa.int64())
    whole = pc.if_else(pc.match_substring_regex(values, _WHOLE_NUMBER), values, None)
    digits = pc.replace_substring_regex(whole, r"\.0*", "")
    wide = pc.replace_substring_regex(digits, "[ +]", "").cast(pa.decimal128(38, 0))
    return pc.if_else(pc.less_equal(pc.abs(wide), pa.scalar(_LARGEST).cast(wide.type)), wide, None).cast(pa.int64())


def _lines(batch: pa.RecordBatch, delimiter: str) -> bytes:
    """Return rows of texts as lines of CSV."""
    if not len(batch):
        return b""
    pattern = _STRUCTURAL.replace(",", f"\\{delimiter}")
    if batch.num_columns == 1:
        pattern += r"|^\s*$"  # a line of blanks alone would be no record
    first, *others = (_quoted_where_needed(column, pattern) for column in batch.columns)
    ended = pc.binary_join_element_wise(first, *others, delimiter)
    joined = pc.binary_join_element_wise(ended, pa.scalar("\n"), "")
    offsets, data = joined.buffers()[1:]
    ends = pa.Array.from_buffers(pa.int32(), len(joined) + 1, [None, offsets], offset=joined.offset)
    return data.slice(ends[0].as_py(), ends[len(joined)].as_py() - ends[0].as_py()).to_pybytes()  # type: ignore[no-any-return]


def _quoted_where_needed(column: pa.Array, pattern: str) -> pa.Array:
    needed = pc.match_substring_regex(column, pattern)
    if not pc.any(needed).as_py():
        return column
    doubled = pc.replace_substring(column, '"', '""')
    return pc.if_else(needed, pc.binary_join_element_wise('"', doubled, '"', ""), column)
