"""An engine with a fault of its own."""

from __future__ import annotations

from typing import Any

from crossover.engines.base import Engine, EngineOptions


def missing() -> str | None:
    return None


def open_engine(options: EngineOptions) -> Engine[Any]:
    raise ZeroDivisionError("password=hidden")
