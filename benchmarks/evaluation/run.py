"""Five million scores evaluated on each engine, beside scikit-learn and MLlib's evaluator: time and memory.

    python -m benchmarks.evaluation.run [--engines pandas,polars,spark] [--rows 5000000] [--without mllib]

Ours gives in one evaluation exact AUC and AUPR, the interval of AUC, log loss, Brier score, confusion, calibration, curves
and lift; scikit-learn the same by its functions, without the interval and the curves; MLlib AUC and AUPR alone, each by a
pass of its own. Each runs in its own process. Writes benchmarks/results/evaluation.json; exit code 1 if two exact AUC
differ by more than 1e-10.
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

from benchmarks.evaluation import data
from crossover.runs.measure.child import run_measured

RESULTS = Path(__file__).parents[1] / "results" / "evaluation.json"
LIBRARIES = {"scikit-learn": "by_scikit_learn", "mllib": "by_mllib"}


def main() -> int:
    """Run the benchmark; return 1 if two areas under the curve differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engines", default="pandas,polars,spark")
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--without", default="", help="scikit-learn, mllib")
    given = parser.parse_args()
    found: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as place:
        data.write(Path(place), given.rows)
        for engine in filter(None, given.engines.split(",")):
            _tell(found, engine, "ours", engine, place)
        for name, module in LIBRARIES.items():
            if name not in given.without.split(","):
                _tell(found, name, module, place)
    _keep(given.rows, found)
    aucs = [each["auc"] for each in found.values()]
    return 1 if max(aucs) - min(aucs) > 1e-10 else 0


def _tell(found: dict[str, dict[str, Any]], name: str, module: str, *arguments: str) -> None:
    command = [sys.executable, "-m", f"benchmarks.evaluation.{module}", *arguments]
    finished = run_measured(command)
    if finished.code:
        raise SystemExit(f"{' '.join(command)} ended with {finished.code}")
    usage, told = finished.usage, json.loads(finished.output.splitlines()[-1])
    found[name] = {"wall_s": round(usage.wall_s, 1), "cpu_s": round(usage.cpu_s, 1), "peak_memory": usage.peak_memory, **told}
    print(f"{name:<13} {found[name]}", flush=True)  # noqa: T201


def _keep(rows: int, found: dict[str, dict[str, Any]]) -> None:
    """Write the results; what was not run this time keeps its figures, if the scores were as many."""
    before = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    kept = before.get("figures", {}) if before.get("rows") == rows else {}
    machine = {"python": platform.python_version(), "cores": os.cpu_count(), "date": datetime.now(UTC).date().isoformat()}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({"rows": rows, **machine, "figures": {**kept, **found}}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
