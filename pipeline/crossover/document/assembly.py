"""Sections to one typed document."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import PurePath
from typing import Any, TypeVar

from crossover import LANGUAGE
from crossover.core.errors import ConfigError
from crossover.core.nearest import nearest
from crossover.document import not_yet
from crossover.document.declarations import declarations
from crossover.document.expressions import check_expressions
from crossover.document.names import check_name, check_names_differ
from crossover.document.parameters import Parameters, in_path, resolve
from crossover.document.partitions import condition
from crossover.document.problems import Problems
from crossover.document.scalars import Path
from crossover.document.sections import (
    STAGES,
    Document,
    ModelSection,
    ParameterDeclaration,
    SourceSection,
    StageSection,
    WorkloadName,
)
from crossover.document.shape import BROKEN, Shaper
from crossover.document.steps import Operations, StepReader
from crossover.language.tree import Expression
from crossover.sources.dialect import dialect_of
from crossover.sources.formats import format_to_pattern
from crossover.sources.specification import CsvSource

SectionType = TypeVar("SectionType", SourceSection, ModelSection)

_KEYS = ("language", "pipeline", "about", "generate", "parameters", "sources", *STAGES, "models", "store")
_LATER_ENDINGS = (".json", ".jsonl", ".orc", ".avro")
_OF_TEXT = ("delimiter", "encoding", "multiline")
"""Settings of CSV alone."""


class DocumentReader:
    """Reads the sections of one document."""

    def __init__(self, node: dict[str, Any], problems: Problems, set_values: dict[str, str], operations: Operations) -> None:
        self.node = node
        self.problems = problems
        shaper = Shaper(problems, Parameters())
        self.declared: dict[str, ParameterDeclaration | None] = declarations(node.get("parameters"), shaper)
        self.parameters = resolve(self.declared, set_values, problems)
        self.shaper = Shaper(problems, self.parameters)
        self.steps = StepReader(operations, self.shaper)

    def document(self) -> Document:
        self._check_keys()
        sources = self._sections("sources", self._source)
        stages = self._stages()
        models = self._sections("models", self._model)
        self._check_table_names()
        return Document(
            language=self._language(),
            pipeline=self._name(),
            about=self._text("about"),
            generate=self._generate(),
            parameters=self.declared,
            sources=sources,
            stages=stages,
            models=models,
            store=self._store(),
        )

    def _check_keys(self) -> None:
        unknown = [key for key in self.node if key not in _KEYS]
        self.shaper.unknown_keys(unknown, _KEYS, (), "a document", "document", "unknown-setting")
        for key in ("pipeline", "sources"):
            if key not in self.node and not any(nearest(each, _KEYS) == key for each in unknown):
                self.problems.problem((), "missing-setting", f"the document has no `{key}`")

    def _stages(self) -> tuple[StageSection, ...]:
        """Read the stages; one whose name is misspelt (reported) as the one that was meant, so that its tables exist."""
        missing = [stage for stage in STAGES if stage not in self.node]
        stages: list[StageSection] = []
        for key, child in self.node.items():
            name = key if key in STAGES else nearest(key, missing) if key not in _KEYS else None
            if name is not None:
                above = dict.fromkeys([*self._tables(), *(table.name for stage in stages for table in stage.tables)])
                stages.append(self.steps.stage(name, key, child, above))
        return tuple(stages)

    def _tables(self) -> tuple[str, ...]:
        sources = self.node.get("sources")
        return tuple(sources) if isinstance(sources, dict) else ()

    def _language(self) -> int:
        value = self.shaper.value(int, self.node["language"], ("language",), setting="language") if "language" in self.node else 1
        if value is not BROKEN and value != LANGUAGE:
            message = f"the document is in language {value}; this version of Crossover reads language {LANGUAGE}"
            self.problems.problem(("language",), "language-version", message)
        return LANGUAGE

    def _name(self) -> str:
        name = self._text("pipeline")
        if name:
            check_name(name, ("pipeline",), "pipeline", self.problems, key=False)
        return name

    def _text(self, key: str) -> str:
        value = self.shaper.value(str, self.node[key], (key,), setting=key) if key in self.node else ""
        return "" if value is BROKEN else str(value)

    def _generate(self) -> WorkloadName | None:
        if "generate" not in self.node:
            return None
        value = self.shaper.value(WorkloadName, self.node["generate"], ("generate",), setting="generate")
        if "data" not in self.declared:
            message = "made data goes where the parameter `data` says, and the document declares none"
            self.problems.problem(("generate",), "missing-parameter", message, "declare it: parameters: {data: FOLDER}", key=True)
        return None if value is BROKEN else value

    def _store(self) -> tuple[str, ...]:
        value = self.shaper.value(tuple[str, ...], self.node.get("store", []), ("store",), setting="store")
        return () if value is BROKEN else tuple(value)

    def _sections(self, key: str, read: Callable[[str, Any, Path], SectionType | None]) -> dict[str, SectionType | None]:
        """Read a mapping of named sections."""
        node = self.node.get(key, {})
        if not isinstance(node, dict):
            self.shaper.value(dict[str, str], node, (key,), setting=key)
            return {}
        what = key.removesuffix("s")
        for name in node:
            check_name(name, (key, name), what, self.problems)
        if key == "models":
            check_names_differ(((name, (key, name)) for name in node), what, self.problems)
        return {name: read(name, child, (key, name)) for name, child in node.items()}

    def _check_table_names(self) -> None:
        """Sources and tables share one set of names."""
        paths: list[tuple[str, Path]] = []
        for section in ("sources", *(key for key in self.node if key in STAGES)):
            if isinstance(tables := self.node.get(section), dict):
                paths += [(name, (section, name)) for name in tables]
        check_names_differ(paths, "table", self.problems)

    def _source(self, name: str, node: Any, path: Path) -> SourceSection | None:
        source = self.shaper.model(SourceSection, node, path, title=f"source {name}", context="source")
        self._check_columns(node, path)
        before = self.problems.reported
        written = node.get("path") if isinstance(node, dict) else None
        file = in_path(written, self.parameters, (*path, "path"), self.problems) if isinstance(written, str) else None
        if file is not None and "format" not in node and file.endswith(_LATER_ENDINGS):
            ending = PurePath(file).suffix
            self.problems.problem((*path, "path"), "not-yet", not_yet.MESSAGE.format(what=f"reading {ending} files"))
        placed = None if source is None or file is None else source.model_copy(update={"path": file})
        if source is not None:
            self._check_reading(name, placed or source, path)
        where = self._where(source, node, path)
        doubled = path in self.problems.source_map.doubled
        if placed is None or file is None or doubled or self.problems.reported > before:
            return None
        return placed.at(file, where)

    def _where(self, source: SourceSection | None, node: Any, path: Path) -> Expression | None:
        at = (*path, "where")
        if isinstance(node, dict):
            check_expressions(node.get("where"), at, self.problems)
        if source is None or source.where is None or at in self.problems.source_map.broken:
            return None
        return condition(source.where, source.partitions, self.parameters, at, self.problems)

    def _check_reading(self, name: str, source: SourceSection, path: Path) -> None:
        """Report a delimiter, an encoding and formats of dates that the readers of files refuse."""
        if source.file_format == "parquet":
            self._refuse_settings_of_text(source, path)
            return
        for setting in ("delimiter", "encoding"):
            csv = CsvSource(name, "", (), **{setting: getattr(source, setting)})
            self._refused_by(partial(dialect_of, csv), (*path, setting))
        for column, section in source.columns.items():
            if section.format is not None:
                self._refused_by(partial(format_to_pattern, section.format), (*path, "columns", column, "format"))

    def _refuse_settings_of_text(self, source: SourceSection, path: Path) -> None:
        for setting in _OF_TEXT:
            if setting in source.model_fields_set:
                self.problems.problem((*path, setting), "wrong-value", f"`{setting}` is for CSV; a Parquet file says itself what it holds", key=True)
        for column, section in source.columns.items():
            if section.format is not None:
                message = f"`format` is for CSV; in a Parquet file `{column}` is a {section.type} already"
                self.problems.problem((*path, "columns", column, "format"), "wrong-value", message)

    def _refused_by(self, read: Callable[[], object], path: Path) -> None:
        try:
            read()
        except ConfigError as error:
            self.problems.problem(path, "wrong-value", error.message, *error.notes)

    def _check_columns(self, node: Any, path: Path) -> None:
        columns = node.get("columns") if isinstance(node, dict) else None
        if isinstance(columns, dict):
            at = (*path, "columns")
            for column in columns:
                check_name(column, (*at, column), "column", self.problems, header_remedy=True)
            partitions = node.get("partitions")
            keys = [(name, (*path, "partitions", name)) for name in partitions] if isinstance(partitions, dict) else []
            for name, place in keys:
                check_name(name, place, "partition", self.problems)
            check_names_differ([*((column, (*at, column)) for column in columns), *keys], "column", self.problems)

    def _model(self, name: str, node: Any, path: Path) -> ModelSection | None:
        if isinstance(node, dict):
            evaluate = node.get("evaluate")
            check_expressions(node.get("rows"), (*path, "rows"), self.problems)
            if isinstance(evaluate, dict):
                check_expressions(evaluate.get("require"), (*path, "evaluate", "require"), self.problems)
        return self.shaper.model(ModelSection, node, path, title=f"model {name}", context="model")
