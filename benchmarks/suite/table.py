"""The results as tables of Markdown: python -m benchmarks.suite.table."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.suite.summary import summary

TIME = ("", "pairs", "on", "same answer", "wall, s", "by hand", "ratio", "CPU, s", "by hand", "ratio", "at most")
COST = ("", "pairs", "clocks, ratio", "at most", "apart, CPU s", "at most", "GiB", "by hand", "ratio", "at most")

Results = Mapping[str, Mapping[str, Any]]


def shown(results: Results) -> str:
    """Return a table of time and one of the layer's cost, each with a line for every case that has pairs. Bounds need three."""
    ran = {name: each for name, each in results.items() if each["pairs"]}
    # of the pairs themselves, so that all cases are summed up in one way whenever they ran
    found = {name: summary(each["pairs"]) for name, each in ran.items()}
    time = [_time(name, ran[name], each) for name, each in found.items()]
    return "\n\n".join((_table(TIME, time), _table(COST, [_cost(name, each) for name, each in found.items()])))


def _time(name: str, entry: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    wall, cpu = found["wall_s"], found["cpu_s"]
    same = "yes" if entry["certificate"]["same_answer"] else "no"
    return [_name(name), str(found["pairs"]), entry["date"], same, *_both(wall, 1, 1), *_both(cpu, 1, 1), _bound(cpu)]


def _cost(name: str, found: Mapping[str, Any]) -> list[str]:
    clocks, apart, memory = found["clocks_cpu_s"], found["apart_cpu_s"], found["peak_memory"]
    told = [f"{clocks['ratio']:.2f}", _bound(clocks), f"{apart['median']:.2f}", _bound(apart), *_both(memory, 2**30, 2), _bound(memory)]
    return [_name(name), str(found["pairs"]), *told]


def _name(name: str) -> str:
    return name.replace(", as written", "").replace("_", " ")


def _both(figure: Mapping[str, Any], unit: float, digits: int) -> list[str]:
    return [f"{figure['ours'] / unit:.{digits}f}", f"{figure['by hand'] / unit:.{digits}f}", f"{figure['ratio']:.2f}"]


def _bound(figure: Mapping[str, Any]) -> str:
    return "" if figure["upper_bound"] is None else f"{figure['upper_bound']:.2f}"


def _table(head: tuple[str, ...], lines: list[list[str]]) -> str:
    rule = ["---", *("---:" for _ in head[1:])]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (head, rule, *lines))


if __name__ == "__main__":
    print(shown(json.loads((Path(__file__).parents[1] / "results" / "suite.json").read_text(encoding="utf-8"))))  # noqa: T201
