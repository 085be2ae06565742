"""Amounts as people read them: three digits and a unit."""

from __future__ import annotations

import math
import re

NOT_KNOWN = "–"
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ufffe\uffff]")
"""Characters that have no form of their own, or turn the direction of what follows."""


def seconds(value: float | None) -> str:
    """Return `340 ms`, `4.21 s`, `75.1 s`, `12 min 5 s`."""
    if value is None or not math.isfinite(value):
        return NOT_KNOWN
    if 0 < abs(value) < 1:
        thousands = next((place for place in (1, 2) if abs(value) * 1000**place >= 0.9995), 3)
        return f"{digits(value * 1000**thousands)} {('ms', 'µs', 'ns')[thousands - 1]}"
    if abs(value) < 600:
        return f"{digits(value)} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes} min {rest} s" if minutes < 600 else f"{value / 3600:,.1f} h"


def size(value: float | None) -> str:
    """Return bytes in units of 1,024: `512 KiB`, `1.34 GiB`."""
    if value is None or not math.isfinite(value):
        return NOT_KNOWN
    units = ("bytes", "KiB", "MiB", "GiB", "TiB")
    place = next((place for place in range(len(units)) if abs(value) < 999.5 * 1024**place), len(units) - 1)
    return f"{value:,.0f} bytes" if place == 0 else f"{digits(value / 1024**place)} {units[place]}"


def count(value: float | None) -> str:
    """Return a whole number with its thousands apart."""
    return NOT_KNOWN if value is None or not math.isfinite(value) else f"{value:,.0f}"


def roughly(value: float | None) -> str:
    """Return `930`, `12,400`, `1.24 million`, `3.1 billion`."""
    if value is None or not math.isfinite(value):
        return NOT_KNOWN
    for unit, word in ((1e9, "billion"), (1e6, "million")):
        if abs(value) >= 0.9995 * unit:
            return f"{digits(value / unit)} {word}"
    return f"{float(f'{value:.3g}'):,.0f}" if abs(value) >= 1 else f"{value:.3g}"


def times(value: float | None) -> str:
    """Return `1.23x`; what is next to nothing has no digits."""
    if value is None or not math.isfinite(value):
        return NOT_KNOWN
    return "under 0.001x" if 0 < value < 0.001 else f"{digits(value)}x"


def share(value: float | None) -> str:
    """Return a share in per cent."""
    return NOT_KNOWN if value is None or not math.isfinite(value) else f"{value:.1%}"


def digits(value: float) -> str:
    """Return three digits, and no fewer than all before the point."""
    if value == 0 or abs(value) >= 99.95:
        return f"{value:,.0f}"
    return f"{value:.{2 - math.floor(math.log10(abs(float(f'{value:.2e}'))))}f}"


def visible(text: str) -> str:
    """Return text in which characters that cannot be seen are written as `\\x00`; a line break becomes a space."""
    return _UNSEEN.sub(lambda found: _written(found.group()), text)


def short(text: str, most: int) -> str:
    """Return visible text of at most so many characters."""
    seen = visible(text)
    return seen if len(seen) <= most else f"{seen[: most - 3]}..."


def _written(character: str) -> str:
    if character in "\n\t\r":
        return " "
    code = ord(character)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
