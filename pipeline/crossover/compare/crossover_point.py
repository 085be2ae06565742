"""The size from which one engine is faster than others, by their fitted lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crossover.compare.fit import Fit
from crossover.compare.least_squares import Floats
from crossover.compare.resample import interval

FARTHEST = 5.0
"""A size is stated up to this many times the largest that was measured."""
WORST_ERROR = 0.20
"""A fit whose mean relative error is larger states nothing."""


@dataclass(frozen=True)
class Contender:
    """An engine at one parallelism, and its fit."""

    engine: str
    parallelism: int
    fit: Fit


@dataclass(frozen=True)
class CrossoverPoint:
    """From which size a challenger is faster than all holders, in rows."""

    challenger: Contender
    holders: tuple[Contender, ...]
    rows: float | None
    """None where no size up to `limit` was found, or nothing can be said. 0: at every size."""
    until: float | None = None
    """Where a holder is the faster one again, up to `limit`."""
    limit: float = 0.0
    """Beyond this many rows nothing is said."""
    interval: tuple[float, float | None] | None = None
    """90 % of the samples; None as its end: beyond `limit`, or never. None where too little was measured."""
    share: float | None = None
    """The part of the samples in which there is such a size up to `limit`."""
    doubt: str | None = None
    """Why nothing is said."""

    @property
    def none_below(self) -> float | None:
        """The rows up to which no crossover is expected, where none was found."""
        return self.limit if self.rows is None and self.doubt is None else None


def crossover_point(challenger: Contender, holders: Sequence[Contender]) -> CrossoverPoint:
    """Return where the challenger's line goes below all lines of the holders.

    Lines of both sides are trusted up to 5 times the largest size that both measured.
    """
    everyone = (challenger, *holders)
    limit = FARTHEST * min(each.fit.sizes[-1] for each in everyone)
    doubt = next((_doubt(each) for each in everyone if _doubt(each)), None)
    if doubt is not None:
        return CrossoverPoint(challenger, tuple(holders), None, limit=limit, doubt=doubt)
    lines = [each.fit.line(each.parallelism) for each in everyone]
    begin, end = _region([(np.array([line.fixed]), np.array([line.per_row])) for line in lines])
    rows, until = float(begin[0]), float(end[0])
    found = rows < until and rows <= limit
    ends, share = _sampled(everyone, limit)
    return CrossoverPoint(
        challenger,
        tuple(holders),
        rows if found else None,
        until if found and until <= limit else None,
        limit,
        ends,
        share,
    )


def _doubt(each: Contender) -> str | None:
    error = each.fit.mean_error
    if error is None or error <= WORST_ERROR:
        return None
    return f"the fit of {each.engine} misses the measured times by {error:.0%} on average, too far to go beyond them"


def _sampled(everyone: Sequence[Contender], limit: float) -> tuple[tuple[float, float | None] | None, float | None]:
    sampled = [each.fit.sampled_lines(each.parallelism) for each in everyone]
    known = [lines for lines in sampled if lines is not None]
    if len(known) < len(everyone):
        return None, None
    begin, end = _region(known)
    begin = np.where((begin < end) & (begin <= limit), begin, np.inf)
    low, high = interval(begin)
    share = float(np.mean(np.isfinite(begin)))
    if not np.isfinite(low):
        return None, share
    return (low, high if np.isfinite(high) else None), share


def _region(lines: Sequence[tuple[Floats, Floats]]) -> tuple[Floats, Floats]:
    """Return between which sizes the first line lies below all others: one stretch, as all are straight; (inf, inf) for none."""
    fixed, per_row = lines[0]
    begin, end = np.zeros_like(fixed), np.full_like(fixed, np.inf)
    for other_fixed, other_per_row in lines[1:]:
        behind, gains = fixed - other_fixed, other_per_row - per_row
        with np.errstate(divide="ignore", invalid="ignore"):
            meeting = np.maximum(behind / gains, 0.0)
        begin = np.maximum(begin, np.where(gains > 0, meeting, np.where((gains == 0) & (behind >= 0), np.inf, 0.0)))
        end = np.minimum(end, np.where(gains < 0, meeting, np.inf))
    none = begin >= end
    return np.where(none, np.inf, begin), np.where(none, np.inf, end)
