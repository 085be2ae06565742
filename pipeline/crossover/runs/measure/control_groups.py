"""Control groups of Linux: the kernel counts the CPU of all that run inside, and limits their memory.

Both versions are spoken. A group is always made below our own, so that a limit that holds for us holds inside too.
Where none can be made (no right to, another system) there is none, and nobody fails for it.
"""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psutil

from crossover.core.files import text_or_nothing
from crossover.runs.measure.group_places import Place, cpu_places, memory_places

NAME = "crossover"
VARIABLE = "CROSSOVER_CPU_GROUP"
"""Names to a measured process the folder of the group that counts its CPU, so that its clocks read the same count."""
PATIENCE = 5.0
"""Seconds that the kernel gets to empty a group whose processes were killed."""
ENTER = 'while [ "$1" != -- ]; do echo $$ > "$1/cgroup.procs" || exit 1; shift; done; shift; exec "$@"'
"""A shell enters the groups that stand before `--`, and becomes the command behind it: nothing of it runs outside."""
_numbers = count()


@dataclass(frozen=True)
class Group:
    """A group that was made for one command."""

    place: Place

    def cpu_s(self) -> float | None:
        """Return the CPU seconds of all that ever ran inside, or None if nobody counts them here."""
        if self.place.version == 1:
            text = text_or_nothing(self.place.folder / "cpuacct.usage").strip()
            return int(text) / 1e9 if text.isdigit() else None
        microseconds = _number(self.place.folder / "cpu.stat", "usage_usec")
        return None if microseconds is None else microseconds / 1e6

    def limit(self, size: int) -> bool:
        """Hold all inside to `size` bytes of memory, without swap. Return whether the kernel took it."""
        names = {1: ("memory.limit_in_bytes", "memory.memsw.limit_in_bytes"), 2: ("memory.max", "memory.swap.max")}
        memory, swap = (self.place.folder / name for name in names[self.place.version])
        try:
            memory.write_text(str(size), encoding="ascii")
            if swap.exists():
                swap.write_text(str(size if self.place.version == 1 else 0), encoding="ascii")
        except OSError:
            return False
        return True

    def kills(self) -> int:
        """Return how many processes the kernel has killed because memory was out."""
        name = "memory.oom_control" if self.place.version == 1 else "memory.events"
        return _number(self.place.folder / name, "oom_kill") or 0

    def can_be_entered(self) -> bool:
        """Return whether a process of ours may go in."""
        tried = subprocess.run(
            ["/bin/sh", "-c", ENTER, NAME, str(self.place.folder), "--", "true"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        return tried.returncode == 0

    def remove(self) -> None:
        """Kill what is left inside and take the group away."""
        until = time.monotonic() + PATIENCE
        while self.place.folder.exists():
            for text in text_or_nothing(self.place.folder / "cgroup.procs").split():
                with suppress(psutil.Error):
                    psutil.Process(int(text)).kill()
            try:
                self.place.folder.rmdir()
            except OSError:
                if time.monotonic() > until:
                    return
                time.sleep(0.02)


class ControlGroups:
    """The groups for one command: one that counts CPU, one that limits memory if that is asked for. A context manager.

    Each may be missing; `cpu` and `memory` are the same group where one can do both.
    """

    def __init__(self, memory_limit: int | None = None) -> None:
        self.memory = None if memory_limit is None else _made(memory_places(), limit=memory_limit)
        both = self.memory is not None and self.memory.cpu_s() is not None
        self.cpu = self.memory if both else _made(cpu_places())
        self._cpu_s = 0.0

    @property
    def groups(self) -> list[Group]:
        """All of them, each once."""
        return list(dict.fromkeys(group for group in (self.memory, self.cpu) if group is not None))

    def inside(self, command: Sequence[str]) -> list[str]:
        """Return the command that runs `command` inside the groups, as the very process that is started."""
        folders = [str(group.place.folder) for group in self.groups]
        return ["/bin/sh", "-c", ENTER, NAME, *folders, "--", *command] if folders else list(command)

    def cpu_s(self) -> float:
        """Return the CPU seconds used inside so far; 0.0 without a group that counts."""
        found = None if self.cpu is None else self.cpu.cpu_s()
        self._cpu_s = self._cpu_s if found is None else found
        return self._cpu_s

    def kills(self) -> int:
        """Return how many processes were killed because memory was out."""
        return 0 if self.memory is None else self.memory.kills()

    def __enter__(self) -> ControlGroups:
        return self

    def __exit__(self, *exception: object) -> None:
        for group in self.groups:
            group.remove()


def cpu_of_our_group() -> Callable[[], float] | None:
    """Return what counts the CPU of the group that whoever measures this process put it into; None if nobody did."""
    told = os.environ.get(VARIABLE)
    if told is None:
        return None
    folder = Path(told)
    group = Group(Place(folder, 1 if (folder / "cpuacct.usage").exists() else 2))
    # the variable may outlive the group in a shell that somebody started from there
    inside = str(os.getpid()) in text_or_nothing(folder / "cgroup.procs").split()
    return (lambda: group.cpu_s() or 0.0) if inside and group.cpu_s() is not None else None


def _made(places: Sequence[Place], limit: int | None = None) -> Group | None:
    """Return a new group in the first place where one can be made that does what it is for."""
    for place in places:
        _sweep(place.folder)
        group = Group(Place(place.folder / f"{NAME}-{os.getpid()}-{next(_numbers)}", place.version))
        try:
            group.place.folder.mkdir()
        except OSError:
            continue
        able = group.cpu_s() is not None if limit is None else group.limit(limit)
        if able and group.can_be_entered():
            return group
        group.remove()
    return None


def _sweep(parent: Path) -> None:
    """Take away groups whose maker was killed. One that is still in use cannot be removed."""
    for folder in parent.glob(f"{NAME}-*-*"):
        if not psutil.pid_exists(int(folder.name.split("-")[1])):
            with suppress(OSError):
                folder.rmdir()


def _number(path: Path, name: str) -> int | None:
    found = re.search(rf"^{name} (\d+)$", text_or_nothing(path), re.MULTILINE)
    return int(found.group(1)) if found else None
