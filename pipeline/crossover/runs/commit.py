"""A run becomes visible by one atomic pointer.

Readers follow `current.json`; that a file exists means nothing. After a failure the pointer is read before anything
is decided: unknown is not failed. Protocol: verify the attempt, write the commit record, swap the pointer, read back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from crossover.core.clock import iso, utc_now
from crossover.core.errors import DataError, EngineError
from crossover.runs.durable import read_json, sync_directory, to_json, write_json, write_new
from crossover.runs.folder import Attempt, RunFolder, schema_path
from crossover.runs.published import ACCEPTED as ACCEPTED
from crossover.runs.published import REJECTED as REJECTED
from crossover.runs.published import Commit as Commit
from crossover.runs.published import CommittedFile as CommittedFile
from crossover.runs.published import check_files as check_files
from crossover.runs.published import pointed, record_path, sha256_of
from crossover.runs.published import read_commit as read_commit
from crossover.runs.published import read_current as read_current
from crossover.runs.published import resolve_current as resolve_current
from crossover.runs.table_schema import TableSchema

T = TypeVar("T")


@dataclass(frozen=True)
class Publication:
    """What a commit says of a run beside its files."""

    key: str
    status: str
    engine: str
    versions: Mapping[str, str]
    agreed: tuple[str, ...] = ()


def commit(folder: RunFolder, attempt: Attempt, publication: Publication, held: AbstractContextManager[None] | None = None) -> Commit:
    """Publish an attempt. Raises EngineError if it is not whole, or if the pointer could not be written.

    The caller holds the lease of the folder; `held` is entered around what others can see, once all files are verified.
    A pointer or a record that is damaged is left behind: the run is whole all the same.
    """
    files = tuple(verify(attempt))
    with held or nullcontext():
        return _made_visible(folder, attempt, publication, files)


def _made_visible(folder: RunFolder, attempt: Attempt, publication: Publication, files: tuple[CommittedFile, ...]) -> Commit:
    before = _if_whole(read_current, folder)
    made = Commit(
        seq=max(_last_seq(folder), _if_whole(pointed, folder) or 0) + 1,
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
    write_new(record_path(folder, made.seq), to_json(asdict(made)))
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
        yield CommittedFile(name.as_posix(), path.stat().st_size, sha256_of(path, durable=True), counted)
    _check_promises(attempt, rows)
    for each in [attempt.path, *(path for path in attempt.path.rglob("*") if path.is_dir())]:
        sync_directory(each)
    sync_directory(attempt.path.parent)


def last_rejected(folder: RunFolder) -> Commit | None:
    """Return the newest commit record if it is a rejected one."""
    seq = _last_seq(folder)
    newest = read_commit(folder, seq) if seq else None
    return newest if newest is not None and newest.status == REJECTED else None


def _if_whole(read: Callable[[RunFolder], T | None], folder: RunFolder) -> T | None:
    try:
        return read(folder)
    except DataError:
        return None


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


def _last_seq(folder: RunFolder) -> int:
    return max((int(path.stem) for path in folder.commits.glob("[0-9]*.json")), default=0)
