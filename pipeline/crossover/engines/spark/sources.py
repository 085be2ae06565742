"""Scan: the rows that `sources.csv.read` gives, as a query over text lines. Parquet has a file of its own.

Spark's own CSV reader cannot say why a line does not fit, and drops lines of blanks and quotes that are not in
order in its own way. A line without quotes, which nearly all are, is split at its delimiters: that costs no more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from crossover.engines.spark.constants import constants_of
from crossover.engines.spark.frames import SparkFrame, from_table
from crossover.engines.spark.parquet import scan_parquet
from crossover.engines.spark.records import TEXT, records
from crossover.engines.spark.stored import scan_stored
from crossover.engines.spark.text import read, settled
from crossover.language.types import STRING
from crossover.relations import nodes
from crossover.sources import reasons
from crossover.sources.dialect import Dialect, field_pattern, open_quote_pattern, record_pattern
from crossover.sources.files import display_name
from crossover.sources.layout import Layout, layout_of
from crossover.sources.partitions import SourceFile, bytes_of, files_of
from crossover.sources.specification import FILE, RAW, RAW_LIMIT, REASON, ROW, CsvSource, ParquetSource, SourceColumn

FAULT, FIELDS = "__fault", "__fields"

READ_AT_ONCE = 3
"""Columns read in one method, so that it has less than 8,000 bytes: Java never compiles a longer one."""

IN_METHODS = 35
"""Columns up to which they are read in methods of their own: a few levels hold all, and so does each call, which passes 255 values at most."""

Parsed = tuple[SourceColumn, str, str]
"""A column, and the names of its text and of its value while it is read."""


def scan(session: SparkSession, node: nodes.Scan) -> SparkFrame:
    """Return the rows of a source, `columns` alone. Raises DataError for files and headers that are not as declared."""
    if isinstance(node.source, nodes.InlineTable):
        return from_table(session, node.source.table.select(list(node.columns)))
    if isinstance(node.source, nodes.StoredTable):
        return scan_stored(session, node, node.source)
    if isinstance(node.source, ParquetSource):
        return scan_parquet(session, node.source, node.columns)
    files = files_of(node.source)
    return SparkFrame(_scan_csv(session, node.source, files, node.columns), node.columns, bytes_of(files))


def _scan_csv(session: SparkSession, source: CsvSource, files: Sequence[SourceFile], columns: Sequence[str]) -> DataFrame:
    """Return the rows of CSV files; values of partitions are found by the name of the file."""
    partitions = [each.name for each in source.partitions if each.name in columns]
    read = [name for name in columns if name not in partitions]
    if partitions and FILE not in read:
        read.append(FILE)
    parts = [_rows(session, group, read) for group in _groups(source, files, read)]
    rows = reduce(DataFrame.unionByName, parts)
    if not partitions:
        return rows
    constants = constants_of(session, source, files, {FILE: [display_name(file.path) for file in files]}, partitions)
    return rows.join(F.broadcast(constants), FILE).select(*columns)


def _groups(source: CsvSource, files: Sequence[SourceFile], columns: Sequence[str]) -> list[list[Layout]]:
    """Files with the same columns in the same places are read as one."""
    groups: dict[object, list[Layout]] = {}
    for file in files:
        layout = layout_of(source, file, columns)
        groups.setdefault((layout.width, layout.parsed), []).append(layout)
    return list(groups.values())


def _rows(session: SparkSession, group: Sequence[Layout], columns: Sequence[str]) -> DataFrame:
    """Return the rows of files of one layout, level by level: whatever is mentioned twice is a column of the level below."""
    layout = group[0]
    carried = [name for name in (FILE, ROW) if name in columns] + ([TEXT] if layout.raw else [])
    lines = records(session, group, columns)
    faults = lines.select(*{*carried, TEXT}, _fault(layout.dialect).alias(FAULT))
    fields = faults.select(*carried, FAULT, F.when(F.col(FAULT).isNull(), _fields(layout.dialect)).alias(FIELDS))
    whole = F.when(F.size(FIELDS) == layout.width, F.col(FIELDS))
    counted = fields.select(*carried, _structure(layout).alias(FAULT), whole.alias(FIELDS))
    return _typed(counted, layout, columns, carried)


def _typed(fields: DataFrame, layout: Layout, columns: Sequence[str], carried: Sequence[str]) -> DataFrame:
    """Read each cell once; a row with one that does not fit, or a broken one, has null in each wanted column."""
    parsed: list[Parsed] = [(column, f"__text_{number}", f"__value_{number}") for number, (column, _) in enumerate(layout.parsed)]
    typed = [each for each in parsed if each[0].type != STRING]
    sound = _cells(fields, layout, carried, parsed)
    misfits = {reasons.misfit(column): F.col(text).isNotNull() & F.col(value).isNull() for column, text, value in typed}
    reason = F.coalesce(F.col(FAULT), *_misfits(misfits)).alias(REASON)
    reasoned = sound.select(*carried, *(text for _, text, _ in parsed), *(value for _, _, value in typed), reason)
    fits = F.col(REASON).isNull()
    result = {
        **{column.name: F.when(fits, F.col(text if column.type == STRING else value)) for column, text, value in parsed},
        **{name: F.col(name) for name in (FILE, ROW, REASON)},
        RAW: F.when(~fits, F.substring(_shown(F.col(TEXT)), 1, RAW_LIMIT)),
    }
    return reasoned.select(*(result[name].alias(name) for name in columns))


def _cells(fields: DataFrame, layout: Layout, carried: Sequence[str], parsed: Sequence[Parsed]) -> DataFrame:
    """Return the text of each column and, but for strings, its value."""
    in_methods = len(parsed) <= IN_METHODS and _compiles_lambdas(fields.sparkSession.version)
    at_once = READ_AT_ONCE if in_methods else len(parsed)
    begin = _begin_method if in_methods else _stay_in_method
    texts = (F.get(FIELDS, F.lit(place)).alias(text) for (_, place), (_, text, _) in zip(layout.parsed, parsed, strict=True))
    cells = begin(begin(fields).select(*carried, FAULT, *texts))
    for start in range(0, len(parsed), at_once):
        cells = begin(_read(cells, parsed[start : start + at_once], layout.source.nulls))
    return cells


def _read(cells: DataFrame, group: Sequence[Parsed], nulls: Sequence[str]) -> DataFrame:
    """Return the cells with the values of a group: null for texts that mean so, and for those that do not fit."""
    typed = [each for each in group if each[0].type != STRING]
    known = cells.withColumns({text: F.when(~F.col(text).isin(*nulls), F.col(text)) for _, text, _ in group}) if nulls else cells
    cast = known.select("*", *(read(text, column.type, column.format).alias(value) for column, text, value in typed))
    return cast.withColumns({value: settled(F.col(value), column.type) for column, _, value in typed}) if typed else cast


def _begin_method(data: DataFrame) -> DataFrame:
    """Return the same rows; what follows is compiled as a method of its own.

    Spark writes the levels of a stage into one method, and operator by operator where that is too long, which copies each row as
    often: 12 columns were read for 28 CPU s in place of 18. Another method begins where an operator takes every column,
    as Expand does, which an `unpivot` of one column is.
    """
    every = [F.col(name) for name in data.columns]
    return data.unpivot([*every], [FAULT], "__name", "__again").select(*every)


def _compiles_lambdas(version: str) -> bool:
    """Whether Spark makes what holds a lambda, as `text.read` does, a part of a method: 4.3 does, 3.5 goes row by row from one to the next."""
    return tuple(int(part) for part in version.split(".")[:2]) >= (4, 3)


def _stay_in_method(data: DataFrame) -> DataFrame:
    return data


def _fault(dialect: Dialect) -> Column:
    """Why the structure of a record is broken, in the order of `sources.reasons`; fields are counted later."""
    text = F.col(TEXT)
    quoting = F.when(text.rlike(_whole(record_pattern(dialect.delimiter))), F.lit(None)).when(
        text.rlike(_whole(open_quote_pattern(dialect.delimiter))), F.lit(reasons.QUOTE_LEFT_OPEN)
    )
    return (
        F.when(_is_not_utf8(text), F.lit(reasons.NOT_UTF8))
        .when(text.contains("\0"), F.lit(reasons.NUL))
        .when(text.contains('"'), quoting.otherwise(F.lit(reasons.TEXT_BEHIND_QUOTE)))
    )


def _is_not_utf8(text: Column) -> Column:
    if hasattr(F, "is_valid_utf8"):
        return ~F.is_valid_utf8(text)
    # Spark 3.5: what is no UTF-8 becomes other bytes on the way through a Java string.
    return text.cast("binary") != F.encode(text, "UTF-8")


def _shown(text: Column) -> Column:
    """The text with a replacement character for each maximal part that is no UTF-8, as Unicode advises and Python does."""
    if hasattr(F, "make_valid_utf8"):
        return F.make_valid_utf8(text)
    # Java makes one of the three bytes of a surrogate: 0xFF, which is never valid, parts them.
    bytes_as_text = F.regexp_replace(F.decode(text.cast("binary"), "ISO-8859-1"), "\u00ed([\u00a0-\u00bf][\u0080-\u00bf])", "\u00ff$1")
    return F.decode(F.encode(bytes_as_text, "ISO-8859-1"), "UTF-8")


def _fields(dialect: Dialect) -> Column:
    """The values of the fields. Only in a record with quotes a field may have some around it."""
    delimiter = dialect.delimiter
    field = f"({field_pattern(delimiter)})\\{delimiter}"
    # Each field is closed by a delimiter, the last one by the one that is put behind it.
    found = F.regexp_extract_all(F.concat(F.col(TEXT), F.lit(delimiter)), F.lit(field), F.lit(1))
    return F.when(F.col(TEXT).contains('"'), F.transform(found, _without_quotes)).otherwise(F.split(TEXT, f"\\{delimiter}", -1))


def _without_quotes(field: Column) -> Column:
    inside = F.replace(F.substr(field, F.lit(2), F.length(field) - 2), F.lit('""'), F.lit('"'))
    return F.when(field.startswith('"'), inside).otherwise(field)


def _structure(layout: Layout) -> Column:
    """The fault of a record, or that it has too few or too many fields."""
    found = F.size(FIELDS)
    ragged = F.when(found == 1, F.lit(reasons.fields(1, layout.width))).otherwise(
        F.concat(found.cast("string"), F.lit(reasons.fields(0, layout.width)[1:]))
    )
    return F.coalesce(F.col(FAULT), F.when(found != layout.width, ragged))


def _misfits(tests: Mapping[str, Column]) -> list[Column]:
    """The reasons of the cells that do not fit, joined; made only for a row that has one."""
    if not tests:
        return []
    joined = F.concat_ws(reasons.SEPARATOR, *(F.when(test, F.lit(reason)) for reason, test in tests.items()))
    return [F.when(reduce(Column.__or__, tests.values()), joined)]


def _whole(pattern: str) -> str:
    return rf"\A(?:{pattern})\z"
