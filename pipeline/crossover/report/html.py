"""A report as one HTML file: no script, nothing from elsewhere, every value escaped."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from importlib import resources

from crossover.report import colours, plots
from crossover.report.amounts import visible
from crossover.report.blocks import Beside, Block, Code, Grid, Notice, Page, Picture, Pictures, Points, Text, Tiles

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
"""No browser runs or fetches anything for this page, whatever stands in it."""
NO_PLOTS = "Plots are left out: matplotlib is not installed (pip install 'crossover-ml[report]'). Their data stands in the tables."
_UNIT = re.compile(r"(?<=\d) (?=(?:s|ms|µs|min|h|[KMGT]iB|GB|million|billion|rows|cores?)\b)")
SIGNS = {"good": "✓", "bad": "✗", "caution": "!", "plain": "i"}


def as_html(title: str, pages: Sequence[Page]) -> str:
    """Return the whole document. The first page is its head."""
    head, *rest = pages
    links = "".join(f'<li><a href="#{page.name}">{_text(page.title)}</a></li>' for page in rest)
    body = "".join(
        f'<section id="{page.name}"><h2>{_text(page.title)}</h2>{"".join(map(_block, page.blocks))}</section>' for page in rest
    )
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            f"<title>{_text(title)}</title>",
            f"<style>{_style()}</style>",
            "</head>",
            "<body>",
            f'<header><p class="brand">Crossover</p><h1>{_text(head.title)}</h1>{"".join(map(_block, head.blocks))}</header>',
            f'<nav aria-label="Parts of the report"><ul>{links}</ul></nav>',
            f"<main>{body}</main>",
            "</body>",
            "</html>",
            "",
        ]
    )


def _style() -> str:
    text = resources.files("crossover.report").joinpath("style.css").read_text(encoding="utf-8")
    return text.replace("/* light */", colours.declarations(colours.LIGHT)).replace("/* dark */", colours.declarations(colours.DARK))


def _block(block: Block) -> str:
    match block:
        case Text(text):
            return f"<p>{_text(text)}</p>"
        case Notice(tone, text):
            return f'<p class="notice {tone}"><span class="sign" aria-hidden="true">{SIGNS[tone]}</span><span>{_text(text)}</span></p>'
        case Points(lines):
            return f"<ul>{''.join(f'<li>{_text(line)}</li>' for line in lines)}</ul>"
        case Code(lines, folded):
            return _folded(folded, f"<pre><code>{_text_lines(lines)}</code></pre>")
        case Tiles():
            return _tiles(block)
        case Grid():
            return _grid(block)
        case Beside(grids):
            return f'<div class="beside">{"".join(map(_grid, grids))}</div>'
        case Pictures(pictures):
            note = "" if plots.can_draw() else f"<p>{_text(NO_PLOTS)}</p>"
            return f'{note}<div class="pictures">{"".join(map(_picture, pictures))}</div>'


def _tiles(block: Tiles) -> str:
    tiles = "".join(
        f'<div class="tile{"" if tile.look is None else f" look-{tile.look}"}"><dt>{_text(tile.label)}</dt>'
        f'<dd>{_text(tile.value)}</dd><dd class="note">{_text(tile.note)}</dd></div>'
        for tile in block.tiles
    )
    return f'<p class="of">{_text(block.title)}</p><dl class="tiles">{tiles}</dl>'


def _picture(picture: Picture) -> str:
    drawn = plots.draw(picture.name, picture.title, picture.about, picture.chart) if plots.can_draw() else ""
    return (
        f'<figure id="{picture.name}"><figcaption><h3>{_text(picture.title)}</h3><p>{_text(picture.about)}</p></figcaption>'
        f"{drawn}{_grid(picture.data)}</figure>"
    )


def _grid(grid: Grid) -> str:
    header = "".join(f'<th scope="col"{_side(grid, place)}>{_text(name)}</th>' for place, name in enumerate(grid.header))
    looks = grid.looks or (None,) * len(grid.rows)
    before = [("",), *grid.rows]
    rows = "".join(
        f"<tr{_again(row, above)}>{''.join(_cell(grid, place, cell, look) for place, cell in enumerate(row))}</tr>"
        for row, above, look in zip(grid.rows, before, looks, strict=False)
    )
    caption = f"<caption>{_text(grid.caption)}</caption>" if grid.caption else ""
    label = _text(grid.caption or grid.folded or "table")
    table = (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{label}">'
        f'<table{" class=wide" if grid.wide else ""}>{caption}<thead><tr>{header}</tr></thead><tbody>{rows}</tbody></table></div>'
    )
    return _folded(grid.folded, table)


def _folded(summary: str, text: str) -> str:
    return f"<details><summary>{_text(summary)}</summary>{text}</details>" if summary else text


def _again(row: tuple[str, ...], above: tuple[str, ...]) -> str:
    """Mark a row that begins as the one above does: it belongs to the same group."""
    return ' class="again"' if row[0] == above[0] else ""


def _cell(grid: Grid, place: int, cell: str, look: int | None) -> str:
    dot = f'<span class="dot look-{look}" aria-hidden="true"></span>' if look is not None and place == grid.left - 1 else ""
    tag, scope = ("th", ' scope="row"') if place == 0 else ("td", "")
    return f"<{tag}{scope}{_side(grid, place)}>{dot}{_text(cell)}</{tag}>"


def _side(grid: Grid, place: int) -> str:
    return "" if place < grid.left else ' class="figure"'


def _text(value: str) -> str:
    """Return text that is no markup; a number and its unit stay on one line."""
    return _UNIT.sub("\u00a0", escape(visible(value), quote=True))


def _text_lines(lines: Sequence[str]) -> str:
    return "\n".join(map(_text, lines))
