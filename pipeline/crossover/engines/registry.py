"""Engines by name, loaded only when asked for."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from crossover.core.errors import ConfigError
from crossover.core.nearest import did_you_mean
from crossover.engines.base import Engine, EngineOptions
from crossover.engines.capabilities import Capabilities

ENGINES: dict[str, str] = {
    "pandas": "crossover.engines.pandas",
    "polars": "crossover.engines.polars",
    "spark": "crossover.engines.spark",
}
"""Name and package; each package has `open_engine(options) -> Engine`, `missing() -> str | None` and a module
`capabilities`."""


def check_name(name: str) -> None:
    """Raise ConfigError for a name that is no engine."""
    if name not in ENGINES:
        raise ConfigError(f"unknown engine `{name}`{did_you_mean(name, ENGINES)}", notes=[f"engines: {', '.join(ENGINES)}"])


def missing(name: str) -> str | None:
    """Return in one line what an engine still needs on this machine, or None if it can open."""
    check_name(name)
    found: str | None = import_module(ENGINES[name]).missing()
    return found


def capabilities_of(name: str) -> Capabilities:
    """Return the facts of an engine, which is not opened and need not be able to. Raises ConfigError for an unknown name."""
    check_name(name)
    found: Capabilities = import_module(f"{ENGINES[name]}.capabilities").CAPABILITIES
    return found


def open_engine(name: str, options: EngineOptions | None = None) -> Engine[Any]:
    """Open an engine. Raises ConfigError for an unknown name, EngineError if something it needs is missing."""
    check_name(name)
    engine: Engine[Any] = import_module(ENGINES[name]).open_engine(options or EngineOptions())
    return engine
