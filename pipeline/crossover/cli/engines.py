"""`crossover engines`: what can run here, and what is missing."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from crossover.cli.meter import meter as prove
from crossover.cli.options import Json
from crossover.cli.output import line, print_json, show
from crossover.cli.prepare_spark import prepare_spark as prepare
from crossover.core.errors import ConfigError
from crossover.engines.registry import ENGINES, missing
from crossover.runs.versions import library_versions

Meter = Annotated[bool, typer.Option("--meter", help="Let the meter prove itself on work of known cost (a minute).")]
PrepareSpark = Annotated[
    bool,
    typer.Option("--prepare-spark", help="Archive the classes of Spark, with which each later Spark starts seconds sooner (a minute and a half, 220 MB)."),
]


def engines(as_json: Json = False, meter: Meter = False, prepare_spark: PrepareSpark = False) -> int:
    """List the engines: which can run on this machine, and what the others need."""
    if meter and prepare_spark:
        raise ConfigError("--meter and --prepare-spark are two things to do: give one of them")
    if prepare_spark:
        return prepare(as_json=as_json)
    if meter:
        return prove(as_json=as_json)
    needs = {name: missing(name) for name in ENGINES}
    versions = library_versions()
    if as_json:
        found = [{"name": name, "usable": need is None, "missing": need} for name, need in needs.items()]
        print_json({"engines": found, "versions": versions})
        return 0
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2))
    for name, need in needs.items():
        table.add_row(name, "can run" if need is None else f"cannot run: {need}")
    show(table)
    line(", ".join(f"{name} {version}" for name, version in versions.items()))
    return 0
