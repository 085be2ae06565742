"""Files in folders `key=value`: the values that stand in a file's path, and the files whose values are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from crossover.core.errors import DataError
from crossover.sources.cells import Cell, parse
from crossover.sources.conditions import value_of
from crossover.sources.files import display_name, resolve
from crossover.sources.specification import FileSource, Partition

NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
"""The folder of null, as Hive and Spark write it."""


@dataclass(frozen=True)
class SourceFile:
    """A file of a source and the values of its partitions, in declared order."""

    path: Path
    values: tuple[Cell, ...] = ()


def files_of(source: FileSource) -> list[SourceFile]:
    """Return the files to read, in the order of their names: those for which `where` is true.

    Raises DataError if there is none, or a folder does not say what the source declares.
    """
    files = [SourceFile(path, _values(source, path)) for path in resolve(source.name, source.path)]
    chosen = [file for file in files if _is_wanted(source, file)]
    if not chosen:
        names = ", ".join(each.name for each in source.partitions)
        first, last = (", ".join(map(_shown, file.values)) for file in (files[0], files[-1]))
        message = f"source `{source.name}`: `where` leaves none of the {len(files)} files of `{source.path}`"
        raise DataError(message, notes=[f"{names} of the first file: {first}; of the last: {last}"])
    return chosen


def bytes_of(files: Iterable[SourceFile]) -> int:
    """Return how many bytes the files have together."""
    return sum(file.path.stat().st_size for file in files)


def _is_wanted(source: FileSource, file: SourceFile) -> bool:
    if source.where is None:
        return True
    names = (each.name for each in source.partitions)
    return value_of(source.where, dict(zip(names, file.values, strict=True))) is True


def _values(source: FileSource, path: Path) -> tuple[Cell, ...]:
    if not source.partitions:
        return ()
    folders = dict(part.split("=", 1) for part in path.parent.parts if "=" in part)
    return tuple(_value(source, path, each, folders.get(each.name)) for each in source.partitions)


def _value(source: FileSource, path: Path, partition: Partition, text: str | None) -> Cell:
    place = f"source `{source.name}`: {display_name(path)}"
    if text is None:
        raise DataError(f"{place} lies in no folder `{partition.name}=...`", notes=[f"declared in partitions: {_listed(source.partitions)}"])
    text = unquote(text)
    if text == NO_VALUE:
        return None
    value = parse(text, partition.type)
    if value is None:
        article = "an" if partition.type.name == "int" else "a"
        raise DataError(f"{place}: the folder `{partition.name}={text}` is not {article} {partition.type}")
    return value


def _listed(partitions: Sequence[Partition]) -> str:
    return ", ".join(f"{each.name}: {each.type}" for each in partitions)


def _shown(value: Cell) -> str:
    return "null" if value is None else str(value)
