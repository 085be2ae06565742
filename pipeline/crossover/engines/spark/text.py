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


def parse(name: str, type_: Type, format: str | None = None) -> Column:
    """Return the values of a text column, null where a text does not fit the type."""
    return settled(read(name, type_, format), type_)


def read(name: str, type_: Type, format: str | None = None) -> Column:
    """Return the values as Spark reads them; `settled` then takes out those outside the language."""
    return _formatted(name, type_, format) if format is not None else READERS[type_](name)


def settled(value: Column, type_: Type) -> Column:
    """Return the value, null for an infinite double or a moment outside the calendar. Mentions it more than once."""
    return SETTLED[type_](value) if type_ in SETTLED else value


def _read_int(name: str) -> Column:
    """Plain digits take the fast way; the rest of the grammar (`7.0`, blanks) is brought into their form."""
    digits = f"regexp_replace(x, '^[{_BLANKS}]*([+-]?)0*([0-9]+)([.]0*)?[{_BLANKS}]*$', '$1$2')"
    return _fast_or_slow(F.when(_bare_number(F.col(name)), try_cast(name, "bigint")), name, grammar.INT_PATTERN, f"try_cast({digits} as bigint)")


def _read_double(name: str) -> Column:
    """Spark also reads `1d` and `0x1p3`: neither ends in a digit and is free of x. Infinity means out of range."""
    text = F.col(name)
    plain = _bare_number(text) & ~text.contains("x") & ~text.contains("X")
    return _fast_or_slow(F.when(plain, try_cast(name, "double")), name, grammar.DOUBLE_PATTERN, f"try_cast({_BARE} as double)")


def _read_boolean(name: str) -> Column:
    text = F.col(name)
    true, false = (grammar.whole(f"(?i:{'|'.join(texts)})") for texts in (grammar.TRUE_TEXTS, grammar.FALSE_TEXTS))
    return F.when(text.rlike(true), F.lit(True)).when(text.rlike(false), F.lit(False))


def _read_date(name: str) -> Column:
    fits = F.col(name).rlike(grammar.whole(grammar.DATE_PATTERN))
    return F.when(fits, F.expr(f"try_cast(btrim(`{name}`, '{_BLANKS}') as date)"))


def _read_timestamp(name: str) -> Column:
    """Most texts have no offset. Before one, Spark wants minutes and seconds: they are put in."""
    hours = f"regexp_replace({_BARE}, '^(.{{13}})(Z|[+-].*)?$', '$1:00$2')"
    minutes = f"regexp_replace({hours}, '^(.{{16}})(Z|[+-].*)?$', '$1:00$2')"
    fast = F.when(F.col(name).rlike(_PLAIN_MOMENT), try_cast(name, "timestamp_ntz"))
    return _fast_or_slow(fast, name, grammar.TIMESTAMP_PATTERN, f"coalesce({_moment(_BARE)}, {_moment(minutes)})")


def _fast_or_slow(fast: Column, name: str, pattern: str, value: str) -> Column:
    """Return `fast`, or where it is null the SQL text `value` of a text x that matches the pattern.

    The slow way stands in a lambda, of which Spark generates no code: with it the method that reads a few columns
    would have more than 8,000 bytes, and Java never compiles such a one.
    """
    slow = f"if(x rlike {_sql(grammar.whole(pattern))}, {value}, null)"
    return F.coalesce(fast, F.when(F.col(name).isNotNull(), F.expr(f"get(transform(array(`{name}`), x -> {slow}), 0)")))


READERS: dict[Type, Callable[[str], Column]] = {
    BOOLEAN: _read_boolean,
    INT: _read_int,
    DOUBLE: _read_double,
    STRING: F.col,
    DATE: _read_date,
    TIMESTAMP: _read_timestamp,
}


def finite(value: Column) -> Column:
    """Return a double, null where it is NaN (which Spark orders above everything) or infinite."""
    return F.when(F.abs(value) < float("inf"), value)


def in_calendar(value: Column) -> Column:
    """Return a date or timestamp, null outside the years 1..9999."""
    return F.when(F.year(value).between(1, 9999), value)


SETTLED: dict[Type, Callable[[Column], Column]] = {DOUBLE: finite, DATE: in_calendar, TIMESTAMP: in_calendar}

_PLAIN_MOMENT = r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}(?::[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?)?)?\z"
"""What Spark reads as it is: it wants minutes and seconds before an offset alone."""

_BLANKS = " \\t"
"""The blanks of the grammar, as a text in SQL."""


_BARE = f"btrim(x, '{_BLANKS}')"


def _bare_number(text: Column) -> Column:
    """Whether the first character is one of + , - . / 0..9 and the last a digit: nothing to trim, no letter behind.

    Of a text Spark would count all characters to find the last one, of bytes it does not.
    """
    last = F.substring(text.cast("binary"), -1, 1)
    return (text >= "+") & (text < ":") & (last >= F.lit(b"0")) & (last <= F.lit(b"9"))


def _moment(text: str) -> str:
    """Offsets are understood by the type with a zone alone; the session's zone is UTC."""
    return f"cast(try_cast({text} as timestamp_ltz) as timestamp_ntz)"


def _formatted(name: str, type_: Type, format: str) -> Column:
    """Each part is taken out of the text, and the parts are put together as ISO 8601."""
    form = format_to_pattern(format)
    pattern = _sql(grammar.whole(form.pattern))
    parts = {part: f"regexp_extract(`{name}`, {pattern}, {number})" for number, part in enumerate(form.parts, 1)}
    moment = F.expr(_moment(_iso(parts)))
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
