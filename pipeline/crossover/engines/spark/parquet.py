"""Parquet files as queries: what `sources.parquet.read` gives, in Spark's own functions.

Each column is read as the type in which it is stored, said in an explicit schema, so that Spark infers nothing.
Timestamps are read as the ints that they are, in their own unit: so neither time zones nor calendars are in play.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce

from pyspark.sql import Column, DataFrame, SparkSession, types
from pyspark.sql import functions as F

from crossover.engines.spark.constants import constants_of
from crossover.engines.spark.frames import SPARK_TYPES, SparkFrame
from crossover.engines.spark.records import spark_path
from crossover.sources import reasons
from crossover.sources.files import display_name
from crossover.sources.parquet_layout import ParquetFile, ParquetLayout, ReadColumn, calendar, open_files
from crossover.sources.parquet_types import EXACT_INT, MOMENTS, Conversion, Form, Physical
from crossover.sources.specification import FILE, RAW, REASON, ROW, ParquetSource
from crossover.sources.text import DAYS

PATH = "__path"
_DAY = 86_400_000_000
"""Microseconds."""


def scan_parquet(session: SparkSession, source: ParquetSource, columns: Sequence[str]) -> SparkFrame:
    """Return the wanted columns of all files. Footers are read now, on the driver."""
    files = open_files(source, columns)
    groups: dict[ParquetLayout, list[ParquetFile]] = {}
    for file in files:
        groups.setdefault(file.layout, []).append(file)
    parts = [_scan(session, source, group, columns) for group in groups.values()]
    return SparkFrame(reduce(DataFrame.unionByName, parts), tuple(columns), sum(file.bytes for file in files))


def _scan(session: SparkSession, source: ParquetSource, files: Sequence[ParquetFile], columns: Sequence[str]) -> DataFrame:
    """Return the rows of files that are read alike, level by level: whatever is mentioned twice is a column of the level below."""
    layout = files[0].layout
    constants = [name for name in (FILE, *(each.name for each in source.partitions)) if name in columns]
    hidden = [F.col("_metadata.row_index").alias(ROW)] if ROW in columns else []
    hidden += [_path(F.col("_metadata.file_path")).alias(PATH)] if constants else []
    raw = _read(session, files).select(*hidden, *(_quoted(header).alias(name) for name, header in _headers(layout).items()))
    stored = raw.select(*_kept(columns, constants), *(_stored(number, each).alias(_name(number)) for number, each in enumerate(layout.read)))
    values = stored.select("*", *(_VALUES[each.conversion](_name(number), each, source).alias(_value(number)) for number, each in enumerate(layout.read)))
    reasoned = values.select("*", _reason(layout).alias(REASON))
    result = {each.column.name: _fitting(F.col(_value(number)), layout) for number, each in enumerate(layout.read)}
    result |= {REASON: F.col(REASON), RAW: F.lit(None).cast("string"), ROW: F.col(ROW) + 1 if ROW in columns else F.lit(0)}
    result |= {name: F.col(name) for name in constants}
    placed = _with_constants(session, source, files, reasoned, constants)
    return placed.select(*(result[name].alias(name) for name in columns))


def _read(session: SparkSession, files: Sequence[ParquetFile]) -> DataFrame:
    read = {each.header: _type(each.physical) for each in files[0].layout.read}
    schema = types.StructType([types.StructField(header, type_, True) for header, type_ in read.items()])
    reader = session.read.schema(schema).option("recursiveFileLookup", "true").option("mergeSchema", "false")
    return reader.parquet(*(spark_path(file.path) for file in files))


def _kept(columns: Sequence[str], constants: Sequence[str]) -> list[str]:
    return [name for name, asked in ((ROW, ROW in columns), (PATH, bool(constants))) if asked]


def _headers(layout: ParquetLayout) -> dict[str, str]:
    return {_name(number): each.header for number, each in enumerate(layout.read)}


def _name(number: int) -> str:
    return f"__stored_{number}"


def _value(number: int) -> str:
    return f"__value_{number}"


def _quoted(header: str) -> Column:
    return F.col("`" + header.replace("`", "``") + "`")


def _path(uri: Column) -> Column:
    """The path in a file's address, in which Spark encodes what is not plain."""
    decoded = F.url_decode(F.replace(uri, F.lit("+"), F.lit("%2B")))
    return F.regexp_replace(decoded, "^file:/+", "/")


def _with_constants(
    session: SparkSession, source: ParquetSource, files: Sequence[ParquetFile], rows: DataFrame, wanted: Sequence[str]
) -> DataFrame:
    """Return the rows with their file's name and partitions beside."""
    if not wanted:
        return rows
    texts = {PATH: [file.path.absolute().as_posix() for file in files], FILE: [display_name(file.path) for file in files]}
    return rows.join(F.broadcast(constants_of(session, source, [file.file for file in files], texts, wanted)), PATH)


def _type(physical: Physical) -> types.DataType:
    """The type in which Spark reads a column without changing it."""
    match physical.form:
        case Form.BOOLEAN:
            return types.BooleanType()
        case Form.INTEGER if physical.bits == 64 or (physical.bits == 32 and not physical.signed):
            return types.LongType()
        case Form.INTEGER | Form.NOTHING:
            return types.IntegerType()
        case Form.UNSIGNED_64:
            return types.DecimalType(20, 0)
        case Form.FLOATING:
            return types.FloatType() if physical.bits == 32 else types.DoubleType()
        case Form.STRING:
            return types.StringType()
        case Form.DATE:
            return types.DateType()
        case Form.DECIMAL:
            return types.DecimalType(physical.precision, physical.scale)
        case Form.INT96:
            return types.TimestampType()
    return types.LongType()


def _stored(number: int, column: ReadColumn) -> Column:
    stored = F.col(_name(number))
    match column.physical.form:
        case Form.INT96:
            return F.unix_micros(stored)
        case Form.DATE:
            return F.unix_date(stored)
        case Form.FLOATING:
            return stored.cast("double")
    return stored


def _reason(layout: ParquetLayout) -> Column:
    """Why a row does not fit, or null."""
    tests = {
        reasons.misfit(each.column): _known(number, each) & F.col(_value(number)).isNull()
        for number, each in enumerate(layout.read)
        if each.may_not_fit
    }
    if not tests:
        return F.lit(None).cast("string")
    joined = F.concat_ws(reasons.SEPARATOR, *(F.when(test, F.lit(reason)) for reason, test in tests.items()))
    return F.when(reduce(Column.__or__, tests.values()), joined)


def _fitting(value: Column, layout: ParquetLayout) -> Column:
    return F.when(F.col(REASON).isNull(), value) if layout.checked else value


def _known(number: int, column: ReadColumn) -> Column:
    """Whether there is a value; NaN, which Spark orders above everything, and infinities are none."""
    stored = F.col(_name(number))
    return F.coalesce(F.abs(stored) < float("inf"), F.lit(False)) if column.physical.form == Form.FLOATING else stored.isNotNull()


def _as_is(name: str, column: ReadColumn, source: ParquetSource) -> Column:
    return F.col(name).cast(SPARK_TYPES[column.column.type])


def _text(name: str, column: ReadColumn, source: ParquetSource) -> Column:
    text = F.col(name)
    return F.when(~text.isin(*source.nulls), text) if source.nulls else text


def _finite(name: str, column: ReadColumn, source: ParquetSource) -> Column:
    return F.when(F.abs(F.col(name)) < float("inf"), F.col(name))


def _whole(name: str, column: ReadColumn, source: ParquetSource) -> Column:
    double = F.col(name)
    whole = (F.rint(double) == double) & (double >= -(2.0**63)) & (double < 2.0**63)
    return F.when(whole, double.cast("bigint"))


def _int_to_double(name: str, column: ReadColumn, source: ParquetSource) -> Column:
    double = F.col(name).cast("double")
    return F.when(F.col(name).between(-EXACT_INT, EXACT_INT), double) if column.may_not_fit else double


def _unsigned_to_int(name: str, column: ReadColumn, source: ParquetSource) -> Column:
    return F.when(F.col(name) <= F.lit(2**63 - 1), F.col(name).cast("bigint"))


def _decimal_to_double(name: str, column: ReadColumn, source: ParquetSource) -> Column:
    return F.col(name).cast("double")


def _day(name: str, column: ReadColumn, source: ParquetSource) -> Column:
    return F.when(F.col(name).between(*DAYS), F.date_from_unix_date(name))


def _day_to_midnight(name: str, column: ReadColumn, source: ParquetSource) -> Column:
    return _day(name, column, source).cast("timestamp_ntz")


def _moment(name: str, column: ReadColumn, source: ParquetSource) -> Column:
    return F.timestamp_micros(_microseconds(name, column)).cast("timestamp_ntz")


def _midnight_to_day(name: str, column: ReadColumn, source: ParquetSource) -> Column:
    moment = _microseconds(name, column)
    # A whole number of days has at most 53 bits that count, so the quotient is exact.
    return F.when(moment % F.lit(_DAY) == 0, F.date_from_unix_date((moment / F.lit(_DAY)).cast("int")))


def _microseconds(name: str, column: ReadColumn) -> Column:
    """Microseconds since 1970; null outside the calendar."""
    ticks = MOMENTS[column.physical.form]
    if column.physical.form == Form.NANOSECONDS:
        return F.expr(f"`{name}` div 1000 - if(`{name}` % 1000 < 0, 1L, 0L)")
    scaled = F.col(name) * F.lit(1_000_000 // ticks)
    return F.when(F.col(name).between(*calendar(ticks)), scaled) if column.may_not_fit else scaled


def _nothing(name: str, column: ReadColumn, source: ParquetSource) -> Column:
    return F.lit(None).cast(SPARK_TYPES[column.column.type])


_VALUES: dict[Conversion, Callable[[str, ReadColumn, ParquetSource], Column]] = {
    Conversion.AS_IS: _as_is,
    Conversion.TEXT: _text,
    Conversion.FINITE: _finite,
    Conversion.WHOLE: _whole,
    Conversion.INT_TO_DOUBLE: _int_to_double,
    Conversion.UNSIGNED_TO_INT: _unsigned_to_int,
    Conversion.DECIMAL_TO_DOUBLE: _decimal_to_double,
    Conversion.DAY: _day,
    Conversion.DAY_TO_MIDNIGHT: _day_to_midnight,
    Conversion.MOMENT: _moment,
    Conversion.MIDNIGHT_TO_DAY: _midnight_to_day,
    Conversion.NOTHING: _nothing,
}
