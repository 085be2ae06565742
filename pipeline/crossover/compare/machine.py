"""The machine that a comparison ran on."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Any

import psutil

from crossover.core.files import text_or_nothing


def machine_facts(memory_limit: int | None) -> dict[str, Any]:
    """Return cores that may be used, their model, memory, system, Python, and the limit under which runs stand."""
    return {
        "cpus": len(os.sched_getaffinity(0)),
        "cpu_model": cpu_model(),
        "memory_bytes": psutil.virtual_memory().total,
        "system": platform.platform(),
        "python": platform.python_version(),
        "memory_limit_bytes": memory_limit,
    }


def cpu_model(facts: Path = Path("/proc/cpuinfo")) -> str:
    """Return the processor's name as the kernel tells it, else its kind."""
    lines = text_or_nothing(facts).splitlines()
    told = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(told, platform.machine())
