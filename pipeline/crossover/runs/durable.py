"""Writing that survives a crash: a file is either as it was or complete."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def sync_directory(folder: Path) -> None:
    """Make the names in a directory durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file whole: into a neighbour, fsync, `os.replace`, fsync of the directory."""
    neighbour = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with neighbour.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        neighbour.replace(path)
    finally:
        neighbour.unlink(missing_ok=True)
    sync_directory(path.parent)


def write_new(path: Path, content: bytes) -> None:
    """Write a file that must not exist yet, whole. Raises FileExistsError if somebody else was first."""
    neighbour = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with neighbour.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(neighbour, path)
    finally:
        neighbour.unlink(missing_ok=True)
    sync_directory(path.parent)


def to_json(value: Mapping[str, Any]) -> bytes:
    """Return JSON as it stands in run folders: readable, the order of keys kept, one line feed at the end."""
    return (json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write a JSON object durably."""
    write_bytes(path, to_json(value))


def read_json(path: Path) -> dict[str, Any]:
    """Return the JSON object of a file. Raises OSError, or ValueError if it holds anything else."""
    value = json.loads(path.read_bytes())
    if not isinstance(value, dict):
        raise ValueError(f"{path} holds no JSON object")
    return value
