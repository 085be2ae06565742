"""Extremes of numbers: values beyond the clip bounds become the bounds."""

from __future__ import annotations

from crossover.language.tree import Expression, call, case, literal


def clipped(number: Expression, bounds: tuple[float, float] | None) -> Expression:
    """Return the number between the bounds; null stays null, which `least` and `greatest` would skip."""
    if bounds is None:
        return number
    low, high = literal(bounds[0]), literal(bounds[1])
    return case(call("less", number, low), low, case(call("less", high, number), high, number))
