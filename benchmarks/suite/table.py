"""The results as a table of Markdown: python -m benchmarks.suite.table."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HEAD = (
    "| | pairs | same answer | wall, s | by hand | ratio | CPU, s | by hand | ratio | at most | of the clocks, at most | apart, CPU s | GiB | by hand | ratio | at most |",
    "|---|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
)


def shown(results: Mapping[str, Mapping[str, Any]]) -> str:
    """Return a line for each case that has pairs. Bounds need three pairs."""
    return "\n".join([*HEAD, *(_line(name, each) for name, each in results.items() if each["pairs"])])


def _line(name: str, entry: Mapping[str, Any]) -> str:
    found = entry["summary"]
    wall, cpu, clocks, memory = (found[figure] for figure in ("wall_s", "cpu_s", "clocks_cpu_s", "peak_memory"))
    cells = [name, str(found["pairs"]), "yes" if entry["certificate"]["same_answer"] else "no"]
    cells += [f"{wall['ours']:.1f}", f"{wall['by hand']:.1f}", f"{wall['ratio']:.2f}"]
    cells += [f"{cpu['ours']:.1f}", f"{cpu['by hand']:.1f}", f"{cpu['ratio']:.2f}", _bound(cpu), _bound(clocks), f"{found['apart_cpu_s']:.1f}"]
    cells += [f"{memory['ours'] / 2**30:.2f}", f"{memory['by hand'] / 2**30:.2f}", f"{memory['ratio']:.2f}", _bound(memory)]
    return "| " + " | ".join(cells) + " |"


def _bound(figure: Mapping[str, Any]) -> str:
    return "" if figure["upper_bound"] is None else f"{figure['upper_bound']:.2f}"


if __name__ == "__main__":
    print(shown(json.loads((Path(__file__).parents[1] / "results" / "suite.json").read_text(encoding="utf-8"))))  # noqa: T201
