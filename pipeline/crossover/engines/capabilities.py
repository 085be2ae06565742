"""Typed facts about an engine. Code asks these, never the engine's name."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf


@dataclass(frozen=True)
class Capabilities:
    """What an engine is like."""

    distributed: bool
    """Rows may lie on several machines."""
    lazy: bool
    """Relations build a query; only actions compute."""
    needs_java: bool
    """A Java runtime must be found before it opens."""
    training_library: str
    """The library that fits models: scikit-learn or MLlib."""
    spills_from: float = inf
    """Bytes of a CSV source's files from which it is kept on the disk and not in memory."""
