"""The colours of plots: each is drawn as a marker, and written as a variable that light, dark and paper set.

Series take the colours of Okabe and Ito, which people with any kind of colour blindness tell apart, some made darker
so that they stand out from paper.
"""

from __future__ import annotations

INK, MUTED, GRID, PAPER = "#010101", "#010102", "#010103", "#010104"
SERIES = tuple(f"#0102{place:02x}" for place in range(6))
PARTS = tuple(f"#0103{place:02x}" for place in range(10))

LIGHT = {
    "ink": "#1d2433", "muted": "#586174", "grid": "#dfe3ea", "paper": "#ffffff",
    "series-0": "#0b6bb0", "series-1": "#c24e00", "series-2": "#00805d",
    "series-3": "#a8457d", "series-4": "#8a6d00", "series-5": "#4a5568",
    "part-0": "#9aa5b8", "part-1": "#0b6bb0", "part-2": "#56a5dd", "part-3": "#00805d", "part-4": "#58bd9f",
    "part-5": "#e0a300", "part-6": "#c24e00", "part-7": "#e58a5a", "part-8": "#a8457d", "part-9": "#d9dee7",
}  # fmt: skip
DARK = {
    "ink": "#e8ecf3", "muted": "#a3adbf", "grid": "#333c4c", "paper": "#171c26",
    "series-0": "#62b3f2", "series-1": "#ff9a57", "series-2": "#43cfa6",
    "series-3": "#e793c4", "series-4": "#e2c341", "series-5": "#aab4c5",
    "part-0": "#6f7b90", "part-1": "#4aa3ea", "part-2": "#2b6ca3", "part-3": "#43cfa6", "part-4": "#23806a",
    "part-5": "#e2c341", "part-6": "#ff9a57", "part-7": "#b4602a", "part-8": "#e793c4", "part-9": "#4a5568",
}  # fmt: skip

MARKERS = {
    INK: "ink", MUTED: "muted", GRID: "grid", PAPER: "paper",
    **{marker: f"series-{place}" for place, marker in enumerate(SERIES)},
    **{marker: f"part-{place}" for place, marker in enumerate(PARTS)},
}  # fmt: skip
"""Marker in what matplotlib draws, and the variable that takes its place."""


def variable(name: str) -> str:
    """Return a colour for a style; where a picture stands alone, it is the one for light."""
    return f"var(--{name}, {LIGHT[name]})"


def declarations(colours: dict[str, str]) -> str:
    """Return the variables as CSS."""
    return " ".join(f"--{name}: {colour};" for name, colour in colours.items())
