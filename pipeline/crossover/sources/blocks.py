"""A file cut into blocks of whole lines, so that memory is bounded and a broken line costs its block alone."""

from __future__ import annotations

from collections.abc import Iterator
from io import RawIOBase
from pathlib import Path

from crossover.core.errors import DataError
from crossover.sources.dialect import Dialect
from crossover.sources.files import display_name

BLOCK_BYTES = 8 << 20


def read_blocks(file: Path, start: int, dialect: Dialect, size: int) -> Iterator[bytes]:
    """Yield the bytes from `start` on, as UTF-8 (or what was meant to be), cut behind line feeds.

    A line longer than `size` makes its block longer. With `multiline` the file is one block: where a record ends
    is known only from its beginning. Raises DataError if the file cannot be read.
    """
    try:
        with file.open("rb", buffering=0) as stream:
            stream.seek(start)
            for block in _whole(stream) if dialect.multiline else _cut(stream, start, size):
                yield block if dialect.encoding == "utf-8" else block.decode(dialect.encoding).encode()
    except OSError as error:
        raise DataError(f"{display_name(file)} cannot be read: {error.strerror}") from error


def _whole(stream: RawIOBase) -> Iterator[bytes]:
    if block := stream.read(-1):
        yield block


def _cut(stream: RawIOBase, position: int, size: int) -> Iterator[bytes]:
    """Yield blocks of whole lines. What follows the last line feed is read again with the next block: to join them would copy both."""
    wanted = size
    while chunk := stream.read(wanted):
        end = chunk.rfind(b"\n") + 1
        if len(chunk) < wanted:  # the end of the file, whose last line need not have a line feed
            end = end or len(chunk)
        elif not end:
            wanted *= 2
        if end:
            yield chunk[:end]
            wanted = size
        position += end
        stream.seek(position)
