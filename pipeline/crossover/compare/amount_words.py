"""Amounts in the sentences of a verdict: few digits, with their unit."""

from __future__ import annotations

from math import floor, log10


def rows_text(rows: float) -> str:
    """Return `930 rows`, `12,400 rows`, `1.2 million rows`, `35 million rows`."""
    for unit, word in ((1e9, "billion "), (1e6, "million ")):
        if rows >= 0.9995 * unit:
            return f"{_two_digits(rows / unit):g} {word}rows"
    return f"{_two_digits(rows):,.0f} rows"


def seconds_text(seconds: float) -> str:
    """Return `0.34 s`, `4.2 s`, `75 s`."""
    return f"{seconds:.2f} s" if seconds < 1 else f"{seconds:.1f} s" if seconds < 9.95 else f"{seconds:,.0f} s"


def bytes_text(size: float) -> str:
    """Return bytes in units of 1,024: `512 MiB`, `3.9 GiB`."""
    for unit, word in ((2**40, "TiB"), (2**30, "GiB"), (2**20, "MiB")):
        if size >= 0.995 * unit:
            return f"{_two_digits(size / unit) if size < 9.95 * unit else round(size / unit):g} {word}"
    return f"{size:,.0f} bytes"


def cores_text(cores: float) -> str:
    """Return `1 core`, `2 cores`."""
    return f"{cores:g} core{'' if cores == 1 else 's'}"


def _two_digits(value: float) -> float:
    """Return a number of which two digits stand, three where it is below 100 and begins with 1."""
    if value <= 0:
        return 0.0
    return round(value, 1 - floor(log10(value)) if value >= 1 else 2)
