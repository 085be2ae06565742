"""The grammar of cells: which texts are numbers, truth values, dates and moments.

The patterns are plain strings that Python, RE2 (pyarrow) and Java read alike. They match a whole cell without
the blanks around it: anchor them with `\\A(?:...)\\z` (Python: `fullmatch`).
"""

from __future__ import annotations

BLANKS = " \t"
"""Ignored at both ends of a cell that is not a string: U+0020 and U+0009, nothing else."""

INT_PATTERN = r"[+-]?[0-9]+(?:\.0*)?"
"""And within 64 bits, which the pattern cannot say."""

DOUBLE_PATTERN = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
"""And finite: `1e400` matches but is no double. `1e-400` is 0."""

TRUE_TEXTS = ("true", "1")
FALSE_TEXTS = ("false", "0")
BOOLEAN_PATTERN = r"(?i:true|false|1|0)"

DATE_PATTERN = r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
DATE_PARTS = ("year", "month", "day")
"""What the groups of DATE_PATTERN hold."""

ZONE_PATTERN = r"Z|[+-][0-9]{2}(?::?[0-9]{2})?"
"""UTC, or an offset of at most 18:00 hours (Java's limit), which the pattern cannot say."""

TIMESTAMP_PATTERN = (
    DATE_PATTERN + r"(?:[T ]([0-9]{2})(?::([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?)?(" + ZONE_PATTERN + r")?)?"
)
"""A date alone is its midnight. Of the fraction, microseconds count; further digits are cut off."""
TIMESTAMP_PARTS = (*DATE_PARTS, "hour", "minute", "second", "fraction", "zone")
"""What the groups of TIMESTAMP_PATTERN hold; a missing part is empty."""

ZONE_LIMIT_MINUTES = 18 * 60


def whole(pattern: str) -> str:
    """Return the pattern for a whole cell with blanks around it, for RE2 and Java."""
    return rf"\A[{BLANKS}]*(?:{pattern})[{BLANKS}]*\z"
