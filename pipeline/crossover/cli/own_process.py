"""What the process of a command says of how an engine is opened: its memory limit, and whether it does nothing else."""

from __future__ import annotations

from contextvars import ContextVar

from crossover.engines.base import EngineOptions
from crossover.runs.available_memory import memory_limit

OWN_PROCESS: ContextVar[bool] = ContextVar("own_process", default=False)
"""Whether the command is all that its process will do, or somebody called `main` in a process of theirs."""


def engine_options(parallelism: int | None, partitions: int | None) -> EngineOptions:
    """Return how this command opens an engine."""
    return EngineOptions(parallelism, partitions, memory=memory_limit(), alone=OWN_PROCESS.get())
