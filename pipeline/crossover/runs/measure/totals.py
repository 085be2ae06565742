"""What a process tree has used in all, processes that have ended included.

Polling knows two sums, and neither can be too large: the last value of every process ever seen, which misses what
a process used after its last look; and the counters of the living, which hold those of every child that was waited
for, but miss a child that nobody waits for. What grew more is nearer to the truth.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crossover.runs.measure.process import Seen

Key = tuple[int, float]
"""A process: its number and when it was born."""


@dataclass(frozen=True)
class Growth:
    """What was used between two moments."""

    cpu_s: float
    read_bytes: int
    written_bytes: int


@dataclass(frozen=True)
class Totals:
    """Sums since the birth of each process, at one moment."""

    last_s: float = 0.0
    """CPU seconds: the last value of each process."""
    family_s: float = 0.0
    """CPU seconds: the living, with children that they waited for."""
    counted_s: float | None = None
    """CPU seconds as the kernel counts them for the whole tree; None if it does not."""
    read_bytes: int = 0
    written_bytes: int = 0

    @property
    def used_s(self) -> float:
        """CPU seconds since birth, by the best count there is."""
        return max(self.last_s, self.family_s) if self.counted_s is None else self.counted_s

    def since(self, before: Totals) -> Growth:
        """Return what came after `before`."""
        polled = max(self.last_s - before.last_s, self.family_s - before.family_s, 0.0)
        counted = polled if self.counted_s is None else max(0.0, self.counted_s - (before.counted_s or 0.0))
        read, written = self.read_bytes - before.read_bytes, self.written_bytes - before.written_bytes
        return Growth(counted, read, written)


class TreeTotals:
    """Adds up what is seen of the processes of a tree."""

    def __init__(self) -> None:
        self._last: dict[Key, float] = {}
        self._alive: dict[Key, Seen] = {}
        self._orphans = (0.0, 0, 0)
        self._most = Totals()

    def update(self, seen: Mapping[Key, Seen]) -> None:
        """Take in one look at all processes of the tree; one that is missing has ended and is gone."""
        parents = {pid for pid, _ in self._alive}
        for key, gone in self._alive.items():
            if key not in seen and gone.parent not in parents:
                # its parent had ended before it: nobody of the tree waited for it
                cpu, read, written = self._orphans
                self._orphans = (cpu + gone.family_cpu_s, read + gone.read_bytes, written + gone.written_bytes)
        self._alive = dict(seen)
        self._last.update({key: each.cpu_s for key, each in seen.items()})
        cpu, read, written = self._orphans
        alive = seen.values()
        # a child that was waited for between the look at its parent and the look at it is in neither, until the next look
        self._most = Totals(
            sum(self._last.values()),
            max(self._most.family_s, cpu + sum(each.family_cpu_s for each in alive)),
            None,
            max(self._most.read_bytes, read + sum(each.read_bytes for each in alive)),
            max(self._most.written_bytes, written + sum(each.written_bytes for each in alive)),
        )

    def now(self, counted_s: float | None) -> Totals:
        """Return the sums, with the kernel's own count of CPU seconds where there is one."""
        most = self._most
        return Totals(most.last_s, most.family_s, counted_s, most.read_bytes, most.written_bytes)
