"""From text to values, exactly by sources.grammar: a column's text is read only if a pattern allows it.

Everything takes the name of a string column: `try_cast`, which never raises, exists on Spark 3.5 in SQL alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pyspark.sql import Column
from pyspark.sql import functions as F

from crossover.language.types import BOOLEAN, DATE, DOUBLE, INT, STRING, TIMESTAMP, Type
from crossover.sources import grammar
from crossover.sources.formats import MONTHS, format_to_pattern

_NUMBER_PLACES = ("year", "month", "day", "hour", "minute", "second")


def try_cast(name: str, type_name: str) -> Column:
    """Return the column cast, null where it cannot be."""
    return F.expr(f"try_cast(`{name}` as {type_name})")


def try_cast_text(text: str, type_name: str) -> Column:
    """Return an SQL expression cast, null where it cannot be."""
    return F.expr(f"try_cast({text} as {type_name})")


def parse(name: str, type_: Type, format: str | None = None) -> Column:
    """Return the values of a text column, null where a text does not fit the type."""
    if format is not None:
        return _formatted(name, type_, format)
    return PARSERS[type_](name)


def parse_int(name: str) -> Column:
    """Plain digits take the fast way; the rest of the grammar (`7.0`, blanks) is brought into their form."""
    text = F.col(name)
    digits = f"regexp_replace(`{name}`, '^[{_BLANKS}]*([+-]?)0*([0-9]+)([.]0*)?[{_BLANKS}]*$', '$1$2')"
    slow = F.when(text.rlike(grammar.whole(grammar.INT_PATTERN)), try_cast_text(digits, "bigint"))
    return F.coalesce(F.when(_bare_number(text), try_cast(name, "bigint")), slow)


def parse_double(name: str) -> Column:
    """Spark also reads `1d` and `0x1p3`: neither ends in a digit and is free of x. Infinity means out of range."""
    text = F.col(name)
    plain = _bare_number(text) & ~text.contains("x") & ~text.contains("X")
    bare = f"btrim(`{name}`, '{_BLANKS}')"
    slow = F.when(text.rlike(grammar.whole(grammar.DOUBLE_PATTERN)), try_cast_text(bare, "double"))
    return finite(F.coalesce(F.when(plain, try_cast(name, "double")), slow))


def parse_boolean(name: str) -> Column:
    text = F.col(name)
    return (
        F.when(text.rlike(grammar.whole(f"(?i:{'|'.join(grammar.TRUE_TEXTS)})")), F.lit(True))
        .when(text.rlike(grammar.whole(f"(?i:{'|'.join(grammar.FALSE_TEXTS)})")), F.lit(False))
    )


def parse_date(name: str) -> Column:
    bare = f"btrim(`{name}`, '{_BLANKS}')"
    fits = F.col(name).rlike(grammar.whole(grammar.DATE_PATTERN))
    return F.when(fits, in_calendar(try_cast_text(bare, "date")))


def parse_timestamp(name: str) -> Column:
    """Spark wants minutes and seconds before an offset; where they are left out, they are put in."""
    bare = f"btrim(`{name}`, '{_BLANKS}')"
    fits = F.col(name).rlike(grammar.whole(grammar.TIMESTAMP_PATTERN))
    hours = f"regexp_replace({bare}, '^(.{{13}})(Z|[+-].*)?$', '$1:00$2')"
    minutes = f"regexp_replace({hours}, '^(.{{16}})(Z|[+-].*)?$', '$1:00$2')"
    return F.when(fits, F.coalesce(_moment(bare), _moment(minutes)))


PARSERS: dict[Type, Callable[[str], Column]] = {
    BOOLEAN: parse_boolean,
    INT: parse_int,
    DOUBLE: parse_double,
    STRING: F.col,
    DATE: parse_date,
    TIMESTAMP: parse_timestamp,
}


def finite(value: Column) -> Column:
    """Return a double, null where it is NaN (which Spark orders above everything) or infinite."""
    return F.when(F.abs(value) < float("inf"), value)


def in_calendar(value: Column) -> Column:
    """Return a date or timestamp, null outside the years 1..9999."""
    return F.when(F.year(value).between(1, 9999), value)


_BLANKS = " \\t"
"""The blanks of the grammar, as a text in SQL."""


def _bare_number(text: Column) -> Column:
    """Whether the first character is one of + , - . / 0..9 and the last a digit: nothing to trim, no letter behind."""
    last = F.substring(text, -1, 1)
    return (text >= "+") & (text < ":") & (last >= "0") & (last <= "9")


def _moment(text: str) -> Column:
    """Offsets are understood by the type with a zone alone; the session's zone is UTC."""
    return in_calendar(try_cast_text(text, "timestamp_ltz").cast("timestamp_ntz"))


def _formatted(name: str, type_: Type, format: str) -> Column:
    """Each part is taken out of the text, and the parts are put together as ISO 8601."""
    form = format_to_pattern(format)
    pattern = _sql(grammar.whole(form.pattern))
    parts = {part: f"regexp_extract(`{name}`, {pattern}, {number})" for number, part in enumerate(form.parts, 1)}
    moment = _moment(_iso(parts))
    return moment.cast("date") if type_ == DATE else moment


def _iso(parts: dict[str, str]) -> str:
    """Return the SQL text of `year-month-day hour:minute:second.fraction zone`. What does not match has empty parts."""
    year, month, day, hour, minute, second = (_part(parts, place) for place in _NUMBER_PLACES)
    fraction = parts.get("fraction", "'0'")
    return _concat([year, "'-'", month, "'-'", day, "' '", hour, "':'", minute, "':'", second, "'.'", fraction, parts.get("zone", "''")])


def _part(parts: dict[str, str], place: str) -> str:
    if place in parts:
        return parts[place]
    if place == "year":
        short = parts["short_year"]
        return f"concat(if({short} >= '69', '19', '20'), {short})"
    if place == "month":
        return f"cast(cast((locate(lower({parts['month_name']}), '{''.join(MONTHS)}') + 2) / 3 as int) as string)"
    if place == "hour" and "half_day_hour" in parts:
        return _hour_of_half_day(parts["half_day_hour"], parts["half"])
    return "'00'"


def _hour_of_half_day(hour: str, half: str) -> str:
    number = f"try_cast({hour} as int)"
    shifted = f"{number} % 12 + if(lower({half}) = 'pm', 12, 0)"
    return f"if({number} between 1 and 12, cast({shifted} as string), 'no such hour')"


def _concat(parts: Sequence[str]) -> str:
    return f"concat({', '.join(parts)})"


def _sql(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
