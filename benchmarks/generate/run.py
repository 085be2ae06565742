"""How fast data is made: bytes of tables, as they lie in memory, and of files, for each CPU-second of one worker.

    python -m benchmarks.generate.run [--scale 1] [--repeats 3]

Each in a process of its own, start and all that is made once counted. Writes benchmarks/results/generate.json;
exit code 1 if any makes less than 50 MB of tables in a CPU-second.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crossover.generate.files import FORMATS
from crossover.generate.registry import WORKLOADS
from crossover.generate.request import Request
from crossover.runs.measure.child import run_measured
from crossover.runs.versions import library_versions

RESULTS = Path(__file__).parents[1] / "results" / "generate.json"
LEAST = 50
"""MB of tables in a CPU-second."""


def main() -> int:
    """Run the benchmark; return 1 if a workload is made too slowly."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", default="1")
    parser.add_argument("--repeats", type=int, default=3)
    given = parser.parse_args()
    found: dict[str, Any] = {}
    for workload in WORKLOADS:
        for file_format in FORMATS:
            runs = [_measured(workload, file_format, given.scale) for _ in range(given.repeats)]
            best = min(runs, key=lambda each: float(each["cpu_s"]))
            found[f"{workload} {file_format}"] = best
            print(f"{workload:<9} {file_format:<8} {best}", flush=True)  # noqa: T201
    machine = {"cpus": os.cpu_count(), "system": platform.platform(), "versions": library_versions()}
    facts = {"measured": datetime.now(UTC).date().isoformat(), "scale": given.scale, "repeats": given.repeats, "machine": machine}
    RESULTS.write_text(json.dumps({**facts, "best": found}, indent=2) + "\n", encoding="utf-8")
    return 1 if any(each["table_mb_per_cpu_s"] < LEAST for each in found.values()) else 0


def _measured(workload: str, file_format: str, scale: str) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as place:
        options = ["--scale", scale, "--format", file_format, "--workers", "1", "--out", f"{place}/data", "--json", "--quiet"]
        command = [sys.executable, "-m", "crossover", "generate", workload, *options]
        finished = run_measured(command)
        if finished.code:
            raise SystemExit(f"{' '.join(command)} ended with {finished.code}")
    tables = json.loads(finished.output.splitlines()[-1])["tables"]
    in_memory = sum(width * tables[name]["rows"] for name, width in _row_bytes(workload, scale).items()) / 1e6
    in_files = sum(table["bytes"] for table in tables.values()) / 1e6
    usage = finished.usage
    return {
        "wall_s": round(usage.wall_s, 2),
        "cpu_s": round(usage.cpu_s, 2),
        "peak_memory": usage.peak_memory,
        "table_mb": round(in_memory),
        "file_mb": round(in_files),
        "table_mb_per_cpu_s": round(in_memory / usage.cpu_s),
        "file_mb_per_cpu_s": round(in_files / usage.cpu_s),
    }


def _row_bytes(workload: str, scale: str) -> Mapping[str, float]:
    """Return the bytes of a row of each table, as arrow holds it."""
    made = Request(workload, scale).made()
    first = (part for part in made.parts() if part.number == 0)
    return {name: table.nbytes / len(table) for part in first for name, table in made.make(part).items()}


if __name__ == "__main__":
    raise SystemExit(main())
