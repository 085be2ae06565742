"""`crossover report`: the report of a comparison that was measured, written again from its comparison.json."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crossover.cli.options import Json
from crossover.cli.output import line, print_json
from crossover.compare.several import COMPARISON
from crossover.core.errors import ConfigError, DataError
from crossover.report.write import write_report
from crossover.runs.durable import read_json

Comparison = Annotated[
    Path, typer.Argument(help="comparison.json of `crossover compare`, or the folder that holds it.", metavar="COMPARISON", show_default=False)
]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="FOLDER", help="Where report.html and report.md go.", show_default="beside comparison.json")
]


def report(comparison: Comparison, out: Out = None, as_json: Json = False) -> int:
    """Write the report of a comparison: one HTML file that opens anywhere, and the same in Markdown."""
    path = comparison / COMPARISON if comparison.is_dir() else comparison
    if not path.is_file():
        raise ConfigError(f"no comparison at {path}", notes=["`crossover compare DOCUMENT` measures one"])
    try:
        found = read_json(path)
    except ValueError as error:
        raise DataError(f"{path} holds no JSON object: {error}") from error
    written = write_report(found, out or path.parent)
    if as_json:
        print_json({"written": [str(each) for each in written]})
    else:
        for each in written:
            line(str(each))
    return 0
