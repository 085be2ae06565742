"""A report as a reader finds it: its HTML taken apart, and its Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

from crossover.report.write import write_report

EMPTY = {"meta"}


class Read(HTMLParser):
    """Elements, their attributes, and all text, of a document whose elements are all closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.cells: list[list[str]] = []
        self._tables: list[int] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in EMPTY:
            self._open.append(tag)
        if tag == "table":
            self._tables.append(len(self.cells))
        if tag == "tr":
            self.cells.append([])
        if tag in ("th", "td"):
            self.cells[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self._open:
            self.words.append(data)
        if self._open and {"th", "td"} & set(self._open[-2:]):
            self.cells[-1][-1] += data

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).replace("\u00a0", " ").split())

    def tables(self, header: Sequence[str]) -> list[list[list[str]]]:
        """Return the lines of each table with this header."""
        spans = pairwise([*self._tables, len(self.cells)])
        return [self.rows[begin + 1 : end] for begin, end in spans if self.rows[begin] == list(header)]

    @property
    def rows(self) -> list[list[str]]:
        return [[cell.replace("\u00a0", " ") for cell in row] for row in self.cells]


def written(tmp_path: Path, found: dict[str, Any]) -> tuple[Read, str, str]:
    return texts(write_report(found, tmp_path / "report")[0])


def texts(page: Path) -> tuple[Read, str, str]:
    text = page.read_text(encoding="utf-8")
    return Read(text), text, page.with_name("report.md").read_text(encoding="utf-8")
