"""Small files that may not be there: those in which a kernel tells what it counts."""

from __future__ import annotations

from pathlib import Path


def text_or_nothing(path: Path) -> str:
    """Return the text of a file; nothing if it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""
