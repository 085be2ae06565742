"""Whether a line of a file may be a header that stands there once more."""

from __future__ import annotations

import mmap
from collections.abc import Collection, Sequence

from crossover.sources.layout import Layout

MOST_TRIES = 1000
"""Lines of a file that may begin as a header does before it is taken to hold one: a header may be as short as `id`."""


def may_stand_again(layouts: Sequence[Layout]) -> bool:
    """Return whether a line behind the header of a file may be the header line of any of them.

    Looks through the bytes of all files: a gigabyte takes half a second.
    """
    texts = {layout.header.encode(layout.dialect.encoding) for layout in layouts}
    return any(_stands_in(layout, texts) for layout in layouts)


def _stands_in(layout: Layout, texts: Collection[bytes]) -> bool:
    with layout.file.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return any(_begins_a_line(content, text, layout.start - 1) for text in texts)


def _begins_a_line(content: mmap.mmap, text: bytes, start: int) -> bool:
    """Whether a whole line behind `start`, where a line ends, is the text, or many begin with it."""
    for line_end in (b"\n", b"\r"):
        place = start
        for _ in range(MOST_TRIES):
            place = content.find(line_end + text, place)
            if place < 0:
                break
            place += 1 + len(text)
            if content[place : place + 1] in (b"", b"\n", b"\r"):
                return True
        else:
            return True
    return False
