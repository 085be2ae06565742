"""The same report as Markdown: words and tables; in place of a plot stands its data."""

from __future__ import annotations

import re
from collections.abc import Sequence

from crossover.report.amounts import visible
from crossover.report.blocks import Beside, Block, Code, Grid, Notice, Page, Picture, Pictures, Points, Text, Tiles

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~$!&])")
_LIST = re.compile(r"^(\s*)([-+]|\d+[.)])(?=\s)")


def as_markdown(pages: Sequence[Page]) -> str:
    """Return the whole document. The first page is its head."""
    parts = []
    for place, page in enumerate(pages):
        parts.append(f"{'#' if place == 0 else '##'} {_text(page.title)}")
        parts += [_block(block) for block in page.blocks]
    return "\n\n".join(part for part in parts if part) + "\n"


def _block(block: Block) -> str:
    match block:
        case Text(text):
            return _text(text)
        case Notice(_, text):
            return f"**{_text(text)}**"
        case Points(lines):
            return "\n".join(f"- {_text(line)}" for line in lines)
        case Code(lines, folded):
            return (f"{_text(folded)}:\n\n" if folded else "") + "\n".join(f"    {visible(line)}" for line in lines)
        case Tiles(title, tiles):
            return f"{_text(title)}:\n\n" + "\n".join(f"- {_text(tile.label)}: {_text(tile.value)}{f' ({_text(tile.note)})' if tile.note else ''}" for tile in tiles)
        case Grid():
            return _grid(block)
        case Beside(grids):
            return "\n\n".join(map(_grid, grids))
        case Pictures(pictures):
            return "\n\n".join(map(_picture, pictures))


def _picture(picture: Picture) -> str:
    return f"### {_text(picture.title)}\n\n{_text(picture.about)}\n\n{_grid(picture.data)}"


def _grid(grid: Grid) -> str:
    sides = ["---" if place < grid.left else "---:" for place in range(len(grid.header))]
    lines = [f"| {' | '.join(cells)} |" for cells in ([_text(name) for name in grid.header], sides, *([_text(cell) for cell in row] for row in grid.rows))]
    title = grid.caption or grid.folded
    return (f"{_text(title)}\n\n" if title else "") + "\n".join(lines)


def _text(value: str) -> str:
    """Return text that is no markup: neither Markdown nor HTML."""
    escaped = _MARKUP.sub(r"\\\1", visible(value))
    return _LIST.sub(lambda found: f"{found.group(1)}\\{found.group(2)}", escaped)
