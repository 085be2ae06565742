"""Where everything in a document stands: lines and columns, both from 1, columns in characters."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from crossover.document.positions import offsets
from crossover.document.scalars import Path, Style

Place = tuple[int, int]
"""Line and column."""

LINE_BREAK = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")


@dataclass(frozen=True)
class WrittenScalar:
    """A scalar as it stands in the file: offsets of its first character and behind its last one."""

    text: str
    style: Style
    start: int
    end: int
    in_flow: bool
    """Whether it stands inside { } or [ ]."""


@dataclass
class SourceMap:
    """Positions of the keys and values of one document. A path that is not there has the place of its nearest parent."""

    path: str
    text: str
    keys: dict[Path, Place] = field(default_factory=dict)
    values: dict[Path, Place] = field(default_factory=dict)
    scalars: dict[Path, WrittenScalar] = field(default_factory=dict)
    broken: set[Path] = field(default_factory=set)
    """Values whose mistake is reported already: nothing more is to be said of them."""
    doubled: set[Path] = field(default_factory=set)
    """Values under a key that stands twice (reported): the tree has the first one alone."""

    def __post_init__(self) -> None:
        self._starts = [0, *(match.end() for match in LINE_BREAK.finditer(self.text))]
        self._lines = LINE_BREAK.split(self.text)

    def line(self, number: int) -> str:
        """Return a line of the file, without its break; empty if there is none of this number."""
        return self._lines[number - 1] if 0 < number <= len(self._lines) else ""

    def place(self, offset: int) -> Place:
        """Return line and column of a character of the file."""
        low, high = 0, len(self._starts)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._starts[middle] <= offset else (low, middle)
        return low + 1, offset - self._starts[low] + 1

    def value(self, path: Path) -> Place:
        """Return where a value begins."""
        return self._nearest(path, self.values)

    def key(self, path: Path) -> Place:
        """Return where the key of a value begins; for an item of a list, the item."""
        return self.keys.get(path) or self._nearest(path, self.values)

    def within(self, path: Path, offset: int) -> Place:
        """Return where a character of a scalar stands: quotes, escapes and folded lines are undone.

        `offset` counts the characters of the scalar's value from 0; one behind the last is allowed.
        """
        scalar = self.scalars.get(path)
        if scalar is None:
            return self.value(path)
        places = offsets(self.text[scalar.start : scalar.end], scalar.text, scalar.style)
        return self.place(scalar.start + places[max(0, min(offset, len(places) - 1))])

    def _nearest(self, path: Path, places: dict[Path, Place]) -> Place:
        for length in range(len(path), -1, -1):
            if path[:length] in places:
                return places[path[:length]]
        return 1, 1
