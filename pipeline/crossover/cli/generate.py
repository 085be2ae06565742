"""`crossover generate`: data of any size to try a pipeline on."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from crossover.cli.options import Json, Quiet, Settings, parse_settings
from crossover.cli.output import line, print_json
from crossover.core.errors import ConfigError
from crossover.generate.dataset import generate as make
from crossover.generate.dirt import parse_dirt
from crossover.generate.replicate import Replica, replicate
from crossover.generate.request import SEED, Request
from crossover.generate.whole import Dataset, Told

What = Annotated[
    str,
    typer.Argument(help="Which data: retail or payments; with --replicate a document.", metavar="WORKLOAD", show_default=False),
]
Copies = Annotated[
    int | None,
    typer.Option(
        "--replicate", metavar="N", help="N copies of a document's data, each with keys of its own.", show_default=False
    ),
]
Scale = Annotated[
    str | None, typer.Option("--scale", metavar="NUMBER", help="Size; 1 is about half a gigabyte of CSV.", show_default="1")
]
Seed = Annotated[
    int | None, typer.Option("--seed", metavar="N", help="Another seed gives other data of the same kind.", show_default="1")
]
Format = Annotated[
    str | None,
    typer.Option("--format", metavar="FORMAT", help="csv or parquet.", show_default="as the workload's document reads it"),
]
Workers = Annotated[
    int | None, typer.Option("--workers", metavar="N", help="Processes.", show_default="one for each core", min=1)
]
DirtRates = Annotated[
    str | None,
    typer.Option(
        "--dirt", metavar="KIND=RATE,...", help="Shares of rows that are made wrong; `truth` lists them.", show_default="none"
    ),
]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="FOLDER", help="Where the data goes.", show_default="data/WORKLOAD-SCALE")
]


def generate(
    what: What,
    scale: Scale = None,
    seed: Seed = None,
    file_format: Format = None,
    dirt: DirtRates = None,
    workers: Workers = None,
    copies: Copies = None,
    settings: Settings = None,
    out: Out = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Make data from a seed, or copies of a document's data. A finished data set is left as it is."""
    of_workload = {"--scale": scale, "--seed": seed, "--format": file_format, "--dirt": dirt, "--workers": workers}
    if copies is not None:
        _refuse(
            [option for option, value in of_workload.items() if value is not None], "goes with a workload, not with --replicate"
        )
        replica = Replica(Path(what), parse_settings(settings), copies)
        made = with_bar(f"{what} x {copies}", lambda told: replicate(replica, out, told=told), quiet=quiet)
    else:
        _refuse(["--set"] if settings else [], "goes with --replicate")
        request = Request(what, scale or "1", SEED if seed is None else seed, file_format, parse_dirt(dirt) if dirt else ())
        made = with_bar(f"{what} {request.scale}", lambda told: make(request, out, workers=workers, told=told), quiet=quiet)
    _report(made, what, as_json=as_json)
    return 0


def _refuse(options: list[str], why: str) -> None:
    if options:
        raise ConfigError(f"`{options[0]}` {why}")


def with_bar(what: str, work: Callable[[Told], Dataset], *, quiet: bool) -> Dataset:
    """Do the work beside a bar on standard error."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=quiet) as progress:
        task = progress.add_task(what, total=None)
        return work(lambda done, of: progress.update(task, completed=done, total=of))


def _report(made: Dataset, what: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"folder": str(made.folder), "unchanged": made.unchanged, **made.manifest})
        return
    tables = made.manifest["tables"]
    rows = ", ".join(f"{name} {table['rows']:,}" for name, table in tables.items())
    size = sum(table["bytes"] for table in tables.values()) / 1e6
    line(f"{made.folder}: {rows} rows, {size:,.1f} MB{', there already' if made.unchanged else ''}")
    left_out = {name: table["left_out"] for name, table in tables.items() if table.get("left_out")}
    for name, count in left_out.items():
        line(f"{name}: {count:,} records that are no rows (quotes or fields not in order) are not in the copies")
    if settings := made.manifest.get("settings"):
        line(" ".join(["crossover run", what, *(f"--set {shlex.quote(f'{name}={value}')}" for name, value in settings.items())]))
