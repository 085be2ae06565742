"""An engine that needs something that is not here."""

from __future__ import annotations

from typing import Any

from crossover.engines.base import Engine, EngineOptions


def missing() -> str | None:
    return "install the extra `lacking` of crossover-ml"


def open_engine(options: EngineOptions) -> Engine[Any]:
    raise AssertionError("opened although something is missing")
