"""Copies of a document's data, each with keys of its own: real data made larger, with joins as they were."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import takewhile
from pathlib import Path, PurePath
from typing import Any, TypeVar

import pyarrow.parquet as pq

from crossover.core.errors import ConfigError, DataError
from crossover.document.load import Loaded, load_document
from crossover.document.sections import SourceSection
from crossover.document.uses import in_paths_alone
from crossover.generate.copies import Copies, Fresh, bounds, copy_file, longest_mark
from crossover.generate.fresh import Copying, choose
from crossover.generate.lookups import Place, reading_of
from crossover.generate.whole import Dataset, Told, nobody, whole
from crossover.plan.build import build_plan
from crossover.plan.plan import Plan
from crossover.runs.fingerprint import fingerprint
from crossover.sources.header import read_header
from crossover.sources.partitions import files_of
from crossover.sources.specification import CsvSource, FileSource

T = TypeVar("T")

RECIPE = 2
MOST_COPIES = 10_000
_PATTERN = frozenset("*?[")
_BEGINS = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?(?=/|\Z)")


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
    _refuse_shared(files)
    leading = _leading(plan)
    root = _root(plan, leading)
    place = folder or Path("data") / f"{plan.pipeline}-x{replica.count}"
    settings = _settings(leading, root, place)
    _check_read_from(load_document(replica.document, {**replica.settings, **settings}), place)
    asked = {
        "recipe": RECIPE,
        "pipeline": plan.pipeline,
        "copies": replica.count,
        "fresh": {name: list(copying.fresh(name)) for name in sorted(plan.sources)},
        "paths": {name: _pattern(source, root) for name, source in sorted(plan.sources.items())},
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


def _refuse_shared(files: Mapping[str, list[Path]]) -> None:
    """Raise ConfigError if two sources read one file."""
    known: dict[Path, str] = {}
    for name, paths in files.items():
        for path in paths:
            if path in known:
                raise ConfigError(f"sources `{known[path]}` and `{name}` read the same file {path}; such are not copied")
            known[path] = name


def _root(plan: Plan, leading: Mapping[str, PurePath]) -> PurePath:
    """Return the deepest folder that holds all sources, and all that the parameters of their paths name."""
    beginnings = [_beginning(source.path) for source in plan.sources.values()]
    named = [path for path in leading.values() if any(each.is_relative_to(path) for each in beginnings)]
    try:
        return PurePath(os.path.commonpath([*beginnings, *named]))
    except ValueError:
        raise ConfigError("some sources have absolute paths and some have not; such are not copied") from None


def _beginning(path: str) -> PurePath:
    """Return the folder in which a path's file, folder or pattern stands."""
    fixed = list(takewhile(lambda part: not _PATTERN & set(part), PurePath(path).parts))
    return PurePath(*fixed) if len(fixed) < len(PurePath(path).parts) else PurePath(path).parent


def _leading(plan: Plan) -> dict[str, PurePath]:
    """Return the parameters that name a file or folder at the beginning of a path and stand nowhere else: they may lead elsewhere."""
    begins = {found[1] for source in plan.document["sources"].values() if (found := _BEGINS.match(source["path"]))}
    names = [name for name in in_paths_alone(plan.text) if name in begins]
    return {name: PurePath(str(plan.parameters[name])) for name in names}


def _settings(leading: Mapping[str, PurePath], root: PurePath, place: Path) -> dict[str, str]:
    """Return the parameters that name the folder, or something in it, as they stand for the copies."""
    return {name: str(place / path.relative_to(root)) for name, path in leading.items() if path.is_relative_to(root)}


def _check_read_from(loaded: Loaded, place: Path) -> None:
    for name, section in loaded.document.sources.items():
        if section is not None and not PurePath(section.path).is_relative_to(place):
            raise ConfigError(
                f"source `{name}` would still be read from `{section.path}`: no parameter says where it lies",
                notes=["write its path with one, as $data/FILE"],
            )


def _write(
    plan: Plan, copying: Copying, files: Mapping[str, list[Path]], root: PurePath, count: int, told: Told, folder: Path
) -> dict[str, Any]:
    work = [(source, path) for name, source in plan.sources.items() for path in files[name]]
    fresh = _fresh_values(plan, copying, files)
    tables: dict[str, dict[str, Any]] = {}
    told(0, len(work))
    for done, (source, path) in enumerate(work, start=1):
        times = count if source.name in copying.copied else 1
        written = copy_file(source, path, folder / path.relative_to(root), times, _fresh(source, path, copying, fresh))
        table = tables.setdefault(source.name, {"path": _pattern(source, root), "rows": 0, "files": 0, "bytes": 0, "left_out": 0})
        _count(table, written)
        told(done, len(work))
    return {"tables": tables}


def _count(table: dict[str, Any], written: Copies) -> None:
    table["rows"] += written.rows
    table["files"] += 1
    table["bytes"] += written.bytes
    table["left_out"] += written.left_out


def _pattern(source: FileSource, root: PurePath) -> str:
    path = str(PurePath(source.path).relative_to(root))
    return f"{path}/**/*" if Path(source.path).is_dir() else path


def _fresh_values(plan: Plan, copying: Copying, files: Mapping[str, list[Path]]) -> dict[Place, Fresh]:
    """Return how each fresh column changes from copy to copy: no two copies have a value in common."""
    found: dict[Place, Fresh] = {}
    for group in copying.groups:
        numbers = [place for place in group if _is_number(plan.sources[place[0]], place[1])]
        ranges = list(_answers(bounds, numbers, plan, files))
        step = max(high for _, high in ranges) - min(low for low, _ in ranges) + 1 if ranges else 1
        texts = [place for place in group if place not in numbers]
        mark = "~" * (1 + max(_answers(longest_mark, texts, plan, files), default=0))
        for name, column in group:
            found[name, column] = Fresh(step if (name, column) in numbers else None, plan.sources[name].nulls, mark)
    return found


def _answers(ask: Callable[[FileSource, Path, str], T | None], places: Iterable[Place], plan: Plan, files: Mapping[str, list[Path]]) -> Iterator[T]:
    """Yield what each file of each column says, where it says anything."""
    for name, column in places:
        source = plan.sources[name]
        found = (ask(source, path, _header(source, path, column)) for path in files[name])
        yield from (each for each in found if each is not None)


def _fresh(source: FileSource, path: Path, copying: Copying, values: Mapping[Place, Fresh]) -> dict[str, Fresh]:
    return {_header(source, path, column): values[source.name, column] for column in copying.fresh(source.name)}


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
