"""A comparison as people read it on the screen. Every figure comes from the JSON of the measurement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.table import Table

from crossover.compare.measurement import FINISHED
from crossover.compare.table import show_memory, show_seconds, verdict

Shown = Mapping[str, Any]
APART = "each stage apart, as a job of its own: a breakdown, not the production plan"


def configurations_table(shown: Shown) -> Table:
    """Return a line for each size, engine and parallelism: medians, and in brackets lowest and highest."""
    table = Table(box=None, pad_edge=False, padding=(0, 2))
    table.add_column("size", no_wrap=True)
    table.add_column("engine", no_wrap=True)
    for title in ("threads", "wall", "", "CPU", "peak memory", "rows/s", "read", "shuffled"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for size in shown["sizes"]:
        for summary in (each for each in shown["summaries"] if each["size"] == size["name"]):
            table.add_row(size["name"], summary["engine"], *_figures(summary))
        for run in _ended_badly(shown, size["name"]):
            table.add_row(size["name"], run["engine"], str(run["parallelism"]), *[""] * 7, run["outcome"])
    return table


def failure_lines(shown: Shown) -> list[str]:
    """Return for each configuration that failed or did not fit what its first such run said."""
    return [
        f"{size['name']}  {run['engine']} x{run['parallelism']}: {outcome_words(run['outcome'], run['message'])}"
        for size in shown["sizes"]
        for run in _ended_badly(shown, size["name"])
    ]


def answer_lines(shown: Shown) -> list[str]:
    """Return for each size whether the answers are the same; where they are not, the first difference."""
    return [line for size in shown["sizes"] for line in _answer(size)]


def run_line(run: Shown, done: int, of: int) -> str:
    """Return what is told of a run when it has ended."""
    which = "warm-up" if run["discarded"] else f"run {run['repeat'] + 1}"
    what = f"{run['size']}  {run['engine']} x{run['parallelism']}  {which}"
    usage = run["usage"]
    used = f"{show_seconds(usage['wall_s'])}, {usage['cpu_s']:.1f} CPU-s, {show_memory(usage['peak_memory'])}" if usage else ""
    told = used if run["outcome"] == FINISHED else outcome_words(run["outcome"], run["message"])
    return f"[{done}/{of}] {what}: {told}"


def outcome_words(outcome: str, message: str | None) -> str:
    """Return how a run ended that did not end well: `failed: ...`, `does not fit in 4 GB`."""
    first = (message or "").partition("\n")[0]
    return first if first.startswith(outcome) else f"{outcome}: {first}"


def latency_lines(shown: Shown) -> list[str]:
    """Return a line for each model: one row alone, and many at once."""
    return [
        f"{each['model']} scores one row in {each['one_row_p50_s'] * 1e6:.0f} us (p99 {each['one_row_p99_s'] * 1e6:.0f} us), "
        f"{each['batch_rows']:,} at once at {each['batch_rows_per_s']:,.0f} rows/s, without an engine"
        for each in shown["latency"]
    ]


def apart_table(shown: Shown) -> Table | None:
    """Return the stages that ran as jobs of their own; None if none did."""
    if not shown["apart"]:
        return None
    table = Table(title=APART, title_justify="left", box=None, pad_edge=False, padding=(0, 2))
    for title in ("size", "engine"):
        table.add_column(title, no_wrap=True)
    table.add_column("threads", justify="right", no_wrap=True)
    table.add_column("stage", no_wrap=True)
    for title in ("wall", "of it start", "CPU", "peak memory"):
        table.add_column(title, justify="right", no_wrap=True)
    for each in shown["apart"]:
        what = (each["size"], each["engine"], str(each["parallelism"]), each["stage"])
        usage = each["usage"]
        if each["outcome"] == FINISHED and usage is not None:
            start = each["session_start_s"]
            table.add_row(
                *what, show_seconds(usage["wall_s"]), "-" if start is None else show_seconds(start), show_seconds(usage["cpu_s"]),
                show_memory(usage["peak_memory"]),
            )  # fmt: skip
        else:
            table.add_row(*what, each["outcome"])
    return table


def _figures(summary: Shown) -> Iterator[str]:
    wall, peak = summary["wall_s"], summary["peak_memory"]
    yield str(summary["parallelism"])
    yield show_seconds(wall["median"])
    yield f"({wall['lowest']:.1f} to {wall['highest']:.1f}, {summary['repeats']} runs)" if summary["repeats"] > 1 else "(1 run)"
    yield show_seconds(summary["cpu_s"]["median"])
    yield show_memory(peak["median"])
    yield f"{summary['rows_per_s']:,.0f}"
    for share in ("read_share", "shuffle_share"):
        yield "-" if summary[share] is None else f"{summary[share]:.2f} x input"
    yield ", ".join(summary["marks"])


def _ended_badly(shown: Shown, size: str) -> list[Shown]:
    """Return the first failure of each configuration."""
    found: dict[tuple[str, int], Shown] = {}
    for run in shown["runs"]:
        if run["size"] == size and run["outcome"] != FINISHED:
            found.setdefault((run["engine"], run["parallelism"]), run)
    return list(found.values())


def _answer(size: Shown) -> Sequence[str]:
    if size["certificate"] is None:
        return [f"{size['name']}: no two answers to compare"]
    first, *rest = verdict(size["certificate"]["parts"], size["certificate"]["first_difference"])
    return [f"{size['name']}: {first}", *rest]
