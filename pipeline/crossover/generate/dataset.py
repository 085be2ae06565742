"""A data set on disk. It is made in a neighbour of its folder and gets its name when it is whole."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crossover.core.errors import ConfigError, DataError
from crossover.generate.making import PARTS, make_parts
from crossover.generate.request import Request
from crossover.runs.durable import read_json, sync_directory, write_json
from crossover.runs.versions import library_versions

MANIFEST = "manifest.json"
_REQUEST = "request.json"

Told = Callable[[int, int], None]
"""Is told how many parts are made, of how many."""


@dataclass(frozen=True)
class Dataset:
    """A whole data set and its manifest."""

    folder: Path
    manifest: dict[str, Any]
    unchanged: bool
    """It was there already."""


def generate(
    request: Request, folder: Path | None = None, *, workers: int | None = None, told: Told = lambda done, of: None
) -> Dataset:
    """Make a data set, or find that it is there. `folder` None: `data/WORKLOAD-SCALE`.

    Raises ConfigError if the folder holds anything else, DataError if its files are no longer those of its manifest.
    """
    place = folder or request.folder()
    found = _found(request, place)
    if found is not None:
        return found
    place.parent.mkdir(parents=True, exist_ok=True)
    with _alone(place):
        return _found(request, place) or _make(request, place, workers or len(os.sched_getaffinity(0)), told)


def _found(request: Request, folder: Path) -> Dataset | None:
    """Return the data set if it is there whole, None if nothing is there."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return None
    try:
        manifest = read_json(folder / MANIFEST)
    except (OSError, ValueError):
        raise ConfigError(
            f"`{folder}` holds something that `crossover generate` did not make", notes=["choose another --out"]
        ) from None
    for name, asked in request.to_json().items():
        if manifest.get(name) != asked:
            raise ConfigError(
                f"`{folder}` holds other data: its {name} is {manifest.get(name)}, asked for is {asked}",
                notes=["choose another --out, or delete the folder"],
            )
    for name, table in manifest["tables"].items():
        files = list((folder / name).glob("part-*"))
        if (len(files), sum(file.stat().st_size for file in files)) != (table["files"], table["bytes"]):
            raise DataError(f"`{folder / name}` was changed after it was made", notes=[f"delete `{folder}` and make it again"])
    return Dataset(folder, manifest, unchanged=True)


def _make(request: Request, folder: Path, workers: int, told: Told) -> Dataset:
    unfinished = folder.with_name(f".{folder.name}.unfinished")
    _begin(request, unfinished)
    rows, sizes, files = Counter[str](), Counter[str](), Counter[str]()
    count = sum(1 for _ in request.made().parts())
    told(0, count)
    for done, part in enumerate(make_parts(request, unfinished, workers), start=1):
        rows.update(part.rows)
        sizes.update(part.bytes)
        files.update(dict.fromkeys(part.rows, 1))
        told(done, count)
    tables = {name: {"rows": rows[name], "files": files[name], "bytes": sizes[name]} for name in request.formats()}
    facts = {"format": 1, **request.to_json(), "about": request.made().about, "truth": request.made().truth(), "tables": tables}
    manifest = {**facts, "versions": library_versions()}
    write_json(unfinished / MANIFEST, manifest)
    shutil.rmtree(unfinished / PARTS)
    (unfinished / _REQUEST).unlink()
    unfinished.replace(folder)
    sync_directory(folder.parent)
    return Dataset(folder, manifest, unchanged=False)


def _begin(request: Request, unfinished: Path) -> None:
    """Prepare the folder; what an interrupted attempt at the same data left there is used again."""
    asked = {**request.to_json(), "versions": library_versions()}
    try:
        same = read_json(unfinished / _REQUEST) == asked
    except (OSError, ValueError):
        same = False
    if not same and unfinished.exists():
        shutil.rmtree(unfinished)
    (unfinished / PARTS).mkdir(parents=True, exist_ok=True)
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
