"""What a run read, in a few bytes: the same input gives the same fingerprint, whatever the order of files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import xxhash

from crossover.core.errors import DataError, EngineError
from crossover.runs.record import SourceFingerprint
from crossover.sources.parquet_layout import open_files
from crossover.sources.partitions import files_of
from crossover.sources.specification import FileSource, ParquetSource

CONTENT_LIMIT = 2**30
"""A source of more bytes than this is known by names, sizes and times: reading it twice would cost too much."""


def fingerprints(sources: Mapping[str, FileSource]) -> dict[str, SourceFingerprint]:
    """Return what a run will read, before any engine starts.

    Raises DataError for a source without a file or with one that cannot be read, and for Parquet files that are none or
    do not hold what is declared.
    """
    return {name: _fingerprint_of(source) for name, source in sorted(sources.items())}


def _fingerprint_of(source: FileSource) -> SourceFingerprint:
    files = files_of(source)
    if isinstance(source, ParquetSource):
        open_files(source, ())
    try:
        return fingerprint([file.path for file in files], [file.values for file in files])
    except OSError as error:
        raise DataError(f"source `{source.name}`: {error.filename or source.path} cannot be read: {error.strerror}") from error


def other_source(one: Mapping[str, Any], two: Mapping[str, Any]) -> str | None:
    """Return the first source that two runs have not read alike, by its fingerprints; None if there is none."""
    return next((name for name in dict.fromkeys([*one, *two]) if one.get(name) != two.get(name)), None)


Stamps = Mapping[str, tuple[tuple[str, int, int], ...]]
"""Source: name, bytes and time of each file."""


def stamps(sources: Mapping[str, FileSource]) -> Stamps:
    """Return by what a change of the files shows without reading them. Raises DataError for a source without a file."""
    return {name: tuple(_stamp(source, file.path) for file in files_of(source)) for name, source in sorted(sources.items())}


def check_unchanged(sources: Mapping[str, FileSource], before: Stamps, inputs: Mapping[str, SourceFingerprint]) -> None:
    """Raise EngineError if the files are not those of before: an answer would be told as one of other data.

    A file that was written anew with the same content is the same, where `inputs` know it by its content.
    """
    for name, known in before.items():
        one = {name: sources[name]}
        try:
            same = stamps(one)[name] == known or fingerprints(one)[name] == inputs[name]
        except DataError:
            same = False
        if not same:
            raise EngineError(
                f"source `{name}` was changed while it was read, so nobody knows of what data this answer would be",
                notes=["run again when nobody writes there; a pattern or a `where` leaves out what is still being written"],
                transient=True,
            )


def _stamp(source: FileSource, file: Path) -> tuple[str, int, int]:
    try:
        found = file.stat()
    except OSError as error:
        raise DataError(f"source `{source.name}`: {file} cannot be read: {error.strerror}") from error
    return str(file), found.st_size, found.st_mtime_ns


def fingerprint(files: Iterable[Path], values: Sequence[object] = ()) -> SourceFingerprint:
    """Return the fingerprint of a source's files; `values` are those of their partitions. Raises OSError if one cannot be read."""
    paths = list(files)
    beside = dict(zip(paths, values or [()] * len(paths), strict=True))
    paths.sort()
    sizes = {path: path.stat().st_size for path in paths}
    by_content = sum(sizes.values()) <= CONTENT_LIMIT
    found = {path: _content(path) if by_content else f"{path.name} {sizes[path]} {path.stat().st_mtime_ns}" for path in paths}
    marks = sorted(f"{found[path]} {beside[path]}" if beside[path] else found[path] for path in paths)
    return SourceFingerprint(
        files=len(paths),
        bytes=sum(sizes.values()),
        digest=hashlib.sha256("\n".join(marks).encode()).hexdigest(),
        by="content" if by_content else "names, sizes and times",
    )


def hash_json(value: Mapping[str, Any]) -> str:
    """Return SHA-256 of JSON values. The order of keys does not count; where it means something, there are lists."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _content(path: Path) -> str:
    """Return XXH3 of 128 bits, a quarter of the time of SHA-256: it tells inputs apart and need not stand an attack."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, xxhash.xxh3_128).hexdigest()
