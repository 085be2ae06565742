"""What a measurement gives: the use of a process tree between two moments, and over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

CpuFrom = Literal["cgroup", "polling"]
"""Where CPU seconds come from: the kernel's own count of a control group, or many looks at each process."""


@dataclass(frozen=True)
class Usage:
    """What a process tree used between two moments. None is "not known", never 0."""

    wall_s: float
    cpu_s: float
    peak_memory: int
    """Largest sum of resident bytes at one instant."""
    read_bytes: int | None = None
    """Bytes that the tree's processes asked the kernel to read, from its page cache too: the growth of `rchar`."""
    written_bytes: int | None = None
    """Bytes that they asked it to write: the growth of `wchar`."""
    cpu_from: CpuFrom = "polling"
    memory_from: Literal["polling"] = "polling"


@dataclass(frozen=True)
class Sample:
    """A process tree at one instant."""

    seconds: float
    """Since the beginning."""
    cpu_s: float
    """CPU seconds used until then."""
    memory: int
    """Resident bytes."""


def over_time(samples: Sequence[Sample], most: int = 200) -> list[tuple[float, float, int]]:
    """Return at most `most` triples: seconds since the beginning, cores in use until then, largest resident bytes.

    Spans are equally long, at least as long as between two samples. A span without a sample has no triple.
    """
    if len(samples) < 2:
        return []
    first, length = samples[0].seconds, samples[-1].seconds - samples[0].seconds
    if length <= 0:
        return []
    spans: dict[int, list[Sample]] = {}
    for sample in samples[1:]:
        spans.setdefault(min(int((sample.seconds - first) / length * most), most - 1), []).append(sample)
    ends = [samples[0], *(each[-1] for each in spans.values())]
    return [
        (after.seconds, max(0.0, after.cpu_s - before.cpu_s) / (after.seconds - before.seconds), max(one.memory for one in each))
        for (before, after), each in zip(pairwise(ends), spans.values(), strict=True)
        if after.seconds > before.seconds
    ]
