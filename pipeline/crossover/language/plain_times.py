"""Primitives of dates and timestamps on single values, in plain Python."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

_MICROSECOND, _MINUTE, _DAY = timedelta(microseconds=1), timedelta(minutes=1), timedelta(days=1)
_DATE = re.compile(r"[ \t]*([0-9]{4})-([0-9]{2})-([0-9]{2})[ \t]*")
_MOMENT = re.compile(
    r"[ \t]*([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[T ]([0-9]{2})(?::([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?)?"
    r"(?:(Z)|([+-])([0-9]{2})(?::?([0-9]{2}))?)?)?[ \t]*"
)
_LARGEST_OFFSET = 18 * 60
"""Minutes: what Java reads."""


def make_date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except (ValueError, OverflowError):
        return None


def parse_date(text: str) -> date | None:
    found = _DATE.fullmatch(text)
    return make_date(*map(int, found.groups())) if found else None


def parse_timestamp(text: str) -> datetime | None:
    """Return a moment in UTC: a date alone is its midnight, digits behind the microseconds are cut off."""
    found = _MOMENT.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    fraction, _, sign, hours, minutes = found.groups()[6:]
    offset = int(hours or 0) * 60 + int(minutes or 0)
    if int(minutes or 0) > 59 or offset > _LARGEST_OFFSET:
        return None
    try:
        local = datetime(year, month, day, hour, minute, second, int((fraction or "").ljust(6, "0")[:6]))
        return local + offset * _MINUTE * (1 if sign == "-" else -1)
    except (ValueError, OverflowError):
        return None


def midnight(value: date) -> datetime:
    return value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)


def _shifted(unit: timedelta) -> Callable[[Any, int], Any]:
    def shift(value: Any, count: int) -> Any:
        try:
            return value + count * unit
        except OverflowError:
            return None

    return shift


def add_months(value: Any, count: int) -> Any:
    """Return the same day of another month, or the last one of a shorter month."""
    year, month = divmod(value.year * 12 + value.month - 1 + count, 12)
    if not 1 <= year <= 9999:
        return None
    return value.replace(year=year, month=month + 1, day=min(value.day, calendar.monthrange(year, month + 1)[1]))


def truncate(unit: str, value: Any) -> Any:
    """Return the beginning of the unit that a date or timestamp lies in."""
    if not isinstance(value, datetime):
        return _TRUNCATED[unit](value)
    if unit in ("minute", "hour"):
        return value.replace(second=0, microsecond=0, minute=value.minute if unit == "minute" else 0)
    return midnight(_TRUNCATED[unit](value.date()))


_TRUNCATED: dict[str, Callable[[date], date]] = {
    "minute": lambda day: day,
    "hour": lambda day: day,
    "day": lambda day: day,
    "week": lambda day: day - day.weekday() * _DAY,
    "month": lambda day: day.replace(day=1),
    "quarter": lambda day: day.replace(day=1, month=(day.month - 1) // 3 * 3 + 1),
    "year": lambda day: day.replace(day=1, month=1),
}

TIMES: dict[str, Callable[..., Any]] = {
    "string_to_date": parse_date,
    "string_to_timestamp": parse_timestamp,
    "timestamp_to_date": lambda moment: moment.date(),
    "date_to_timestamp": midnight,
    "year": lambda time: time.year,
    "month": lambda time: time.month,
    "day": lambda time: time.day,
    "hour": lambda time: time.hour if isinstance(time, datetime) else 0,
    "minute": lambda time: time.minute if isinstance(time, datetime) else 0,
    "second": lambda time: time.second if isinstance(time, datetime) else 0,
    "weekday": lambda time: time.isoweekday(),
    "iso_week": lambda time: time.isocalendar().week,
    "day_of_year": lambda time: time.timetuple().tm_yday,
    "make_date": make_date,
    "add_microseconds": _shifted(_MICROSECOND),
    "add_days": _shifted(_DAY),
    "add_months": add_months,
    "microseconds_between": lambda start, end: (end - start) // _MICROSECOND,
    "truncate_time": truncate,
}
"""Primitive -> its value where no argument is null."""
