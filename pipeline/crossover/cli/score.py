"""`crossover score`: apply a trained model."""

from __future__ import annotations

from crossover.cli.options import Document
from crossover.core.errors import ConfigError


def score(document: Document) -> int:
    """Score with a trained model."""
    raise ConfigError(f"{document}: scoring documents cannot be run yet")
