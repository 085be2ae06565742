"""Two runs that exist already: `crossover diff`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from crossover.compare.certificate import Certificate, Run, compare
from crossover.core.errors import ConfigError, DataError
from crossover.runs.folder import Attempt
from crossover.runs.published import check_files, commit_of, resolve_current

NAMES = ("first", "second")


def attempt_of(path: Path) -> Attempt:
    """Return the attempt that a path names: its folder, `runs/NAME/current`, or `runs/NAME`, which means the same.

    Raises ConfigError where no run lies, DataError where its record or a file of a committed one is damaged.
    """
    named = path / "current" if (path / "current.json").is_file() else path
    found = resolve_current(named)
    attempt = Attempt(found)
    if not found.is_dir():
        raise ConfigError(f"`{path}`: there is no such folder", notes=[_HOW])
    if not attempt.record.is_file():
        raise ConfigError(f"`{path}` holds no run that ended: it has no `{attempt.record.name}`", notes=[_HOW])
    published = commit_of(found) if found == named else None
    if published is not None:
        check_files(*published)
    return attempt


_HOW = "name the folder of a run (runs/NAME/attempts/RUN), or runs/NAME/current"


def difference_of(first: Path, second: Path) -> dict[str, Any]:
    """Compare two runs; return JSON values, of the form that a comparison of engines has.

    Raises ConfigError and DataError as `attempt_of` does, and DataError for files that cannot be read.
    """
    attempts = [attempt_of(path) for path in (first, second)]
    records = [_record(attempt) for attempt in attempts]
    engines = [str(record["engine"]) for record in records]
    names = NAMES if engines[0] == engines[1] else engines
    certificate = _compare([Run(name, attempt) for name, attempt in zip(names, attempts, strict=True)]).to_json()
    shown = ("run", "pipeline", "engine", "started", "versions")
    return {
        "same_answer": certificate.pop("same_answer"),
        "first_difference": certificate.pop("first_difference"),
        "runs": [
            {"name": name, "folder": str(attempt.path), **{each: record[each] for each in shown}}
            for name, attempt, record in zip(names, attempts, records, strict=True)
        ],
        "certificate": certificate,
    }


def _record(attempt: Attempt) -> dict[str, Any]:
    try:
        return attempt.read_json(attempt.record.name)
    except (OSError, ValueError) as error:
        raise DataError(f"`{attempt.record}` cannot be read: {error}") from error


def _compare(runs: list[Run]) -> Certificate:
    try:
        return compare(runs)
    except (OSError, ValueError) as error:
        # Arrow's errors are ValueErrors or OSErrors
        raise DataError(f"a file of `{runs[0].attempt.path}` or `{runs[1].attempt.path}` cannot be read: {error}") from error
