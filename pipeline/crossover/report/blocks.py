"""What a report is made of, before it becomes HTML or Markdown. All text is plain: it is escaped where it is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from crossover.report.amounts import NOT_KNOWN
from crossover.report.charts import Chart

Tone = Literal["good", "bad", "caution", "plain"]


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    text: str


@dataclass(frozen=True)
class Notice:
    """A sentence that readers must not miss."""

    tone: Tone
    text: str


@dataclass(frozen=True)
class Points:
    """A list of sentences."""

    lines: tuple[str, ...]


@dataclass(frozen=True)
class Code:
    """Lines as they are, to copy or to read."""

    lines: tuple[str, ...]
    folded: str = ""
    """What a reader opens it by; empty where it is always open."""


@dataclass(frozen=True)
class Tile:
    """One figure of the summary."""

    label: str
    value: str
    note: str = ""
    look: int | None = None
    """The colour of its engine in the plots."""


@dataclass(frozen=True)
class Tiles:
    """Figures side by side, and what they are of."""

    title: str
    tiles: tuple[Tile, ...]


@dataclass(frozen=True)
class Grid:
    """A table. Rows are as long as the header."""

    header: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    left: int = 1
    """The first columns that hold words and stand to the left; figures stand to the right."""
    caption: str = ""
    folded: str = ""
    """What a reader opens it by; empty where it is always open."""
    looks: tuple[int | None, ...] = ()
    """The colour of each row's engine in the plots, shown in the last of the columns of words."""
    wide: bool = False
    """Whether cells hold sentences, which may break."""


@dataclass(frozen=True)
class Picture:
    """A plot, what it shows in words, and its data."""

    name: str
    title: str
    about: str
    chart: Chart
    data: Grid


@dataclass(frozen=True)
class Pictures:
    """Plots side by side."""

    pictures: tuple[Picture, ...]


@dataclass(frozen=True)
class Beside:
    """Tables side by side where there is room."""

    grids: tuple[Grid, ...]


Block = Text | Notice | Points | Code | Tiles | Grid | Beside | Pictures


@dataclass(frozen=True)
class Page:
    """A part of the report with a heading of its own."""

    name: str
    """Where links point; letters, digits and hyphens."""
    title: str
    blocks: tuple[Block, ...]


def saying(grid: Grid) -> Grid:
    """Return a table without the columns, but the first, in which nothing stands."""
    kept = [place for place in range(len(grid.header)) if place == 0 or any(row[place] not in ("", NOT_KNOWN) for row in grid.rows)]
    header = tuple(grid.header[place] for place in kept)
    rows = [tuple(row[place] for place in kept) for row in grid.rows]
    return replace(grid, header=header, rows=rows, left=sum(place < grid.left for place in kept))
