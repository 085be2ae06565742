"""One row scored, its row-local features computed: ours beside scikit-learn's Pipeline and MLlib's PipelineModel.

    crossover run conf/flights.yaml
    python -m benchmarks.latency.run [--model runs/flights/current/late] [--calls 10000] [--mllib-calls 300]     0 calls: as it was

All three get the same raw rows, one a call. Prints p50 and p99 and writes them to benchmarks/results/latency.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import numpy as np
import sklearn

import crossover
from benchmarks.latency import by_scikit_learn
from benchmarks.latency.rows import as_rows, raw_rows
from crossover.runs.serve import LoadedModel

RESULTS = Path(__file__).parents[1] / "results" / "latency.json"
FITTED_ROWS = 20_000
WARM = 200
"""Calls before the clock runs, for the first two; MLlib gets 20."""

Row = dict[str, Any]


def main() -> int:
    """Run the benchmark; return 1 if our one-row scores are not those of our batch."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=Path("runs/flights/current/late"))
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--mllib-calls", type=int, default=300, help="0: without Spark")
    given = parser.parse_args()
    began = time.perf_counter()
    loaded = crossover.load_model(given.model)
    loading = time.perf_counter() - began
    table = raw_rows(given.model, loaded)
    table = table.take(np.random.default_rng(7).choice(table.num_rows, FITTED_ROWS, replace=False))
    rows = as_rows(table.slice(0, 2_000).select([*loaded.columns, "label"]))
    figures = _known()
    if given.calls:
        figures["crossover.load_model(...).score(row)"] = _measured(loaded.score, rows, given.calls, WARM)
        pipeline = by_scikit_learn.fit(table, list(loaded.columns))
        figures["scikit-learn Pipeline.predict_proba"] = _measured(lambda row: by_scikit_learn.score(pipeline, row), rows, given.calls, WARM)
    if given.mllib_calls:
        figures["MLlib PipelineModel.transform"] = _mllib(table, dict(loaded.columns), rows, given.mllib_calls)
    same = _same(loaded, rows)
    result = {
        "rows": len(rows), "columns": len(loaded.columns), "load_model_s": loading, "one row is as many": same, "figures": figures,
        "versions": {"python": platform.python_version(), "numpy": np.__version__, "scikit-learn": sklearn.__version__},
        "machine": {"processor": platform.machine(), "cores": os.cpu_count()}, "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }  # fmt: skip
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    _show(result)
    return 0 if same else 1


def _known() -> dict[str, dict[str, float]]:
    """Return the figures of the last run, which those of this one replace: 0 calls leave a part as it was."""
    found: dict[str, dict[str, float]] = json.loads(RESULTS.read_text(encoding="utf-8"))["figures"] if RESULTS.is_file() else {}
    return found


def _mllib(table: Any, columns: dict[str, str], rows: Sequence[Row], calls: int) -> dict[str, float]:
    from benchmarks.latency import by_mllib

    spark = by_mllib.session()
    try:
        model, schema = by_mllib.fit(spark, table, columns), by_mllib.schema_of(columns)
        return _measured(lambda row: by_mllib.score(spark, model, schema, row), rows, calls, 20)
    finally:
        spark.stop()


def _measured(score: Callable[[Row], object], rows: Sequence[Row], calls: int, warm: int) -> dict[str, float]:
    """Return p50 and p99 in microseconds over so many calls, one row each."""
    for row in islice(cycle(rows), warm):
        score(row)
    times = np.empty(calls)
    for number, row in enumerate(islice(cycle(rows), calls)):
        began = time.perf_counter_ns()
        score(row)
        times[number] = time.perf_counter_ns() - began
    p50, p99 = np.quantile(times, [0.5, 0.99]) / 1000
    return {"calls": calls, "p50_us": round(float(p50), 1), "p99_us": round(float(p99), 1)}


def _same(loaded: LoadedModel, rows: Sequence[Row]) -> bool:
    """Whether rows one by one have the scores that they have together."""
    many = loaded.score({name: [row[name] for row in rows] for name in loaded.columns})["probability"]
    one = [loaded.score(row)["probability"] for row in rows]
    return bool(np.allclose(many, one, rtol=1e-12, atol=0))


def _show(result: dict[str, Any]) -> None:
    print(f"one row of {result['columns']} raw columns; load_model {result['load_model_s'] * 1000:.0f} ms")  # noqa: T201
    for name, figures in result["figures"].items():
        print(f"{name:<40} p50 {figures['p50_us']:>11,.1f} us   p99 {figures['p99_us']:>11,.1f} us   {figures['calls']:,} calls")  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
