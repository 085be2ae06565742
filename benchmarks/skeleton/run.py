"""The skeleton at full size: our pandas engine beside code written by hand, whole processes in pairs.

    python -m benchmarks.skeleton.run [--rows 5000000] [--pairs 5]

Prints, for CPU seconds and peak memory of the process tree, both medians and the ratios pair by pair, after it has proved
that both wrote the same rows and set the same rows aside. Writes the same as JSON to benchmarks/results/skeleton.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy
import pandas
import pyarrow

from benchmarks.skeleton import data
from benchmarks.skeleton.same import differences
from crossover.runs.measure.child import run_measured

RESULTS = Path(__file__).parents[1] / "results" / "skeleton.json"
DOCUMENT = Path(__file__).with_name("skeleton.yaml")


def main() -> int:
    """Run the benchmark; return 1 if the answers differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--engine", default="pandas")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        data.write(folder / "data", given.rows)
        pairs = [_pair(folder, given.engine) for _ in range(given.pairs + 1)][1:]  # the first one warms the disk's cache
        found = _differences(folder)
    result = _result(given, pairs, found)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    _show(result)
    return 1 if found else 0


def _pair(folder: Path, engine: str) -> dict[str, dict[str, float]]:
    ours = [sys.executable, "-m", "crossover", "run", str(DOCUMENT), "--set", f"data={folder / 'data'}", "--engine", engine]
    ours += ["--runs", str(folder / "runs"), "--again", "--quiet"]
    by_hand = [sys.executable, "-m", "benchmarks.skeleton.by_hand_pandas", str(folder / "data"), str(folder / "hand")]
    return {"ours": _measure(ours), "by hand": _measure(by_hand)}


def _measure(command: list[str]) -> dict[str, float]:
    finished = run_measured(command)
    if finished.code:
        raise SystemExit(f"{' '.join(command)} ended with {finished.code}")
    return {"cpu_s": finished.usage.cpu_s, "peak_memory": finished.usage.peak_memory, "wall_s": finished.usage.wall_s}


def _differences(folder: Path) -> list[str]:
    attempt = sorted((folder / "runs" / "skeleton" / "attempts").iterdir())[-1]
    compared = (("tables/orders", "orders.parquet", "id"), ("quarantine/orders.parquet", "misfits.parquet", "row"),
                ("quarantine/orders-clean.parquet", "broken.parquet", "row"))  # fmt: skip
    return [line for ours, hand, key in compared for line in differences(attempt / ours, folder / "hand" / hand, key)]


def _result(given: argparse.Namespace, pairs: list[dict[str, dict[str, float]]], found: list[str]) -> dict[str, Any]:
    figures = {}
    for figure in ("cpu_s", "peak_memory", "wall_s"):
        sides = {side: [pair[side][figure] for pair in pairs] for side in ("ours", "by hand")}
        ratios = sorted(a / b for a, b in zip(sides["ours"], sides["by hand"], strict=True))
        medians = {side: statistics.median(values) for side, values in sides.items()}
        figures[figure] = {**medians, "ratio": statistics.median(ratios), "ratios": ratios}
    versions = {"python": platform.python_version(), "pandas": pandas.__version__, "numpy": numpy.__version__, "pyarrow": pyarrow.__version__}
    return {
        "rows": given.rows, "engine": given.engine, "same_answer": not found, "differences": found, "figures": figures,
        "date": datetime.now(UTC).date().isoformat(), "versions": versions, "cores": os.cpu_count(),
    }  # fmt: skip


def _show(result: dict[str, Any]) -> None:
    print(f"{result['rows']:,} rows, {result['engine']}; same answer: {'yes' if result['same_answer'] else 'no'}")  # noqa: T201
    for figure, each in result["figures"].items():
        low, high = each["ratios"][0], each["ratios"][-1]
        print(f"{figure:<12} ours {each['ours']:>14,.1f}   by hand {each['by hand']:>14,.1f}   ratio {each['ratio']:.2f} ({low:.2f} to {high:.2f})")  # noqa: T201
    for line in result["differences"]:
        print(line)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
