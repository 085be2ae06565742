"""The meter measures what is known: work whose CPU, memory and bytes the working process tells of itself.

Done by a child of ours, and by every process that an engine starts to work in: a JVM, a Python worker.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crossover.engines.base import Engine
from crossover.runs.measure.child import run_measured
from crossover.runs.measure.process_tree import ProcessTree
from crossover.runs.measure.usage import Usage

WHOLE = """
import json, sys
import psutil
from crossover.engines.base import EngineOptions
from crossover.engines.registry import open_engine
with open_engine(sys.argv[1], EngineOptions()) as engine:
    with engine.known_work() as works:
        for work in works.values():
            work()
    this = psutil.Process()
    used = [each.cpu_times() for each in (this, *this.children(recursive=True))]
    print(json.dumps({"cpu": sum(sum(each[:4]) for each in used)}))
"""
"""Opens an engine, lets each of its processes work, and tells what all of them used, each by its own count with what it waited for."""

BOUND = 0.05
"""The largest relative error of a meter that can be believed."""

CHILD = """
import json, sys, time
cpu_s, memory, size = json.loads(sys.argv[1])
while time.process_time() < cpu_s:
    sum(range(2000))
held = bytearray(memory)
for place in range(0, memory, 4096):
    held[place] = 1
with open("/dev/zero", "rb", buffering=0) as zeros:
    read = sum(len(zeros.read(1 << 20)) for _ in range(size >> 20))
time.sleep(0.5)
with open("/proc/self/status", "rb") as status:
    peak = next(int(line.split()[1]) << 10 for line in status if line.startswith(b"VmHWM"))
print(json.dumps({"memory": peak, "bytes": read, "cpu": time.process_time()}))
"""
"""Works until it has used `cpu_s`, reads bytes, holds memory for several samples of the meter, and tells what it used: by its own clock, the kernel's mark
of its largest memory, and the bytes it got."""


@dataclass(frozen=True)
class Check:
    """One quantity of one piece of work, as it is known and as the meter saw it."""

    way: str
    """Who worked."""
    what: str
    """`cpu` in seconds; `memory` and `bytes` in bytes."""
    known: float
    measured: float
    by: str
    """How it was measured: `cgroup` or `polling`."""

    @property
    def error(self) -> float:
        """Return the relative error."""
        return self.measured / self.known - 1

    @property
    def held(self) -> bool:
        return abs(self.error) <= BOUND

    def to_json(self) -> dict[str, Any]:
        """Return JSON values."""
        return {**vars(self), "error": self.error, "held": self.held}


def check_child(cpu_s: float = 2.0, memory: int = 200 << 20, size: int = 256 << 20) -> list[Check]:
    """Return checks of a child of this process, measured from outside as the runs of a comparison are. Linux only."""
    script = [sys.executable, "-I", "-S", "-c", CHILD, json.dumps([cpu_s, memory, size])]
    finished = run_measured(script)
    return _checks("a child", json.loads(finished.output), finished.usage)


def check_engine(engine: Engine[Any]) -> list[Check]:
    """Return checks of the processes that an engine works in, measured as clocks are; none for one that has none."""
    checks: list[Check] = []
    with engine.known_work() as works, ProcessTree() as tree:
        for way, work in works.items():
            mark = tree.mark()
            known = work()
            checks += _checks(way, known, tree.since(mark))
    return checks


def check_run(engine: str) -> list[Check]:
    """Return a check of a process that opens an engine and works in it, measured from outside as the runs of a comparison are."""
    finished = run_measured([sys.executable, "-c", WHOLE, engine])
    return _checks(f"a run on {engine}", json.loads(finished.output.splitlines()[-1]), finished.usage)


def _checks(way: str, known: Mapping[str, float], usage: Usage) -> list[Check]:
    seen = {"cpu": usage.cpu_s, "memory": usage.peak_memory, "bytes": usage.read_bytes}
    by = {"cpu": usage.cpu_from}
    return [
        Check(way, what, float(value), float(seen[what] or 0), by.get(what, usage.memory_from)) for what, value in known.items()
    ]
