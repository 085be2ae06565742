"""Short documents of one table `t`, read as text: what they become, and where their mistakes stand."""

from __future__ import annotations

from crossover.document.load import Loaded, read_text

SOURCES = "sources:\n  t: {path: t.csv, columns: {a: int, b: string}}\n"


def load(text: str, **set_values: str) -> Loaded:
    return read_text("pipeline: p\n" + text, "p.yaml", set_values)


def found(text: str, **set_values: str) -> list[tuple[str, int, int]]:
    return [(problem.code, problem.line, problem.column) for problem in load(text, **set_values).problems.found]


def place(text: str, needle: str) -> tuple[int, int]:
    """Return line and column of a piece of a document, in front of which `load` puts a line."""
    before = ("pipeline: p\n" + text)[: text.index(needle) + len("pipeline: p\n")]
    return before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1
