"""The files that a source's path means."""

from __future__ import annotations

import glob
from pathlib import Path

from crossover.core.errors import DataError
from crossover.core.nearest import did_you_mean

_PATTERN = frozenset("*?[")


def files_of(source: str, path: str) -> list[Path]:
    """Return the files of a source: a file, the files of a folder, or what a glob matches; hidden ones are left out.

    Raises DataError if there is none.
    """
    place = Path(path)
    if place.is_file():
        return [place]
    found = sorted(Path(each) for each in glob.glob(path, recursive=True)) if _PATTERN & set(path) else []  # noqa: PTH207
    if place.is_dir():
        found = sorted(place.rglob("*"))
    files = [each for each in found if each.is_file() and not each.name.startswith((".", "_"))]
    if not files:
        raise DataError(f"source `{source}`: there is no file at `{path}`{_nearest(place)}", notes=_looked(place))
    return files


def _nearest(place: Path) -> str:
    beside = [each.name for each in place.parent.iterdir()] if place.parent.is_dir() else []
    return did_you_mean(place.name, beside)


def _looked(place: Path) -> list[str]:
    existing = next((each for each in place.parents if each.is_dir()), Path())
    inside = sorted(each.name for each in existing.iterdir() if not each.name.startswith("."))[:8]
    return [f"looked from `{Path.cwd()}`; `{existing}` holds: {', '.join(inside) or 'nothing'}"]
