"""A run of one engine, as people and programs read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table

from crossover.cli.output import line, show
from crossover.compare.shown import BASELINE, shown
from crossover.compare.table import show_memory, show_metric, show_seconds
from crossover.core.errors import GateMissed
from crossover.runs.commit import Commit
from crossover.runs.folder import Attempt


def run_json(record: Mapping[str, Any], attempt: Attempt, committed: Commit, *, unchanged: bool) -> dict[str, Any]:
    """Return what `--json` prints of a run."""
    return {
        "pipeline": record["pipeline"],
        "engine": record["engine"],
        "run": record["run"],
        "folder": str(attempt.path),
        "status": committed.status,
        "commit": committed.seq,
        "unchanged": unchanged,
        "wall_s": record["wall_s"],
        "cpu_s": record["cpu_s"],
        "peak_memory": record["peak_memory"],
        "outcome": record["outcome"],
        "clocks": record["clocks"],
    }


def print_summary(record: Mapping[str, Any], attempt: Attempt) -> None:
    """Print rows, rows set aside with their reasons, metrics, gates, and what it took."""
    outcome = record["outcome"]
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    for name, rows in outcome["tables"].items():
        table.add_row(f"rows of {name}", f"{rows:,}")
    for place in outcome["set_aside"]:
        if place["set_aside"]:
            table.add_row(f"set aside in {place['stage']} {place['table']}", f"{place['set_aside']:,}")
        for reason, rows in place["reasons"].items():
            if rows:
                table.add_row(f"    not so: {reason}", f"{rows:,}")
    for model in outcome["models"]:
        metrics = model["metrics"]
        for metric in shown(metrics):
            if isinstance(metrics[metric], int | float):
                table.add_row(f"{model['name']}: {metric}", show_metric(metrics[metric]), _beside(metric, metrics))
        for gate in model["gates"]:
            table.add_row(f"{model['name']}: {gate['reason']}", "held" if gate["held"] else "MISSED")
    table.add_row("wall", show_seconds(record["wall_s"]))
    table.add_row("CPU", show_seconds(record["cpu_s"]))
    table.add_row("peak memory", show_memory(record["peak_memory"]))
    line(f"{record['pipeline']} on {record['engine']}")
    show(table)
    line(str(attempt.path))


def _beside(metric: str, metrics: Mapping[str, Any]) -> str:
    """Return the metric's 95 % interval and what the constant answer has, where they are known."""
    low, high, baseline = (metrics.get(name) for name in (f"{metric}_low", f"{metric}_high", f"{BASELINE}{metric}"))
    interval = [] if low is None or high is None else [f"95 %: {show_metric(low)} to {show_metric(high)}"]
    return ", ".join([*interval, *([] if baseline is None else [f"baseline {show_metric(baseline)}"])])


def gate_error(missed: Sequence[tuple[str, Mapping[str, Any]]]) -> GateMissed | None:
    """Return the error for gates that were missed, or None."""
    if not missed:
        return None
    texts = [f"{model} missed `{gate['reason']}`: {gate['expression']}{_values(gate['values'])}" for model, gate in missed]
    return GateMissed("; ".join(texts), notes=["the run was committed as rejected; `current` stays where it was"])


def _values(values: Mapping[str, Any]) -> str:
    return f" ({', '.join(f'{name} is {show_metric(value)}' for name, value in values.items())})" if values else ""
