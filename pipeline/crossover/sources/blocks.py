"""A file cut into blocks of whole lines, so that memory is bounded and a broken line costs its block alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from crossover.core.errors import DataError
from crossover.sources.dialect import Dialect
from crossover.sources.files import display_name

BLOCK_BYTES = 8 << 20


def read_blocks(file: Path, start: int, dialect: Dialect, size: int) -> Iterator[bytes]:
    """Yield the bytes from `start` on, as UTF-8 (or what was meant to be), cut behind line feeds.

    A line longer than `size` makes its block longer. With `multiline` the file is one block: where a record ends
    is known only from its beginning.
    """
    for block in _whole(file, start) if dialect.multiline else _cut(file, start, size):
        yield block if dialect.encoding == "utf-8" else block.decode(dialect.encoding).encode()


def _whole(file: Path, start: int) -> Iterator[bytes]:
    yield from _chunks(file, start, -1)


def _cut(file: Path, start: int, size: int) -> Iterator[bytes]:
    open_line: list[bytes] = []
    for chunk in _chunks(file, start, size):
        end = chunk.rfind(b"\n") + 1
        if end == 0:
            open_line.append(chunk)
            continue
        yield b"".join((*open_line, chunk[:end]))
        open_line = [chunk[end:]] if end < len(chunk) else []
    if open_line:
        yield b"".join(open_line)


def _chunks(file: Path, start: int, size: int) -> Iterator[bytes]:
    try:
        with file.open("rb") as stream:
            stream.seek(start)
            while chunk := stream.read(size):
                yield chunk
    except OSError as error:
        raise DataError(f"{display_name(file)} cannot be read: {error.strerror}") from error
