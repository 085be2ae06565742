"""One look at one process."""

from __future__ import annotations

from dataclasses import dataclass

import psutil

COUNTS_BYTES = hasattr(psutil.Process, "io_counters")
"""Linux counts the bytes that a process reads and writes; macOS does not."""


@dataclass(frozen=True)
class Seen:
    """What a process has used since its birth. Linux adds a child's counters to its parent's when the parent waits for it."""

    cpu_s: float
    """Of the process alone."""
    family_cpu_s: float
    """With children that it has waited for."""
    read_bytes: int
    """With children that it has waited for; so is `written_bytes`."""
    written_bytes: int
    memory: int
    """Resident bytes."""
    parent: int


def look_at(process: psutil.Process) -> Seen:
    """Return what a process, or one that has ended and was not waited for, has used. Raises psutil.Error if it is gone."""
    with process.oneshot():
        times = process.cpu_times()
        memory = process.memory_info().rss
        parent = process.ppid()
        moved = process.io_counters() if COUNTS_BYTES else None
    own = times.user + times.system
    family = own + times.children_user + times.children_system
    return Seen(own, family, moved.read_chars if moved else 0, moved.write_chars if moved else 0, memory, parent)
