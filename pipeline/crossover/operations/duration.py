"""Durations in steps: `30 minutes`, `1 day`, `$n days`."""

from __future__ import annotations

import re

from crossover.core.nearest import did_you_mean
from crossover.language.lower import ParameterValue
from crossover.operations.context import Context, Refused
from crossover.operations.table import Path

MICROSECONDS = {
    "second": 1_000_000,
    "minute": 60_000_000,
    "hour": 3_600_000_000,
    "day": 86_400_000_000,
    "week": 7 * 86_400_000_000,
}
_FORM = re.compile(r"\s*(?P<count>\d+|\$[A-Za-z_]\w*)\s+(?P<unit>[a-z]+?)s?\s*", re.ASCII)


def duration(context: Context, where: Path, text: str) -> int:
    """Return a duration in microseconds. A day is 24 hours."""
    form = _FORM.fullmatch(text)
    if form is None or form["unit"] not in MICROSECONDS:
        raise context.refuse(where, "duration", f"`{text}` is no duration", "expected: 30 minutes, 2 hours, 1 day, $n days")
    count = form["count"]
    if not count.startswith("$"):
        number = int(count)
    else:
        value = _parameter(context, where, count[1:], text.index(count))
        if isinstance(value, bool) or not isinstance(value, int):
            raise context.refuse(where, "duration", f"`{count}` is no int parameter")
        number = value
    if number <= 0:
        raise context.refuse(where, "duration", "a duration is longer than nothing")
    return number * MICROSECONDS[form["unit"]]


def _parameter(context: Context, where: Path, name: str, offset: int) -> ParameterValue:
    if name in context.broken_parameters:
        raise Refused()
    if name not in context.parameters:
        hint = did_you_mean(name, context.parameters)
        raise context.refuse(where, "unknown-parameter", f"no parameter `{name}`{hint}", offset=offset)
    return context.parameters[name]
