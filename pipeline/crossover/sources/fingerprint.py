"""What a source is made of, told before anything is read: its files, their sizes, and a fingerprint of their bytes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal as Choice

from crossover.core.errors import DataError
from crossover.sources.files import display_name
from crossover.sources.partitions import files_of
from crossover.sources.specification import FileSource

CONTENT_LIMIT = 2**30
"""A source of more bytes than this is known by names, sizes and times: reading it twice would cost too much."""


@dataclass(frozen=True)
class InputFile:
    """A file of a source, as `__file` names it."""

    name: str
    bytes: int


@dataclass(frozen=True)
class Inputs:
    """The files of a source in the order in which they are read, and one digest of all of them.

    Where `by` is content, the digest is of the files' bytes, whatever their names and order: equal data gives an
    equal digest. Else it also changes when a file is only renamed, or touched.
    """

    files: tuple[InputFile, ...]
    digest: str
    by: Choice["content", "names, sizes and times"]

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files)


def describe(source: FileSource, content_limit: int = CONTENT_LIMIT) -> Inputs:
    """Return what a source is made of. Work is bounded: at most `content_limit` bytes are read, all or none.

    Raises DataError if there is no file or one cannot be read.
    """
    paths = [file.path for file in files_of(source)]
    try:
        sizes = [path.stat().st_size for path in paths]
        by_content = sum(sizes) <= content_limit
        marks = sorted(_content(path) if by_content else _outside(path) for path in paths)
    except OSError as error:
        raise DataError(f"source `{source.name}`: {error.filename} cannot be read: {error.strerror}") from error
    return Inputs(
        files=tuple(InputFile(display_name(path), size) for path, size in zip(paths, sizes, strict=True)),
        digest=hashlib.sha256("\n".join(marks).encode()).hexdigest(),
        by="content" if by_content else "names, sizes and times",
    )


def _content(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _outside(path: Path) -> str:
    status = path.stat()
    return f"{path.name} {status.st_size} {status.st_mtime_ns}"
