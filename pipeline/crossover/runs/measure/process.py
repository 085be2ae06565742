"""One look at one process."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import psutil

COUNTS_BYTES = hasattr(psutil.Process, "io_counters")
"""Linux counts the bytes that a process reads and writes; macOS does not."""


_OWN_IO = Path("/proc/thread-self/io")


def read_by_this_thread() -> int:
    """Return the bytes that this thread has asked the kernel to read; 0 where nobody counts them."""
    try:
        return int(_OWN_IO.read_bytes().split(maxsplit=2)[1])
    except OSError:
        return 0


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
    space: int = 0
    """Bytes of its address space, of which most are never used."""


def resident(seen: Collection[tuple[int, Seen]]) -> int:
    """Return the resident bytes of processes, each with its number, at one instant.

    One whose address space is as large as its parent's was just forked and runs in the very pages of its parent: a JVM
    that starts a program would count twice. As soon as it has memory of its own, or another program, it counts.
    """
    space = {pid: each.space for pid, each in seen}
    return sum(each.memory for _, each in seen if not each.space or space.get(each.parent) != each.space)


def look_at(process: psutil.Process) -> Seen:
    """Return what a process, or one that has ended and was not waited for, has used. Raises psutil.Error if it is gone."""
    with process.oneshot():
        times = process.cpu_times()
        memory = process.memory_info()
        parent = process.ppid()
        moved = process.io_counters() if COUNTS_BYTES else None
    own = times.user + times.system
    family = own + times.children_user + times.children_system
    read, written = (moved.read_chars, moved.write_chars) if moved else (0, 0)
    return Seen(own, family, read, written, memory.rss, parent, memory.vms)
