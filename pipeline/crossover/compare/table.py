"""Runs side by side, as people read them. Everything is computed from the JSON that programs read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table

from crossover.compare.difference import first_difference, show_key, show_value
from crossover.compare.shown import shown


def side_by_side(comparison: Mapping[str, Any]) -> Table:
    """Return a table with a column for each engine: rows, time, memory, metrics."""
    runs: Sequence[Mapping[str, Any]] = comparison["runs"]
    table = Table(title=None, box=None, pad_edge=False, padding=(0, 2))
    table.add_column(comparison["pipeline"], no_wrap=True)
    for run in runs:
        table.add_column(run["engine"], justify="right", no_wrap=True)
    for name in dict.fromkeys(name for run in runs for name in run["rows"]):
        table.add_row(f"rows of {name}", *(_whole(run["rows"].get(name)) for run in runs))
    table.add_row("rows set aside", *(_whole(run["set_aside"]) for run in runs))
    table.add_row("wall", *(show_seconds(run["wall_s"]) for run in runs))
    table.add_row("CPU", *(show_seconds(run["cpu_s"]) for run in runs))
    table.add_row("peak memory", *(show_memory(run["peak_memory"]) for run in runs))
    for model, metric in dict.fromkeys(pair for run in runs for pair in _metric_names(run)):
        table.add_row(f"{model}: {metric}", *(show_metric(run["metrics"].get(model, {}).get(metric)) for run in runs))
    return table


def verdict(parts: Sequence[Mapping[str, Any]], first: Mapping[str, Any] | None) -> list[str]:
    """Return `same answer: yes` with the figures behind it, or `no` with the first difference. Both are of a certificate's JSON."""
    if first is not None:
        differing = [part for part in parts if not part["same"]]
        return ["same answer: no", f"  {first_difference(first)}", *_others(differing)]
    cells = sum(part["rows"] * part["columns"] for part in parts if part["rows"] is not None)
    lines = [f"same answer: yes   {len(parts)} comparisons, {cells:,} cells by key"]
    largest = [part for part in parts if part["largest"] is not None and part["largest"]["allowed"] is not None]
    if largest:
        lines.append(f"  largest difference: {_largest(max(largest, key=_strain))}")
    return lines


def show_seconds(value: float) -> str:
    """Return seconds as they stand in a table."""
    return f"{value:.1f} s"


def show_memory(value: float) -> str:
    """Return bytes as they stand in a table."""
    return f"{value / 2**20:,.0f} MiB"


def show_metric(value: Any) -> str:
    """Return a metric with six digits after the point, or a count with its thousands."""
    if value is None:
        return "-"
    if isinstance(value, bool | str):
        return str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:.6f}" if abs(value) < 1e6 else f"{value:.6g}"


def _metric_names(run: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (model, metric)
        for model, metrics in run["metrics"].items()
        for metric in shown(metrics)
        if isinstance(metrics[metric], int | float)
    ]


def _others(differing: Sequence[Mapping[str, Any]]) -> list[str]:
    return [f"  {part['name']} ({' and '.join(part['engines'])}): {part['differences']:,} differ" for part in differing[:20]]


def _largest(part: Mapping[str, Any]) -> str:
    found = part["largest"]
    values = ", ".join(f"{engine} {show_value(value)}" for engine, value in found["values"].items())
    row = f" at {show_key(found['key'])}" if found["key"] else ""
    return f"{found['absolute']:.2g} of {found['allowed']:.2g} allowed, {part['name']} {found['column']}{row}: {values}"


def _strain(part: Mapping[str, Any]) -> float:
    found = part["largest"]
    return float(found["absolute"] / found["allowed"]) if found["allowed"] else 0.0


def _whole(value: int | None) -> str:
    return "-" if value is None else f"{value:,}"
