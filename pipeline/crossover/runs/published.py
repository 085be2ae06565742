"""What readers see of a pipeline's runs: the commit that the pointer names, its files checked.

A process that only scores reads it too, so it stands on the standard library alone.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crossover.core.errors import ConfigError, DataError
from crossover.runs.durable import read_json

ACCEPTED = "accepted"
REJECTED = "rejected"


@dataclass(frozen=True)
class CommittedFile:
    """A file of an attempt; `name` is relative to it, `rows` only for Parquet."""

    name: str
    bytes: int
    sha256: str
    rows: int | None = None


@dataclass(frozen=True)
class Commit:
    """commits/<seq>.json: what a run published, and under which key."""

    seq: int
    run: str
    key: str
    status: str
    """accepted, or rejected: a gate was missed, and `current` stays where it was."""
    engine: str
    agreed: tuple[str, ...]
    """Engines that gave this same answer, each in a process of its own; empty if only one ran."""
    versions: Mapping[str, str]
    files: tuple[CommittedFile, ...]
    parent: int | None
    committed: str

    @property
    def name(self) -> str:
        return f"{self.seq:06d}"

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Commit:
        """Return what was written."""
        files = tuple(CommittedFile(**file) for file in value["files"])
        return cls(**{**value, "files": files, "agreed": tuple(value["agreed"])})


class Places:
    """Where the runs of one pipeline lie: `runs/<pipeline>`."""

    def __init__(self, root: Path, pipeline: str) -> None:
        self.path = root / pipeline
        self.attempts = self.path / "attempts"
        self.commits = self.path / "commits"
        self.current = self.path / "current.json"
        self.lease = self.path / "lease.json"


def read_current(folder: Places) -> Commit | None:
    """Return the commit that readers see, or None if there is none yet. Raises DataError if it is damaged."""
    seq = pointed(folder)
    return None if seq is None else read_commit(folder, seq)


def pointed(folder: Places) -> int | None:
    """Return the number of the commit that the pointer names, None without a pointer. Raises DataError if it is damaged."""
    try:
        return int(read_json(folder.current)["commit"])
    except FileNotFoundError:
        return None
    except (ValueError, OSError, KeyError, TypeError) as error:
        raise DataError(f"`{folder.current}` cannot be read: {error}") from error


def read_commit(folder: Places, seq: int) -> Commit:
    """Return a commit record. Raises DataError if it is missing or damaged."""
    path = record_path(folder, seq)
    try:
        return Commit.from_json(read_json(path))
    except (ValueError, OSError, KeyError, TypeError) as error:
        raise DataError(f"the commit record `{path}` is missing or damaged: {error}") from error


def check_files(folder: Places, committed: Commit, below: str = "") -> None:
    """Compare the files of a commit (those below a folder of it) with its record. Raises DataError naming the first."""
    root = folder.attempts / committed.run
    for file in committed.files:
        if not file.name.startswith(below):
            continue
        path = root / file.name
        if not path.is_file():
            raise DataError(f"`{path}` is missing; commit {committed.name} lists it", notes=_run_again())
        size = path.stat().st_size
        if size != file.bytes:
            raise DataError(f"`{path}` has {size} bytes; commit {committed.name} wrote {file.bytes}", notes=_run_again())
        found = sha256_of(path)
        if found != file.sha256:
            raise DataError(
                f"`{path}` is not what commit {committed.name} wrote: SHA-256 {found[:16]}..., expected {file.sha256[:16]}...",
                notes=_run_again(),
            )


def resolve_current(path: str | Path) -> Path:
    """Return where a path like `runs/NAME/current/MODEL` leads now; its files are checked. Other paths stay as they are, folders called `current` too.

    Raises ConfigError where nothing was committed yet or the commit holds no such thing, DataError where it is damaged.
    """
    path = Path(path)
    if "current" not in path.parts:
        return path
    at = len(path.parts) - 1 - path.parts[::-1].index("current")
    home = Path(*path.parts[:at])
    folder = Places(home.parent, home.name)
    committed = read_current(folder)
    if committed is None and path.exists():
        return path  # a folder that is called so
    if committed is None:
        raise ConfigError(f"`{path}`: nothing is committed in `{folder.path}`", notes=_other_runs(folder))
    below = Path(*path.parts[at + 1 :]).as_posix() if path.parts[at + 1 :] else ""
    prefix = f"{below}/" if below else ""
    found = folder.attempts / committed.run / below
    if not any(file.name == below or file.name.startswith(prefix) for file in committed.files):
        inside = sorted({file.name.split("/")[0] for file in committed.files if "/" in file.name})
        raise ConfigError(f"`{path}`: commit {committed.name} holds no `{below}`", notes=[f"it holds: {', '.join(inside)}"])
    check_files(folder, committed, prefix if found.is_dir() else below)
    return found


def commit_of(attempt: Path) -> tuple[Places, Commit] | None:
    """Return the commit that published an attempt, and the run folder of both; None if there is none."""
    home = attempt.absolute().parent.parent
    folder = Places(home.parent, home.name)
    if attempt.absolute().parent != folder.attempts or not folder.commits.is_dir():
        return None
    for record in sorted(folder.commits.glob("[0-9]*.json"), reverse=True):
        with suppress(DataError):  # a damaged one says nothing of this attempt
            committed = read_commit(folder, int(record.stem))
            if committed.run == attempt.name:
                return folder, committed
    return None


def record_path(folder: Places, seq: int) -> Path:
    return folder.commits / f"{seq:06d}.json"


def sha256_of(path: Path, *, durable: bool = False) -> str:
    with path.open("rb") as file:
        if durable:
            os.fsync(file.fileno())
        return hashlib.file_digest(file, "sha256").hexdigest()


def _run_again() -> list[str]:
    return ["the run folder was changed from outside; run the pipeline again with --again"]


def _other_runs(folder: Places) -> list[str]:
    beside = sorted(path.parent.name for path in folder.path.parent.glob("*/current.json"))
    return [f"committed in `{folder.path.parent}`: {', '.join(beside)}"] if beside else ["train first: crossover run DOCUMENT"]
