"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from crossover.core.errors import ConfigError

Document = Annotated[Path, typer.Argument(help="The document, a YAML file.", metavar="DOCUMENT", show_default=False)]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="Set a parameter of the document. May be repeated.", show_default=False),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")]
Runs = Annotated[Path, typer.Option("--runs", metavar="FOLDER", help="Where runs are kept.")]
Again = Annotated[bool, typer.Option("--again", help="Do the work even if the same work is committed already.")]
Engines = Annotated[
    str,
    typer.Option("--engine", metavar="NAME,...", help="pandas, polars, spark; several are compared; `all`: those that can run."),
]
Parallelism = Annotated[int | None, typer.Option("--parallelism", metavar="N", help="Threads or cores.", show_default="all", min=1)]
Force = Annotated[bool, typer.Option("--force", help="Begin although the estimate says that memory will not do.")]
Stage = Annotated[
    str | None,
    typer.Option("--stage", metavar="NAME", help="Run one stage alone, from what the stages before it handed on.", show_default=False),
]
Partitions = Annotated[
    int | None, typer.Option("--partitions", metavar="N", help="Partitions of a distributed engine.", show_default="its own", min=1)
]


def parse_settings(texts: Sequence[str] | None) -> dict[str, str]:
    """Return `--set name=value` as a mapping. Raises ConfigError for a text without `=`, or a name given twice."""
    settings: dict[str, str] = {}
    for text in texts or ():
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise ConfigError(f"`--set {text}`: expected --set name=value")
        if name in settings:
            raise ConfigError(f"`--set {name}=...` is given twice")
        settings[name] = value
    return settings
