"""One cell at a time, in plain Python: slow and obviously right. `text.cast` is the same for whole columns."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache

from crossover.language.types import BOOLEAN, DATE, DOUBLE, INT, INT_MAX, INT_MIN, STRING, TIMESTAMP, Type
from crossover.sources.formats import MONTHS, FormatPattern, format_to_pattern
from crossover.sources.grammar import (
    BLANKS,
    DATE_PARTS,
    DATE_PATTERN,
    DOUBLE_PATTERN,
    FALSE_TEXTS,
    INT_PATTERN,
    TIMESTAMP_PARTS,
    TIMESTAMP_PATTERN,
    TRUE_TEXTS,
    ZONE_LIMIT_MINUTES,
)

Cell = bool | int | float | str | date | datetime | None

ISO_DATE = FormatPattern(DATE_PATTERN, DATE_PARTS)
ISO_TIMESTAMP = FormatPattern(TIMESTAMP_PATTERN, TIMESTAMP_PARTS)


def parse_int(text: str) -> int | None:
    text = text.strip(BLANKS)
    if not re.fullmatch(INT_PATTERN, text):
        return None
    digits = text.lstrip("+-").partition(".")[0].lstrip("0") or "0"
    if len(digits) > 19:  # Python refuses to read very long texts as numbers; 64 bits have 19 digits
        return None
    value = -int(digits) if text[0] == "-" else int(digits)
    return value if INT_MIN <= value <= INT_MAX else None


def parse_double(text: str) -> float | None:
    text = text.strip(BLANKS)
    if not re.fullmatch(DOUBLE_PATTERN, text):
        return None
    value = float(text)
    return value if math.isfinite(value) else None


def parse_boolean(text: str) -> bool | None:
    text = text.strip(BLANKS)
    # A-Z alone: str.lower also maps letters of other alphabets, such as the Kelvin sign, onto ASCII.
    lowered = text.lower() if text.isascii() else text
    return True if lowered in TRUE_TEXTS else False if lowered in FALSE_TEXTS else None


def parse_date(text: str, format: str | None = None) -> date | None:
    moment = _moment(text, _compiled(format) if format else ISO_DATE)
    return moment.date() if moment else None


def parse_timestamp(text: str, format: str | None = None) -> datetime | None:
    """Return the moment in UTC, without a zone."""
    return _moment(text, _compiled(format) if format else ISO_TIMESTAMP)


def parse(text: str, type: Type, format: str | None = None) -> Cell:
    """Return the value of a text, or None if it does not fit the type."""
    if type in (DATE, TIMESTAMP):
        return (parse_date if type == DATE else parse_timestamp)(text, format)
    return _PARSERS[type](text)


def _string(text: str) -> str:
    return text


_PARSERS: dict[Type, Callable[[str], Cell]] = {
    BOOLEAN: parse_boolean,
    INT: parse_int,
    DOUBLE: parse_double,
    STRING: _string,
}


@lru_cache(maxsize=100)
def _compiled(format: str) -> FormatPattern:
    return format_to_pattern(format)


def _moment(text: str, form: FormatPattern) -> datetime | None:
    found = re.fullmatch(form.pattern, text.strip(BLANKS))
    return moment_of(dict(zip(form.parts, (group or "" for group in found.groups()), strict=True))) if found else None


def moment_of(parts: Mapping[str, str]) -> datetime | None:
    """Return the moment that matched parts say, in UTC; None if there is none, as 30 February."""
    zone = zone_minutes(parts.get("zone", ""))
    if zone is None:
        return None
    try:
        local = datetime(
            _year(parts),
            MONTHS.index(parts["month_name"].lower()) + 1 if "month_name" in parts else int(parts["month"]),
            int(parts["day"]),
            _hour(parts),
            int(parts.get("minute") or 0),
            int(parts.get("second") or 0),
            int((parts.get("fraction") or "0").ljust(6, "0")[:6]),
        )
        return local - timedelta(minutes=zone)
    except (ValueError, OverflowError):  # no such day or hour; a moment outside the years 1..9999
        return None


def _year(parts: Mapping[str, str]) -> int:
    if "year" in parts:
        return int(parts["year"])
    short = int(parts["short_year"])
    return short + (1900 if short >= 69 else 2000)


def _hour(parts: Mapping[str, str]) -> int:
    if "half_day_hour" not in parts:
        return int(parts.get("hour") or 0)
    hour = int(parts["half_day_hour"])
    if not 1 <= hour <= 12:
        raise ValueError("no such hour")
    return hour % 12 + (12 if parts["half"].lower() == "pm" else 0)


def zone_minutes(zone: str) -> int | None:
    """Return minutes east of UTC of a text that matches ZONE_PATTERN or is empty; None beyond 18 hours."""
    if zone in ("", "Z"):
        return 0
    digits = zone[1:].replace(":", "").ljust(4, "0")
    hours, minutes = int(digits[:2]), int(digits[2:])
    total = hours * 60 + minutes
    if minutes > 59 or total > ZONE_LIMIT_MINUTES:
        return None
    return -total if zone[0] == "-" else total
