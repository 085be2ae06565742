"""How far a fit could lie elsewhere: its residuals drawn anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from crossover.compare.fit import Fit, Point, design, middles
from crossover.compare.least_squares import Floats, non_negative

LEAST_SIZES, LEAST_REPEATS = 4, 3
"""What must be measured for an interval."""
LEVEL = 0.9
"""Part of the samples that an interval holds."""
_SAMPLES = 2000
_SEED = 42
_NORMAL_95 = 1.6449
_T_95 = (6.3138, 2.9200, 2.3534, 2.1318, 2.0150, 1.9432, 1.8946, 1.8595, 1.8331, 1.8125)
"""95 % points of Student's t for 1, 2 ... 10 degrees of freedom."""


def resampled(fit: Fit, seed: int = 0) -> Fit:
    """Return the fit with samples of its terms, or as it is where fewer than 4 sizes have 3 repeats each.

    Residuals are relative and of two kinds, drawn apart (a bootstrap of residuals, Efron and Tibshirani 1993, ch. 9, in
    two layers): how far the middle of a size and parallelism lies off the line, with a random sign, and how far a repeat
    lies off its middle. Each is enlarged for the degrees of freedom that the fit and the middles took, the first also as
    Student's t asks where few sizes were measured. Fits that are
    compared have seeds of their own, so that they err independently of each other.
    """
    points = fit.points
    if not enough(points):
        return fit
    terms = tuple(fit.terms)
    expected = np.array([fit.at(point.rows, point.parallelism) for point in points])
    if np.any(expected <= 0):
        return fit
    cells, cell_of = np.unique([(point.rows, point.parallelism) for point in points], axis=0, return_inverse=True)
    cell_of = cell_of.reshape(-1)
    relative = np.array([point.value for point in points]) / expected - 1
    counts = np.bincount(cell_of)
    means = np.bincount(cell_of, relative) / counts
    within = (relative - means[cell_of]) * np.sqrt(counts / np.maximum(counts - 1, 1))[cell_of]
    spare = max(len(cells) - fit.used, 1)
    off_line = means * np.sqrt(len(cells) / spare) * _student(spare)
    random = np.random.default_rng((_SEED, seed))
    moved = _drawn(random, off_line, len(cells)) * random.choice([-1.0, 1.0], (_SAMPLES, len(cells)))
    drawn = expected * (1 + moved[:, cell_of] + _drawn(random, within, len(points)))
    found = non_negative(design(points, terms), (drawn / middles(points)).T)
    return replace(fit, samples=dict(zip(terms, found, strict=True)))


def _student(spare: int) -> float:
    """Return how much wider Student's t makes a 90 % interval than a normal one, for so many degrees of freedom."""
    return _T_95[min(spare, len(_T_95)) - 1] / _NORMAL_95


def enough(points: Sequence[Point]) -> bool:
    """Whether at least 4 sizes have at least 3 repeats at each parallelism."""
    repeats: dict[float, dict[int, int]] = {}
    for point in points:
        of_size = repeats.setdefault(point.rows, {})
        of_size[point.parallelism] = of_size.get(point.parallelism, 0) + 1
    return sum(min(of_size.values()) >= LEAST_REPEATS for of_size in repeats.values()) >= LEAST_SIZES


def interval(samples: Floats) -> tuple[float, float]:
    """Return the ends between which 90 % of the samples lie."""
    outside = (1 - LEVEL) / 2
    low, high = np.quantile(samples, [outside, 1 - outside], method="inverted_cdf")
    return float(low), float(high)


def _drawn(random: np.random.Generator, values: Floats, each: int) -> Floats:
    return values[random.integers(0, len(values), (_SAMPLES, each))]
