"""Arithmetic of the calendar, bounded to the years 1..9999: outside them the answer is null."""

from __future__ import annotations

from datetime import date

import polars as pl

from crossover.engines.polars.frames import DTYPES
from crossover.language.types import DATE, TIMESTAMP, Type

_EPOCH = date(1970, 1, 1)
_FIRST_DAY, _LAST_DAY = (date.min - _EPOCH).days, (date.max - _EPOCH).days
_DAY = 86_400_000_000
_FIRST_MOMENT, _LAST_MOMENT = _FIRST_DAY * _DAY, (_LAST_DAY + 1) * _DAY - 1
_FIRST_MONTH, _LAST_MONTH = 12, 9999 * 12 + 11
"""Months are counted from January of the year 0."""

TRUNCATE = {"minute": "1m", "hour": "1h", "day": "1d", "week": "1w", "month": "1mo", "quarter": "1q", "year": "1y"}


def add_microseconds(moment: pl.Expr, count: pl.Expr) -> pl.Expr:
    span = _LAST_MOMENT - _FIRST_MOMENT + 1
    return _between(moment.cast(pl.Int64) + count.clip(-span, span), _FIRST_MOMENT, _LAST_MOMENT).cast(DTYPES[TIMESTAMP])


def add_days(day: pl.Expr, count: pl.Expr) -> pl.Expr:
    span = _LAST_DAY - _FIRST_DAY + 1
    return _between(day.cast(pl.Int64) + count.clip(-span, span), _FIRST_DAY, _LAST_DAY).cast(pl.Int32).cast(pl.Date)


def add_months(time: pl.Expr, count: pl.Expr, type_: Type) -> pl.Expr:
    """Add months to a date or timestamp; the time of day stays."""
    span = _LAST_MONTH - _FIRST_MONTH + 1
    months = time.dt.year().cast(pl.Int64) * 12 + time.dt.month() - 1 + count.clip(-span, span)
    first = first_of_month(_between(months, _FIRST_MONTH, _LAST_MONTH))
    day = first + pl.duration(days=pl.min_horizontal(time.dt.day(), first.dt.month_end().dt.day()) - 1)
    if type_ == DATE:
        return day
    return day.cast(DTYPES[TIMESTAMP]) + (time - time.dt.truncate("1d"))


def make_date(year: pl.Expr, month: pl.Expr, day: pl.Expr) -> pl.Expr:
    months = _between(year, 1, 9999) * 12 + _between(month, 1, 12) - 1
    first = first_of_month(months)
    return pl.when(day.is_between(1, first.dt.month_end().dt.day())).then(first + pl.duration(days=day.clip(1, 31) - 1))


def first_of_month(months: pl.Expr) -> pl.Expr:
    """Return the first day of a month, counted from January of the year 0."""
    # Polars makes no date of null parts without a warning or error in some versions: fill, then take back
    known = months.fill_null(_FIRST_MONTH)
    return pl.when(months.is_not_null()).then(pl.date(known // 12, known % 12 + 1, 1))


def _between(number: pl.Expr, low: int, high: int) -> pl.Expr:
    return pl.when(number.is_between(low, high)).then(number)
