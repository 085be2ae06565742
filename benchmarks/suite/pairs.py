"""One pair of runs, ours and one written by hand, each a process of its own."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from crossover.runs.durable import read_json
from crossover.runs.measure.child import Finished, run_measured

Figures = dict[str, Any]


def run_ours(document: Path, settings: Mapping[str, str], engine: str, runs: Path) -> tuple[Figures, Path]:
    """Return what a run of a document took, and its attempt."""
    given = [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
    command = [sys.executable, "-m", "crossover", "run", str(document), *given, "--engine", engine]
    used = _measured([*command, "--runs", str(runs), "--again", "--quiet"])
    attempt = max((runs / document.stem.split("-")[0] / "attempts").iterdir())
    clocks = read_json(attempt / "record.json")["clocks"]
    # a run's clocks are what it does with data; around them are imports, checks of the document, its folder and checksums
    told = {"clocks_cpu_s": sum(each["cpu_s"] for each in clocks), "clocks_wall_s": sum(each["wall_s"] for each in clocks)}
    parts = [{name: each[name] for name in ("name", "table", "wall_s", "cpu_s")} for each in clocks]
    return {**_figures(used), **told, "clocks": parts}, attempt


def run_by_hand(program: str, arguments: Sequence[Path]) -> Figures:
    """Return what a program written by hand took."""
    used = _measured([sys.executable, "-m", program, *map(str, arguments)])
    clocks = json.loads(used.output.splitlines()[-1])
    return {**_figures(used), "clocks": [{"name": name, **each} for name, each in clocks.items()]}


def _measured(command: list[str]) -> Finished:
    finished = run_measured(command)
    if finished.code:
        raise SystemExit(f"{' '.join(command)} ended with {finished.code}")
    return finished


def _figures(finished: Finished) -> Figures:
    usage = finished.usage
    return {"wall_s": usage.wall_s, "cpu_s": usage.cpu_s, "peak_memory": usage.peak_memory, "read_bytes": usage.read_bytes, "cpu_from": usage.cpu_from}


def in_turn(number: int, first: Callable[[], Any], second: Callable[[], Any]) -> tuple[Any, Any]:
    """Return both results; each goes first in every other pair."""
    if number % 2:
        later = second()
        return first(), later
    return first(), second()
