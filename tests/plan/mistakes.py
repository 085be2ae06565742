"""What is wrong with a document, as its reader is told."""

from __future__ import annotations

from crossover.core.errors import ConfigError
from crossover.document.load import read_text
from crossover.plan.build import build_plan


def mistakes_of(text: str) -> list[str]:
    """Return the messages of all mistakes of a document; none if it can run."""
    loaded = read_text(text, "p.yaml")
    try:
        loaded.problems.raise_if_any()
        build_plan(loaded)
        loaded.problems.raise_if_any()
    except ConfigError as error:
        return [each.message for each in error.problems]
    return []
