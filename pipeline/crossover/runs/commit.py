"""A run becomes visible by one atomic pointer.

Readers follow `current.json`; that a file exists means nothing. After a failure the pointer is read before anything
is decided: unknown is not failed. Protocol: verify the attempt, write the commit record, swap the pointer, read back.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from crossover.core.clock import iso, utc_now
from crossover.core.errors import ConfigError, DataError, EngineError
from crossover.runs.durable import read_json, sync_directory, to_json, write_json, write_new
from crossover.runs.folder import Attempt, RunFolder, schema_path
from crossover.runs.table_schema import TableSchema

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


@dataclass(frozen=True)
class Publication:
    """What a commit says of a run beside its files."""

    key: str
    status: str
    engine: str
    versions: Mapping[str, str]
    agreed: tuple[str, ...] = ()


def commit(folder: RunFolder, attempt: Attempt, publication: Publication) -> Commit:
    """Publish an attempt. Raises EngineError if it is not whole, or if the pointer could not be written.

    The caller holds the lease of the folder.
    """
    files = tuple(verify(attempt))
    before = read_current(folder)
    made = Commit(
        seq=_last_seq(folder) + 1,
        run=attempt.run_id,
        key=publication.key,
        status=publication.status,
        engine=publication.engine,
        agreed=publication.agreed,
        versions=dict(publication.versions),
        files=files,
        parent=before.seq if before else None,
        committed=iso(utc_now()),
    )
    write_new(_record_path(folder, made.seq), to_json(asdict(made)))
    if publication.status == ACCEPTED:
        _swap(folder, made)
    return made


def verify(attempt: Attempt) -> Iterable[CommittedFile]:
    """Yield all files of an attempt with size, SHA-256 and rows, each made durable.

    Raises EngineError where the Parquet footers hold other rows than were promised beside the table.
    """
    rows: dict[Path, int] = {}
    for name in attempt.files():
        if name == Path(attempt.log.name):
            continue
        path = attempt.path / name
        counted = _footer_rows(path) if path.suffix == ".parquet" else None
        if counted is not None:
            for place in (path, path.parent):
                rows[place] = rows.get(place, 0) + counted
        yield CommittedFile(name.as_posix(), path.stat().st_size, _sha256(path, durable=True), counted)
    _check_promises(attempt, rows)
    for each in [attempt.path, *(path for path in attempt.path.rglob("*") if path.is_dir())]:
        sync_directory(each)
    sync_directory(attempt.path.parent)


def read_current(folder: RunFolder) -> Commit | None:
    """Return the commit that readers see, or None if there is none yet. Raises DataError if it is damaged."""
    try:
        pointer = read_json(folder.current)
    except FileNotFoundError:
        return None
    except (ValueError, OSError) as error:
        raise DataError(f"`{folder.current}` cannot be read: {error}") from error
    return read_commit(folder, int(pointer["commit"]))


def read_commit(folder: RunFolder, seq: int) -> Commit:
    """Return a commit record. Raises DataError if it is missing or damaged."""
    path = _record_path(folder, seq)
    try:
        return Commit.from_json(read_json(path))
    except (ValueError, OSError, KeyError, TypeError) as error:
        raise DataError(f"the commit record `{path}` is missing or damaged: {error}") from error


def last_rejected(folder: RunFolder) -> Commit | None:
    """Return the newest commit record if it is a rejected one."""
    seq = _last_seq(folder)
    newest = read_commit(folder, seq) if seq else None
    return newest if newest is not None and newest.status == REJECTED else None


def check_files(folder: RunFolder, committed: Commit, below: str = "") -> None:
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
        found = _sha256(path)
        if found != file.sha256:
            raise DataError(
                f"`{path}` is not what commit {committed.name} wrote: SHA-256 {found[:16]}..., expected {file.sha256[:16]}...",
                notes=_run_again(),
            )


def resolve_current(path: str | Path) -> Path:
    """Return where a path like `runs/NAME/current/MODEL` leads now; its files are checked. Other paths stay as they are.

    Raises ConfigError where nothing was committed yet or the commit holds no such thing, DataError where it is damaged.
    """
    path = Path(path)
    if "current" not in path.parts:
        return path
    at = len(path.parts) - 1 - path.parts[::-1].index("current")
    home = Path(*path.parts[:at])
    folder = RunFolder(home.parent, home.name)
    committed = read_current(folder)
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


def _swap(folder: RunFolder, made: Commit) -> None:
    trouble: OSError | None = None
    try:
        write_json(folder.current, {"commit": made.seq, "run": made.run})
    except OSError as error:
        trouble = error
    now = read_current(folder)
    if now != made:
        raise EngineError(
            f"the pointer `{folder.current}` could not be moved to commit {made.name}",
            notes=[str(trouble)] if trouble else [],
            transient=True,
        ) from trouble


def _check_promises(attempt: Attempt, rows: Mapping[Path, int]) -> None:
    for parent in ("tables", "quarantine", "scores"):
        for described in sorted((attempt.path / parent).glob("*.schema.json")):
            name = described.name.removesuffix(".schema.json")
            place = described.parent / (f"{name}.parquet" if parent == "quarantine" else name)
            assert schema_path(place) == described
            promised = TableSchema.from_json(read_json(described)).rows
            if rows.get(place, 0) != promised:
                raise EngineError(f"`{place}` holds {rows.get(place, 0)} rows; {promised} were promised")


def _footer_rows(path: Path) -> int:
    try:
        rows: int = pq.read_metadata(path).num_rows
    except (pa.ArrowException, OSError) as error:
        raise EngineError(f"`{path}` is no whole Parquet file: {error}") from error
    return rows


def _sha256(path: Path, *, durable: bool = False) -> str:
    with path.open("rb") as file:
        if durable:
            os.fsync(file.fileno())
        return hashlib.file_digest(file, "sha256").hexdigest()


def _record_path(folder: RunFolder, seq: int) -> Path:
    return folder.commits / f"{seq:06d}.json"


def _last_seq(folder: RunFolder) -> int:
    return max((int(path.stem) for path in folder.commits.glob("[0-9]*.json")), default=0)


def _run_again() -> list[str]:
    return ["the run folder was changed from outside; run the pipeline again with --again"]


def _other_runs(folder: RunFolder) -> list[str]:
    beside = sorted(path.parent.name for path in folder.path.parent.glob("*/current.json"))
    return [f"committed in `{folder.path.parent}`: {', '.join(beside)}"] if beside else ["train first: crossover run DOCUMENT"]
