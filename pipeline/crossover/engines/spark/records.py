"""The records of text files: what `sources.records` says, as queries. One row a record, the header left out.

A file is cut into blocks; within one, `monotonically_increasing_id` counts. Where rows are to be numbered, one
aggregation over the blocks tells where each begins. Where several files are read at once and rows are not numbered,
headers are known by their text; if a line of a file may be one too, or its name is wanted, one query finds them first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pyarrow as pa
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from crossover.core.errors import EngineError
from crossover.engines.spark.frames import local_data
from crossover.sources.dialect import Dialect, record_pattern
from crossover.sources.files import display_name
from crossover.sources.header import BYTE_ORDER_MARK
from crossover.sources.layout import Layout
from crossover.sources.partitions import bytes_of
from crossover.sources.repeated_header import may_stand_again
from crossover.sources.specification import FILE, ROW

TEXT, PATH, BLOCK, NUMBER = "__text", "__path", "__block", "__number"

BITS_IN_TASK = 33
"""`monotonically_increasing_id` counts within a task in its lower bits; above them stands the number of the task."""

LARGEST_WHOLE = 512 * 2**20
"""Bytes of a file that is read as one piece, as `multiline` makes it."""

LOOKED_THROUGH = 4 * 2**30
"""Bytes of files that are looked through for headers here. It takes a twentieth of the CPU of a query, but one thread."""


@dataclass(frozen=True)
class Block:
    """A part of a file that one task reads: numbers of its first and last record in the scan, and what makes those rows of the file."""

    first: int
    last: int
    shift: int
    name: str

    @property
    def task(self) -> int:
        return self.first >> BITS_IN_TASK


def records(session: SparkSession, layouts: Sequence[Layout], wanted: Collection[str]) -> DataFrame:
    """Return TEXT, and FILE and ROW if wanted, of each record behind the header of files of one dialect.

    Texts may be no valid UTF-8.
    """
    dialect = layouts[0].dialect
    headers = {each.file: each.header for each in layouts}
    files = list(headers)
    if dialect.multiline:
        return reduce(DataFrame.unionByName, (_whole(session, file, dialect) for file in files))
    text = _text(session, files)
    if ROW in wanted:
        return _numbered(session, text, files, dialect)
    lines = _lines(text, dialect)
    if len(files) == 1:
        kept = lines.filter((F.col(BLOCK) != 0) | (_place_in_task(F.col(NUMBER)) != 0))
        return kept.select(TEXT, F.lit(display_name(files[0])).alias(FILE))
    if FILE not in wanted and _are_known_by_text(layouts):
        return lines.filter(~_may_be_header(headers)).select(TEXT)
    found = _header_numbers(lines, headers)
    if found is None:
        return _numbered(session, text, files, dialect)
    # the text is looked at first: a set of numbers is asked for a boxed one
    kept = lines.filter(~(_may_be_header(headers) & F.col(NUMBER).isin(list(found.values()))))
    return _named(session, kept, _names_by_path(found, files)) if FILE in wanted else kept.select(TEXT)


def _numbered(session: SparkSession, text: DataFrame, files: Sequence[Path], dialect: Dialect) -> DataFrame:
    blocks = F.broadcast(_block_frame(session, _blocks(_lines(text, dialect), files)))
    # looked up by whole numbers, not by the text of its path
    is_of = (F.shiftright(NUMBER, BITS_IN_TASK) == F.col("task")) & F.col(NUMBER).between(F.col("first"), F.col("last"))
    placed = _lines(text, dialect, placed=False).join(blocks, is_of, "inner")
    row = F.col(NUMBER) + F.col("shift")
    return placed.select(TEXT, F.col("name").alias(FILE), row.alias(ROW)).filter(F.col(ROW) > 1)


def _named(session: SparkSession, lines: DataFrame, names: Mapping[str, str]) -> DataFrame:
    table = pa.table({PATH: pa.array(names.keys(), pa.string()), FILE: pa.array(names.values(), pa.string())})
    return lines.join(F.broadcast(local_data(session, table)), PATH, "inner").select(TEXT, FILE)


def _are_known_by_text(layouts: Sequence[Layout]) -> bool:
    """Whether each file has one line that is a header's, as Spark reads it: it drops a byte order mark, which in latin-1 are letters."""
    if any(each.header.startswith(BYTE_ORDER_MARK.decode("latin-1")) for each in layouts):
        return False
    return bytes_of(each.place for each in layouts) <= LOOKED_THROUGH and not may_stand_again(layouts)


def _header_numbers(lines: DataFrame, headers: Mapping[Path, str]) -> dict[str, int] | None:
    """Return the number of each file's header: the first record with its text, so one row a file is collected.

    None unless each file has one. To look for a text costs half of what counting each block does, and rows need not be looked up by their block.
    """
    found = lines.filter(_may_be_header(headers)).groupBy(PATH).agg(F.min(NUMBER).alias(NUMBER)).collect()
    return {each[PATH]: each[NUMBER] for each in found} if len(found) == len(headers) else None


def _may_be_header(headers: Mapping[Path, str]) -> Column:
    return (F.col(BLOCK) == 0) & F.col(TEXT).isin(sorted(set(headers.values())))


def _names_by_path(paths: Iterable[str], files: Sequence[Path]) -> dict[str, str]:
    """Return the name that FILE gives to each path of Spark."""
    names = {file.absolute().as_posix(): display_name(file) for file in files}
    return {path: names[unquote(urlsplit(path).path)] for path in paths}


def _text(session: SparkSession, files: Sequence[Path]) -> DataFrame:
    """Return the lines of the files, which Spark lists when it is asked for this."""
    return session.read.option("recursiveFileLookup", "true").text([spark_path(file) for file in files])


def _lines(text: DataFrame, dialect: Dialect, *, placed: bool = True) -> DataFrame:
    """Return the lines that are records, headers among them, with their number and, unless they need none, their place.

    Spark does not leave out a place that nobody reads: it stands beside each line, the path too.
    """
    place = [F.col("_metadata.file_path").alias(PATH), F.col("_metadata.file_block_start").alias(BLOCK)] if placed else []
    lines = text.select(_decoded(F.col("value"), dialect).alias(TEXT), *place)
    return lines.filter(_is_filled(F.col(TEXT), dialect)).select("*", F.monotonically_increasing_id().alias(NUMBER))


def _blocks(lines: DataFrame, files: Sequence[Path]) -> list[Block]:
    """Count the records of each block, and number them through each file from 1, which is the header."""
    # one row for each block of a file, which is 128 MB in most settings
    counted = lines.groupBy(PATH, BLOCK).agg(F.min(NUMBER).alias("first"), F.max(NUMBER).alias("last")).collect()
    names = _names_by_path({each[PATH] for each in counted}, files)
    blocks: list[Block] = []
    row, path = 1, ""
    for found in sorted(counted, key=lambda each: (each[PATH], each[BLOCK])):
        row = row if found[PATH] == path else 1
        path = found[PATH]
        blocks.append(Block(found["first"], found["last"], row - found["first"], names[path]))
        row += found["last"] - found["first"] + 1
    return blocks


def _block_frame(session: SparkSession, blocks: Sequence[Block]) -> DataFrame:
    table = pa.table(
        {
            "task": pa.array([each.task for each in blocks], pa.int64()),
            "first": pa.array([each.first for each in blocks], pa.int64()),
            "last": pa.array([each.last for each in blocks], pa.int64()),
            "shift": pa.array([each.shift for each in blocks], pa.int64()),
            "name": pa.array([each.name for each in blocks], pa.string()),
        }
    )
    return local_data(session, table)


def _whole(session: SparkSession, file: Path, dialect: Dialect) -> DataFrame:
    """Return the records of a file whose quoted values may hold line ends.

    The pattern works on bytes, one a character: so what is no valid UTF-8 stays what it was.
    """
    if file.stat().st_size > LARGEST_WHOLE:
        raise EngineError(
            f"{display_name(file)} has {file.stat().st_size >> 20} MB; with `multiline: true` Spark reads a file as one piece, "
            f"at most {LARGEST_WHOLE >> 20} MB",
            notes=["split the file, or leave `multiline` out if no value holds a line break"],
        )
    text = session.read.option("recursiveFileLookup", "true").text(spark_path(file), wholetext=True)
    content = F.decode(F.col("value").cast("binary"), "ISO-8859-1")
    if dialect.encoding == "utf-8":
        content = F.regexp_replace(content, f"^{BYTE_ORDER_MARK.decode('latin-1')}", "")
    found = F.regexp_extract_all(content, F.lit(_record_in_file(dialect)), F.lit(1))
    filled = text.select(F.filter(found, lambda record: _is_filled(record, dialect)).alias("records"))
    numbered = filled.select(F.posexplode("records").alias("place", "record")).filter(F.col("place") > 0)
    record = F.col("record")
    restored = record if dialect.encoding == "latin-1" else F.encode(record, "ISO-8859-1").cast("string")
    return numbered.select(
        restored.alias(TEXT), F.lit(display_name(file)).alias(FILE), (F.col("place") + 1).cast("long").alias(ROW)
    )


def _record_in_file(dialect: Dialect) -> str:
    """A record; behind one whose quotes are not in order, the rest of the file or of the line; and a line end."""
    return rf'({record_pattern(dialect.delimiter)}(?:"[\s\S]*+|[^"\r\n][^\r\n]*+)?)(?:\r\n|\r|\n|\z)'


def _decoded(value: Column, dialect: Dialect) -> Column:
    return F.decode(value.cast("binary"), "ISO-8859-1") if dialect.encoding == "latin-1" else value


def _is_filled(text: Column, dialect: Dialect) -> Column:
    """Whether a line holds more than blanks. Nearly every line begins with something behind the blank in ASCII."""
    return (text >= "!") | text.rlike(f"[^{dialect.blanks.decode()}]")


def _place_in_task(number: Column) -> Column:
    """With one file, each task reads one block."""
    return number.bitwiseAND(F.lit(2**BITS_IN_TASK - 1))


def spark_path(file: Path) -> str:
    """Return an absolute path in which nothing is a pattern. Raises EngineError for a name that Spark passes over."""
    if file.name.startswith(("_", ".")):
        raise EngineError(
            f"{display_name(file)}: Spark takes a file whose name begins with `{file.name[0]}` for hidden and reads nothing of it",
            notes=["rename the file, or use another engine"],
        )
    path = file.absolute().as_posix()
    return "file://" + "".join(f"\\{character}" if character in "*?[]{}\\" else character for character in path)
