"""A card as text for a terminal, and as Markdown."""

from __future__ import annotations

from textwrap import wrap

from crossover.report.card import Card
from crossover.report.sections import Section, Table

WIDTH = 100


def as_text(card: Card) -> str:
    """Return the card as plain text."""
    return "\n\n".join([card.title, *(_text(section) for section in card.sections)])


def _text(section: Section) -> str:
    lines = [f"  {part}" if number == 0 else f"    {part}" for line in section.lines for number, part in enumerate(wrap(line, WIDTH))]
    lines += _columns(section.table) if section.table else []
    return "\n".join([section.title, *lines, *(f"  {line}" for line in section.code)])


def _columns(table: Table) -> list[str]:
    header, rows = table
    widths = [max(len(row[place]) for row in (header, *rows)) for place in range(len(header))]
    shown = [header, *rows] if any(header) else rows
    return ["  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in shown]


def as_markdown(card: Card) -> str:
    """Return the card as Markdown."""
    return "\n\n".join([f"# {card.title}", *(_markdown(section) for section in card.sections)])


def _markdown(section: Section) -> str:
    parts = [f"## {section.title}"]
    if section.lines:
        parts.append("\n".join(f"- {_safe(line)}" for line in section.lines))
    if section.table:
        header, rows = section.table
        lines = [header, tuple("---" for _ in header), *rows]
        parts.append("\n".join(f"| {' | '.join(_safe(cell).replace('|', chr(92) + '|') for cell in row)} |" for row in lines))
    if section.code:
        parts.append("\n".join(["```", *section.code, "```"]))
    return "\n\n".join(parts)


def _safe(text: str) -> str:
    """Data in a card is no markup."""
    return text.replace("<", "&lt;").replace("*", "\\*")
