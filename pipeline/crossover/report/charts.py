"""What a plot shows, as data. `plots` draws it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Unit = Literal["", "rows", "s", "bytes", "share", "cores", "times"]
Line = Literal["solid", "dashed", "dashdot", "dotted"]
Place = tuple[float, float]


@dataclass(frozen=True)
class Axis:
    """A title, the unit of its numbers, and its scale."""

    title: str
    unit: Unit = ""
    log: bool = False
    whole: bool = False
    """Whether it begins at 0 (and for shares ends at 1)."""


@dataclass(frozen=True)
class Series:
    """Points of one colour. Those whose name is empty stand in no legend."""

    name: str
    points: tuple[Place, ...]
    look: int
    """Number of the colour and of the form of its points."""
    line: Line = "solid"
    marked: bool = True
    """Whether each point is drawn, or the line alone."""
    joined: bool = True
    """Whether a line is drawn from point to point."""
    thin: bool = False
    spans: tuple[Place, ...] = ()
    """For each point the lowest and the highest value that was seen."""


@dataclass(frozen=True)
class Reference:
    """A straight line across the plot, with words on it."""

    words: str
    value: float
    upright: bool
    """Whether it stands at a value of x, or lies at one of y."""
    ends: Place | None = None
    """Between which values it may lie, shown as a band."""


@dataclass(frozen=True)
class Lines:
    """Series over two axes."""

    x: Axis
    y: Axis
    series: tuple[Series, ...]
    references: tuple[Reference, ...] = ()
    crosses: tuple[tuple[float, int], ...] = ()
    """Values of x at which there is no value, and the colour: shown as a cross on the upper edge."""


@dataclass(frozen=True)
class Bars:
    """Lying bars, each made of parts that add up."""

    axis: Axis
    names: tuple[str, ...]
    parts: tuple[tuple[str, tuple[float, ...]], ...]
    """Name of a part, and its size in each bar."""
    rest: bool = False
    """Whether the last part is what the others leave."""


Chart = Lines | Bars
