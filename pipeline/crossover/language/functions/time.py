"""Functions of dates and timestamps. All is UTC; weeks begin on Monday; results lie in the years 1 to 9999."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from crossover.language.errors import ExpressionError
from crossover.language.functions.function import Function
from crossover.language.typed import Typed, arithmetic, constant, convert, primitive
from crossover.language.types import DATE, DOUBLE, INT, TIMESTAMP

MINUTE = 60_000_000
DAY = 86_400_000_000
UNITS = ("minute", "hour", "day", "week", "month", "quarter", "year")


def _part(name: str) -> Callable[[Typed], Typed]:
    def lower(t: Typed) -> Typed:
        return primitive(name, convert(t, DATE) if t.is_literal and t.value is None else t)

    return lower


def _quarter(t: Typed) -> Typed:
    thirds = primitive("divide", convert(arithmetic("add", primitive("month", t), constant(2)), DOUBLE), constant(3.0))
    return primitive("double_to_int", thirds)


def _add_minutes(t: Typed, minutes: Typed) -> Typed:
    if minutes.type == INT:
        return primitive("add_microseconds", t, arithmetic("multiply", minutes, constant(MINUTE)))
    whole = primitive("round_half_away", arithmetic("multiply", convert(minutes, DOUBLE), constant(float(MINUTE))))
    return primitive("add_microseconds", t, primitive("double_to_int", whole))


def _add_days(t: Typed, days: Typed) -> Typed:
    if t.type == TIMESTAMP:
        return primitive("add_microseconds", t, arithmetic("multiply", days, constant(DAY)))
    return primitive("add_days", convert(t, DATE), days)


def _add_months(t: Typed, months: Typed) -> Typed:
    return primitive("add_months", t, months)


def _between(unit: int) -> Callable[[Typed, Typed], Typed]:
    def lower(start: Typed, end: Typed) -> Typed:
        return primitive("divide", convert(primitive("microseconds_between", start, end), DOUBLE), constant(float(unit)))

    return lower


def _truncate_to(unit: Typed, t: Typed) -> Typed:
    if not unit.is_literal or unit.value not in UNITS:
        raise ExpressionError(f"the unit is one of {', '.join(UNITS)}", unit.span, code="type")
    if t.type == DATE and unit.value in ("minute", "hour", "day"):
        return t
    return primitive("truncate_time", unit, t)


_T = "of a date or timestamp"
FUNCTIONS = (
    Function("year", ("time",), _T, ("year(date '2013-05-06')", 2013), _part("year")),
    Function("month", ("time",), "1 to 12", ("month(date '2013-05-06')", 5), _part("month")),
    Function("day", ("time",), "1 to 31", ("day(date '2013-05-06')", 6), _part("day")),
    Function("hour", ("time",), "0 to 23", ("hour(timestamp '2013-05-06 17:45:30')", 17), _part("hour")),
    Function("minute", ("time",), "0 to 59", ("minute(timestamp '2013-05-06 17:45:30')", 45), _part("minute")),
    Function("second", ("time",), "0 to 59, whole", ("second(timestamp '2013-05-06 17:45:30')", 30), _part("second")),
    Function("weekday", ("time",), "Monday 1 to Sunday 7", ("weekday(date '2013-05-06')", 1), _part("weekday")),
    Function("iso_week", ("time",), "week of ISO 8601, 1 to 53", ("iso_week(date '2024-12-30')", 1), _part("iso_week")),
    Function("quarter", ("time",), "1 to 4", ("quarter(date '2013-05-06')", 2), _quarter),
    Function("day_of_year", ("time",), "1 to 366", ("day_of_year(date '2013-02-01')", 32), _part("day_of_year")),
    Function("make_date", ("int", "int", "int"), "(year, month, day)", ("make_date(2013, 5, 6)", date(2013, 5, 6)),
             lambda y, m, d: primitive("make_date", y, m, d), "null where there is no such day"),
    Function("add_minutes", ("timestamp", "number"), "fractions to the microsecond, half away from zero",
             ("add_minutes(timestamp '2013-05-06 17:45:30', 0.5)", datetime(2013, 5, 6, 17, 46)), _add_minutes,
             "null outside years 1 to 9999"),
    Function("add_days", ("time", "int"), "whole days", ("add_days(date '2013-02-28', 1)", date(2013, 3, 1)), _add_days,
             "null outside years 1 to 9999"),
    Function("add_months", ("time", "int"), "the same day, or the last of a shorter month",
             ("add_months(date '2013-01-31', 1)", date(2013, 2, 28)), _add_months, "null outside years 1 to 9999"),
    Function("minutes_between", ("timestamp", "timestamp"), "b - a in minutes, elapsed, a double",
             ("minutes_between(timestamp '2013-05-06 10:00:00', timestamp '2013-05-06 10:01:30')", 1.5), _between(MINUTE)),
    Function("days_between", ("timestamp", "timestamp"), "b - a in days of 24 hours, elapsed, a double",
             ("days_between(date '2013-05-06', date '2013-05-08')", 2.0), _between(DAY)),
    Function("truncate_to", ("string", "time"), "(unit, t): the beginning of its minute hour day week month quarter year",
             ("truncate_to('month', date '2013-05-06')", date(2013, 5, 1)), _truncate_to),
)  # fmt: skip
