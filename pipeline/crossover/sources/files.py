"""The files that a path means: a file, a folder or a glob, relative to the working directory."""

from __future__ import annotations

import glob
import re
from pathlib import Path

from crossover.core.errors import DataError
from crossover.core.nearest import did_you_mean

_PATTERN = frozenset("*?[")
_COMPRESSED = frozenset((".gz", ".bz2", ".xz", ".zst", ".zip", ".lz4", ".snappy", ".7z", ".tar"))


def resolve(source: str, path: str) -> list[Path]:
    """Return the files of a source in the order of their names.

    A folder means all files below it. Files and folders whose names begin with `.` or `_` are left out, but for
    those that the path names itself. Raises DataError if there is no file, or a compressed one.
    """
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", path):
        raise DataError(f"source `{source}`: `{path}` is not on this machine's disk; only such files are read")
    place = Path(path)
    if place.is_file():
        files = [place]
    elif place.is_dir():
        files = _below(place)
        if not files:
            raise DataError(f"source `{source}`: the folder `{path}` holds no file", notes=[f"looked in {place.absolute()}"])
    else:
        files = _matching(path) if _PATTERN & set(path) else []
        if not files:
            suggestion = "" if _PATTERN & set(path) else _suggestion(place)
            raise DataError(f"source `{source}`: there is no file `{path}`{suggestion}", notes=_looked(place))
    _refuse_compressed(source, files)
    return files


def display_name(file: Path) -> str:
    """Return what `__file` holds for a file of `resolve`: the path as given, with `/`; the same on every engine."""
    return file.as_posix()


def _below(folder: Path) -> list[Path]:
    files = (file for file in folder.rglob("*") if file.is_file())
    return sorted((file for file in files if not any(map(_hidden, file.relative_to(folder).parts))), key=display_name)


def _matching(path: str) -> list[Path]:
    named = Path(path).parts
    found = {Path(each) for each in glob.glob(path, recursive=True)}  # noqa: PTH207 (Path.glob takes no absolute pattern)
    seen = (each for each in found if not any(_hidden(part) and part not in named for part in each.parts))
    return sorted((each for each in seen if each.is_file()), key=display_name)


def _hidden(name: str) -> bool:
    return name.startswith((".", "_"))


def _refuse_compressed(source: str, files: list[Path]) -> None:
    for file in files:
        if file.suffix.lower() in _COMPRESSED:
            raise DataError(f"source `{source}`: {display_name(file)} is compressed, which is not read; unpack it first")


def _suggestion(place: Path) -> str:
    beside = [display_name(each) for each in place.parent.iterdir()] if place.parent.is_dir() else []
    return did_you_mean(display_name(place), beside)


def _looked(place: Path) -> list[str]:
    folder = next((each for each in place.parents if each.is_dir()), Path())
    inside = sorted(each.name for each in folder.iterdir() if not _hidden(each.name))
    held = ", ".join(inside[:8]) + (f" and {len(inside) - 8} more" if len(inside) > 8 else "")
    return [f"looked for {place.absolute()}", f"{folder.absolute()} holds {held or 'nothing'}"]
