"""What many pairs say: medians, and bounds that hold with 95 %."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.stats import t

FIGURES = ("wall_s", "cpu_s", "clocks_cpu_s", "peak_memory")
FEWEST = 3
"""Pairs of which a bound can be told."""

Figures = Mapping[str, Any]


def summary(pairs: Sequence[Mapping[str, Figures]]) -> dict[str, Any]:
    """Return for each figure both medians, the median of the ratios, and a bound that their geometric mean stays below.

    The CPU of our clocks is divided by all CPU of the program written by hand; what our run takes beside its clocks stands apart, in seconds.
    """
    apart = [pair["ours"]["cpu_s"] - pair["ours"]["clocks_cpu_s"] for pair in pairs]
    found: dict[str, Any] = {figure: _compared(figure, pairs) for figure in FIGURES}
    return {"pairs": len(pairs), **found, "apart_cpu_s": {"median": statistics.median(apart), "upper_bound": bound_of_mean(apart)}}


def bound_of_ratio(ratios: Sequence[float]) -> float | None:
    """Return the one-sided 95 % bound of the geometric mean; None of fewer than three."""
    found = bound_of_mean([float(each) for each in np.log(ratios)])
    return None if found is None else float(np.exp(found))


def bound_of_mean(values: Sequence[float]) -> float | None:
    """Return the one-sided 95 % bound of the mean by Student's t; None of fewer than three."""
    if len(values) < FEWEST:
        return None
    error = np.std(values, ddof=1) / np.sqrt(len(values))
    return float(np.mean(values) + t.ppf(0.95, len(values) - 1) * error)


def _compared(figure: str, pairs: Sequence[Mapping[str, Figures]]) -> dict[str, Any]:
    ours = [pair["ours"][figure] for pair in pairs]
    by_hand = [pair["by hand"]["cpu_s" if figure == "clocks_cpu_s" else figure] for pair in pairs]
    ratios = [one / other for one, other in zip(ours, by_hand, strict=True)]
    return {
        "ours": statistics.median(ours),
        "by hand": statistics.median(by_hand),
        "ratio": statistics.median(ratios),
        "upper_bound": bound_of_ratio(ratios),
    }
