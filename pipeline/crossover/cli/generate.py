"""`crossover generate`: data of any size to try a pipeline on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from crossover.cli.options import Json, Quiet
from crossover.cli.output import line, print_json
from crossover.generate.dataset import generate as make
from crossover.generate.dirt import parse_dirt
from crossover.generate.request import SEED, Request
from crossover.generate.whole import Dataset

What = Annotated[str, typer.Argument(help="Which data: retail or payments.", metavar="WORKLOAD", show_default=False)]
Scale = Annotated[str, typer.Option("--scale", metavar="NUMBER", help="Size; 1 is about half a gigabyte of CSV.")]
Seed = Annotated[int, typer.Option("--seed", metavar="N", help="Another seed gives other data of the same kind.")]
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
    scale: Scale = "1",
    seed: Seed = SEED,
    file_format: Format = None,
    dirt: DirtRates = None,
    workers: Workers = None,
    out: Out = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Make data from a seed. A finished data set is left as it is; an interrupted one is gone on with."""
    request = Request(what, scale, seed, file_format, parse_dirt(dirt) if dirt else ())
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=quiet) as progress:
        task = progress.add_task(f"{what} {scale}", total=None)
        made = make(request, out, workers=workers, told=lambda done, of: progress.update(task, completed=done, total=of))
    _report(made, as_json=as_json)
    return 0


def _report(made: Dataset, *, as_json: bool) -> None:
    if as_json:
        print_json({"folder": str(made.folder), "unchanged": made.unchanged, **made.manifest})
        return
    tables = made.manifest["tables"]
    rows = ", ".join(f"{name} {table['rows']:,}" for name, table in tables.items())
    size = sum(table["bytes"] for table in tables.values()) / 1e6
    line(f"{made.folder}: {rows} rows, {size:,.1f} MB{', there already' if made.unchanged else ''}")
