"""What a run read, in a few bytes: the same input gives the same fingerprint, whatever the order of files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from crossover.runs.record import SourceFingerprint

CONTENT_LIMIT = 2**30
"""A source of more bytes than this is known by names, sizes and times: reading it twice would cost too much."""


def fingerprint(files: Iterable[Path]) -> SourceFingerprint:
    """Return the fingerprint of a source's files. Raises OSError if one cannot be read."""
    paths = sorted(files)
    sizes = {path: path.stat().st_size for path in paths}
    by_content = sum(sizes.values()) <= CONTENT_LIMIT
    marks = sorted(_content(path) if by_content else f"{path.name} {sizes[path]} {path.stat().st_mtime_ns}" for path in paths)
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
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
