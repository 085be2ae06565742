"""Copies of a document's data, each with keys of its own: real data made larger, with joins as they were."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePath
from typing import Any

import pyarrow.parquet as pq

from crossover.core.errors import ConfigError, DataError
from crossover.document.load import Loaded, load_document
from crossover.document.sections import SourceSection
from crossover.generate.copies import Copies, Fresh, bounds, copy_file
from crossover.generate.fresh import Copying, choose
from crossover.generate.lookups import reading_of
from crossover.generate.whole import Dataset, Told, nobody, whole
from crossover.plan.build import build_plan
from crossover.plan.plan import Plan
from crossover.runs.fingerprint import fingerprint
from crossover.sources.header import read_header
from crossover.sources.partitions import files_of
from crossover.sources.specification import CsvSource, FileSource

RECIPE = 1
MOST_COPIES = 10_000
_PATTERN = frozenset("*?[")


@dataclass(frozen=True)
class Replica:
    """A document, its data, and how many copies of it there will be."""

    document: Path
    settings: Mapping[str, str]
    count: int

    def __post_init__(self) -> None:
        if not 2 <= self.count <= MOST_COPIES:
            raise ConfigError(f"`--replicate {self.count}`: expected a number of copies from 2 to {MOST_COPIES}")


def replicate(replica: Replica, folder: Path | None = None, *, told: Told = nobody) -> Dataset:
    """Write `count` copies of the data of a document; `folder` None: `data/PIPELINE-xCOUNT`.

    Raises ConfigError if copies cannot be kept apart or could not be read, DataError for files that cannot be read.
    """
    loaded = load_document(replica.document, replica.settings)
    plan = build_plan(loaded)
    copying = choose_for(loaded, plan)
    files = {name: [file.path for file in files_of(source)] for name, source in plan.sources.items()}
    root = _root(files)
    place = folder or Path("data") / f"{plan.pipeline}-x{replica.count}"
    settings = _settings(plan, root, place)
    _check_read_from(load_document(replica.document, {**replica.settings, **settings}), place)
    asked = {
        "recipe": RECIPE,
        "pipeline": plan.pipeline,
        "copies": replica.count,
        "fresh": {name: list(copying.fresh(name)) for name in sorted(plan.sources)},
        "inputs": {name: fingerprint(paths).digest for name, paths in sorted(files.items())},
    }
    made = whole(place, asked, partial(_write, plan, copying, files, root, replica.count, told))
    made.manifest["settings"] = settings
    return made


def choose_for(loaded: Loaded, plan: Plan) -> Copying:
    """Return what each copy of a document's data has of its own. Raises ConfigError if copies cannot be kept apart."""
    kept = plan.store or tuple(plan.tables)
    relations = [model.relation for model in plan.models] or [plan.tables[name].relation for name in kept]
    inputs = [(model.relation, column) for model in plan.models for each in model.inputs for column in each.columns]
    sections = {name: section for name, section in loaded.document.sources.items() if section is not None}
    allowed = [place for name, section in sections.items() for place in _allowed(name, section)]
    return choose(reading_of(relations, inputs), {name: section.key for name, section in sections.items()}, allowed)


def _allowed(name: str, section: SourceSection) -> Iterator[tuple[str, str]]:
    return ((name, column) for column, described in section.columns.items() if described.type in ("int", "string"))


def _root(files: Mapping[str, list[Path]]) -> Path:
    """Return the deepest folder that holds all files. Raises ConfigError if two sources share one."""
    known: dict[Path, str] = {}
    for name, paths in files.items():
        for path in paths:
            if path in known:
                raise ConfigError(f"sources `{known[path]}` and `{name}` read the same file {path}; such are not copied")
            known[path] = name
    return Path(os.path.commonpath([path.parent for path in known]))


def _settings(plan: Plan, root: Path, place: Path) -> dict[str, str]:
    """Return the parameters that name the folder, or something in it, as they stand for the copies."""
    found: dict[str, str] = {}
    for name, value in plan.parameters.items():
        if isinstance(value, str) and PurePath(value).is_relative_to(root):
            found[name] = str(place / PurePath(value).relative_to(root))
    return found


def _check_read_from(loaded: Loaded, place: Path) -> None:
    for name, section in loaded.document.sources.items():
        if section is not None and not PurePath(section.path).is_relative_to(place):
            raise ConfigError(
                f"source `{name}` would still be read from `{section.path}`: no parameter says where it lies",
                notes=["write its path with one, as $data/FILE"],
            )


def _write(
    plan: Plan, copying: Copying, files: Mapping[str, list[Path]], root: Path, count: int, told: Told, folder: Path
) -> dict[str, Any]:
    work = [(source, path) for name, source in plan.sources.items() for path in files[name]]
    steps = _steps(plan, copying, files)
    tables: dict[str, dict[str, Any]] = {}
    told(0, len(work))
    for done, (source, path) in enumerate(work, start=1):
        times = count if source.name in copying.copied else 1
        written = copy_file(source, path, folder / path.relative_to(root), times, _fresh(source, path, copying, steps))
        table = tables.setdefault(source.name, {"path": _pattern(source, root), "rows": 0, "files": 0, "bytes": 0, "left_out": 0})
        _count(table, written)
        told(done, len(work))
    return {"tables": tables}


def _count(table: dict[str, Any], written: Copies) -> None:
    table["rows"] += written.rows
    table["files"] += 1
    table["bytes"] += written.bytes
    table["left_out"] += written.left_out


def _pattern(source: FileSource, root: Path) -> str:
    path = str(PurePath(source.path).relative_to(root))
    return f"{path}/**/*" if Path(source.path).is_dir() else path


def _steps(plan: Plan, copying: Copying, files: Mapping[str, list[Path]]) -> dict[tuple[str, str], int]:
    """Return how far the numbers of each copy are from those before it: no two copies have one in common."""
    steps: dict[tuple[str, str], int] = {}
    for group in copying.groups:
        numbers = [(name, column) for name, column in group if _is_number(plan.sources[name], column)]
        found = [
            bounds(plan.sources[name], path, _header(plan.sources[name], path, column))
            for name, column in numbers
            for path in files[name]
        ]
        known = [each for each in found if each is not None]
        step = max(high for _, high in known) - min(low for low, _ in known) + 1 if known else 1
        steps |= dict.fromkeys(numbers, step)
    return steps


def _fresh(source: FileSource, path: Path, copying: Copying, steps: Mapping[tuple[str, str], int]) -> dict[str, Fresh]:
    columns = {_header(source, path, column): column for column in copying.fresh(source.name)}
    return {header: Fresh(steps.get((source.name, column)), source.nulls) for header, column in columns.items()}


def _is_number(source: FileSource, column: str) -> bool:
    return next(each.type.name for each in source.columns if each.name == column) == "int"


def _header(source: FileSource, path: Path, column: str) -> str:
    """Return the header that a file has for a column. Raises DataError if it has none of them."""
    headers = next(each.headers for each in source.columns if each.name == column)
    present = read_header(source, path).names if isinstance(source, CsvSource) else pq.read_schema(path).names
    for each in headers:
        if each in present:
            return each
    raise DataError(f"source `{source.name}`: {path} has no column {' or '.join(headers)}")
