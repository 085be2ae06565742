"""What an evaluation gives: numbers that gates may name, and tables that only readers see."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Metrics = dict[str, float | int | None]
"""A metric that is not defined is None."""
Tables = dict[str, Any]
"""JSON values."""


@dataclass(frozen=True)
class Findings:
    """Metrics and tables of one evaluation."""

    metrics: Metrics
    tables: Tables = field(default_factory=dict)


def ratio(part: float, whole: float) -> float | None:
    """Return the quotient, or None where there is nothing to divide by."""
    return part / whole if whole else None
