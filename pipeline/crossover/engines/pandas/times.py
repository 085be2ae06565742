"""Calendar functions of days and microseconds since 1970, in the proleptic Gregorian calendar."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

MICROSECONDS_A_DAY = 86_400_000_000
FIRST_DAY = -719_162
"""0001-01-01"""
LAST_DAY = 2_932_896
"""9999-12-31"""
_NEAR = (-25_567, 47_482)
"""1900-01-01 and 2100-01-01: days between them find their month in a small table."""


@cache
def _first_days() -> Ints:
    """First day of each month, from 0001-01 to one behind 9999-12."""
    months = np.arange(np.datetime64("0001-01"), np.datetime64("9999-12") + 2)
    return months.astype("M8[D]").astype(np.int64)


@cache
def _near_months() -> npt.NDArray[np.int32]:
    days = np.arange(*_NEAR)
    return (np.searchsorted(_first_days(), days, "right") - 1).astype(np.int32)


def month_number(days: Ints) -> Ints:
    """Return the month of each day, counted from 0001-01 = 0."""
    offset = days - _NEAR[0]
    if not len(days) or (offset.min() >= 0 and offset.max() < _NEAR[1] - _NEAR[0]):
        return _near_months().take(offset).astype(np.int64)
    return np.clip(np.searchsorted(_first_days(), days, "right") - 1, 0, len(_first_days()) - 2)


def day_of_month(days: Ints, months: Ints) -> Ints:
    return days - _first_days().take(months) + 1


def day_of_year(days: Ints, months: Ints) -> Ints:
    return days - _first_days().take(months - months % 12) + 1


def weekday(days: Ints) -> Ints:
    """Return Monday 1 ... Sunday 7; 1970-01-01 was a Thursday."""
    return (days + 3) % 7 + 1


def iso_week(days: Ints) -> Ints:
    """Return the week of the year that holds the week's Thursday."""
    thursday = days + 4 - weekday(days)
    # the Thursday of the first or last week may lie one year outside the calendar
    month = month_number(np.clip(thursday, FIRST_DAY, LAST_DAY))
    return np.where(thursday > LAST_DAY, 0, (day_of_year(thursday, month) - 1) // 7) + 1


def date_of(year: Ints, month: Ints, day: Ints) -> tuple[Ints, Mask]:
    """Return days, and whether there is such a day in years 1 to 9999."""
    fits = (year >= 1) & (year <= 9999) & (month >= 1) & (month <= 12) & (day >= 1)
    number = np.where(fits, (np.where(fits, year, 1) - 1) * 12 + np.where(fits, month, 1) - 1, 0)
    first = _first_days()
    fits &= day <= first.take(number + 1) - first.take(number)
    return first.take(number) + np.where(fits, day, 1) - 1, fits


def add_months(days: Ints, count: Ints) -> tuple[Ints, Mask]:
    """Return the same day so many months later, or the last of a shorter month, and whether it is in years 1 to 9999."""
    months = month_number(days)
    last = len(_first_days()) - 2
    # clip before the sum, which could leave int64
    target = months + np.clip(count, -2 * last, 2 * last)
    fits = (target >= 0) & (target <= last)
    target = np.clip(target, 0, last)
    first = _first_days()
    length = first.take(target + 1) - first.take(target)
    return first.take(target) + np.minimum(day_of_month(days, months), length) - 1, fits


def _to_month_of(step: int) -> Callable[[Ints], Ints]:
    def truncate(days: Ints) -> Ints:
        months = month_number(days)
        truncated: Ints = _first_days().take(months - months % step)
        return truncated

    return truncate


TRUNCATE_DAYS: dict[str, Callable[[Ints], Ints]] = {
    "minute": lambda days: days,
    "hour": lambda days: days,
    "day": lambda days: days,
    "week": lambda days: days - (days + 3) % 7,
    "month": _to_month_of(1),
    "quarter": _to_month_of(3),
    "year": _to_month_of(12),
}
TRUNCATE_MICROSECONDS = {"minute": 60_000_000, "hour": 3_600_000_000}


def saturating_add(values: Ints, change: Any) -> tuple[Ints, Mask]:
    """Return the sum and whether it stayed in int64."""
    total = values + change
    return total, ((values ^ total) & (change ^ total)) >= 0
