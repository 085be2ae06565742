"""Whether the command is all that its process will do, or somebody called `main` in a process of theirs."""

from __future__ import annotations

from contextvars import ContextVar

OWN_PROCESS: ContextVar[bool] = ContextVar("own_process", default=False)
