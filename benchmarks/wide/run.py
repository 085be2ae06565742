"""A table of 500,000 rows, 300 numbers and a text of 1,000 values, prepared and trained on each engine: time and memory.

    python -m benchmarks.wide.run [--engines pandas,polars,spark] [--rows 500000] [--numbers 300] [--values 1000]

Writes benchmarks/results/wide.json, engine by engine; exit code 1 if one used more than 8 GiB, its process tree counted
whole, or if two engines do not have the same area under the curve to six places.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.wide import data
from crossover.runs.measure.child import run_measured

RESULTS = Path(__file__).parents[1] / "results" / "wide.json"
LIMIT = 8 << 30
"""Bytes that an engine may use."""


def main() -> int:
    """Run the benchmark; return 1 if an engine needed too much, or they differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engines", default="pandas,polars,spark")
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--numbers", type=int, default=300)
    parser.add_argument("--values", type=int, default=1_000)
    given = parser.parse_args()
    found = {}
    with tempfile.TemporaryDirectory() as place:
        data.write(Path(place), given.rows, given.numbers, given.values)
        for engine in given.engines.split(","):
            found[engine] = _measured(engine, place)
            print(f"{engine:<8} {found[engine]}", flush=True)  # noqa: T201
    _keep(given, found)
    aucs = {round(each["metrics"]["auc"], 6) for each in found.values()}
    return 1 if len(aucs) > 1 or any(each["peak_memory"] > LIMIT for each in found.values()) else 0


def _measured(engine: str, folder: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.wide.train", engine, folder]
    finished = run_measured(command)
    if finished.code:
        raise SystemExit(f"{' '.join(command)} ended with {finished.code}")
    usage = finished.usage
    told = json.loads(finished.output.splitlines()[-1])
    return {"wall_s": round(usage.wall_s, 1), "cpu_s": round(usage.cpu_s, 1), "peak_memory": usage.peak_memory, **told}


def _keep(given: argparse.Namespace, found: dict[str, Any]) -> None:
    """Write the results; engines that were not run this time keep theirs, if the table was of the same size."""
    size = {"rows": given.rows, "numbers": given.numbers, "values": given.values}
    before = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    kept = before.get("engines", {}) if all(before.get(name) == value for name, value in size.items()) else {}
    machine = {"python": platform.python_version(), "cores": os.cpu_count(), "date": datetime.now(UTC).date().isoformat()}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({**size, **machine, "engines": {**kept, **found}}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
