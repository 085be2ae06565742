"""A data set on disk. It is made in a neighbour of its folder and gets its name when it is whole."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crossover.core.errors import ConfigError, DataError
from crossover.runs.durable import read_json, sync_directory, write_json
from crossover.runs.versions import library_versions

MANIFEST = "manifest.json"
FORMAT = 1
_REQUEST = "request.json"

Told = Callable[[int, int], None]
"""Is told how many parts are made, of how many."""
Make = Callable[[Path], dict[str, Any]]
"""Fills a folder and returns facts for the manifest; `tables` among them, with files and bytes of each."""


def nobody(done: int, of: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Dataset:
    """A whole data set and its manifest."""

    folder: Path
    manifest: dict[str, Any]
    unchanged: bool
    """It was there already."""


def whole(folder: Path, asked: Mapping[str, Any], make: Make) -> Dataset:
    """Return the data set of a folder, made unless it is there. `asked` tells one data set from another.

    What an interrupted attempt left is handed to `make` again. Raises ConfigError if the folder holds anything else,
    DataError if its files are no longer those of its manifest.
    """
    found = _found(asked, folder)
    if found is not None:
        return found
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        return _found(asked, folder) or _made(asked, folder, make)


def _found(asked: Mapping[str, Any], folder: Path) -> Dataset | None:
    """Return the data set if it is there whole, None if nothing is there."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return None
    try:
        manifest = read_json(folder / MANIFEST)
    except (OSError, ValueError):
        raise ConfigError(
            f"`{folder}` holds something that `crossover generate` did not make", notes=["choose another --out"]
        ) from None
    for name, value in asked.items():
        if manifest.get(name) != value:
            raise ConfigError(
                f"`{folder}` holds other data: its {name} is {manifest.get(name)}, asked for is {value}",
                notes=["choose another --out, or delete the folder"],
            )
    for name, table in manifest["tables"].items():
        sizes = [file.stat().st_size for file in folder.glob(table.get("path", f"{name}/part-*")) if file.is_file()]
        if (len(sizes), sum(sizes)) != (table["files"], table["bytes"]):
            raise DataError(
                f"`{name}` in `{folder}` was changed after it was made", notes=[f"delete `{folder}` and make it again"]
            )
    return Dataset(folder, manifest, unchanged=True)


def _made(asked: Mapping[str, Any], folder: Path, make: Make) -> Dataset:
    unfinished = folder.with_name(f".{folder.name}.unfinished")
    versions = library_versions()
    _begin({**asked, "versions": versions}, unfinished)
    manifest = {"format": FORMAT, **asked, **make(unfinished), "versions": versions}
    write_json(unfinished / MANIFEST, manifest)
    (unfinished / _REQUEST).unlink()
    unfinished.replace(folder)
    sync_directory(folder.parent)
    return Dataset(folder, manifest, unchanged=False)


def _begin(asked: dict[str, Any], unfinished: Path) -> None:
    """Prepare the folder, empty unless an attempt at the same data with the same versions left it."""
    try:
        same = read_json(unfinished / _REQUEST) == asked
    except (OSError, ValueError):
        same = False
    if not same and unfinished.exists():
        shutil.rmtree(unfinished)
    unfinished.mkdir(exist_ok=True)
    if not same:
        write_json(unfinished / _REQUEST, asked)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait while another process makes the same folder."""
    lock = folder.with_name(f".{folder.name}.lock")
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
        # whoever waits for this lock finds the data set finished
        lock.unlink(missing_ok=True)
