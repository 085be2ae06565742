"""Wall and CPU seconds of the parts of a program written by hand, and the answer that it leaves."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PARTS: dict[str, dict[str, float]] = {}
"""Of this process: for each part what it took. A JVM's CPU is not among it."""


@contextmanager
def clock(name: str) -> Iterator[None]:
    """Measure a part."""
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    PARTS[name] = {"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu}


def finish(out: Path, metrics: dict[str, Any]) -> None:
    """Write the metrics, and print the clocks as one line of JSON."""
    (out / "metrics.json").write_text(json.dumps(metrics, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(PARTS))  # noqa: T201
