"""A document's file to a typed document, with every mistake of syntax and shape found at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from crossover import LANGUAGE
from crossover.core.errors import ConfigError
from crossover.core.nearest import did_you_mean
from crossover.document import not_yet
from crossover.document.declarations import declarations
from crossover.document.expressions import check_expressions
from crossover.document.names import check_name, check_names_differ
from crossover.document.parameters import Parameters, in_path, resolve
from crossover.document.problems import Problems
from crossover.document.reader import read
from crossover.document.scalars import Path, Scalar
from crossover.document.sections import STAGES, Document, ModelSection, ParameterDeclaration, SourceSection
from crossover.document.shape import BROKEN, Shaper
from crossover.document.source_map import SourceMap
from crossover.document.steps import Operations, StepReader
from crossover.language.lower import ParameterValue

_KEYS = ("language", "pipeline", "about", "parameters", "sources", *STAGES, "models", "store")
_LATER_FORMATS = (".parquet", ".json", ".jsonl", ".orc", ".avro")


@dataclass(frozen=True)
class Loaded:
    """A document that was read. `problems` collects the mistakes of the layers that come after."""

    document: Document
    tree: Mapping[str, Any]
    """As written: mappings, lists and scalars."""
    parameters: Mapping[str, ParameterValue]
    text: str
    path: str
    problems: Problems

    @property
    def source_map(self) -> SourceMap:
        return self.problems.source_map


def load_document(path: str | FilePath, set_values: Mapping[str, str] | None = None) -> Loaded:
    """Read a document; `set_values` are the texts of `--set name=value`.

    Raises ConfigError with all mistakes of syntax and shape at once.
    """
    loaded = read_document(path, set_values)
    loaded.problems.raise_if_any()
    return loaded


def read_document(path: str | FilePath, set_values: Mapping[str, str] | None = None) -> Loaded:
    """As load_document, but the mistakes are left in `problems` if any typed document is left.

    So later layers add theirs to one report. Raises ConfigError at once if the file is missing or is no mapping.
    """
    return read_text(_text(FilePath(path)), str(path), set_values)


def read_text(
    text: str, path: str, set_values: Mapping[str, str] | None = None, *, operations: Operations | None = None
) -> Loaded:
    """As read_document, of a text that was read already. `path` is its name in messages."""
    text = text.removeprefix("\ufeff")
    node, problems = read(text, path)
    if not isinstance(node, dict):
        if not len(problems):
            problems.problem((), "wrong-value", "a document is a mapping that begins with `pipeline: NAME`")
        problems.raise_if_any()
    assert isinstance(node, dict)
    reader = _DocumentReader(node, problems, dict(set_values or {}), _operations() if operations is None else operations)
    return Loaded(reader.document(), node, reader.parameters.values, text, path, problems)


def _operations() -> Operations:
    from crossover import operations

    return getattr(operations, "OPERATIONS", {})


def _text(path: FilePath) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8: byte {error.start} is 0x{error.object[error.start]:02x}") from None
    except FileNotFoundError:
        neighbours = sorted(str(each) for each in path.parent.glob("*.y*ml")) if path.parent.is_dir() else []
        notes = [f"in {path.parent}: {', '.join(FilePath(each).name for each in neighbours[:20])}"] if neighbours else []
        hint = did_you_mean(str(path), neighbours)
        raise ConfigError(f"no document {path}{hint}", notes=notes) from None
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from None


class _DocumentReader:
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
        stages = tuple(self.steps.stage(key, child) for key, child in self.node.items() if key in STAGES)
        models = self._sections("models", self._model)
        self._check_table_names()
        return Document(
            language=self._language(),
            pipeline=self._name(),
            about=self._text("about"),
            parameters=self.declared,
            sources=sources,
            stages=stages,
            models=models,
            store=self._store(),
        )

    def _check_keys(self) -> None:
        for key in self.node:
            if key == "scoring":
                self.problems.problem((key,), "not-yet", not_yet.MESSAGE.format(what="a scoring document"), key=True)
            elif key not in _KEYS:
                self.shaper.unknown_key(key, _KEYS, (key,), "a document", "document", "unknown-setting")
        missing = [key for key in ("pipeline", "sources") if key not in self.node and "scoring" not in self.node]
        for key in missing:
            self.problems.problem((), "missing-setting", f"the document has no `{key}`")

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

    def _store(self) -> tuple[str, ...]:
        value = self.shaper.value(tuple[str, ...], self.node.get("store", []), ("store",), setting="store")
        return () if value is BROKEN else tuple(value)

    def _sections(self, key: str, read_section: Any) -> dict[str, Any]:
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
        return {name: read_section(name, child, (key, name)) for name, child in node.items()}

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
        if source is None:
            return None
        before = len(self.problems)
        for option in ("key", "outcomes"):
            for index, column in enumerate(getattr(source, option)):
                if column not in source.columns:
                    message = f"no column `{column}` in source {name}{did_you_mean(column, source.columns)}"
                    self.problems.problem((*path, option, index), "unknown-column", message)
        file = in_path(source.path, self.parameters, (*path, "path"), self.problems)
        if file is not None and "format" not in node and file.endswith(_LATER_FORMATS):
            ending = FilePath(file).suffix
            self.problems.problem((*path, "path"), "not-yet", not_yet.MESSAGE.format(what=f"reading {ending} files"))
        if file is None or len(self.problems) > before:
            return None
        return source.model_copy(update={"path": file})

    def _check_columns(self, node: Any, path: Path) -> None:
        columns = node.get("columns") if isinstance(node, dict) else None
        if isinstance(columns, dict):
            at = (*path, "columns")
            for column in columns:
                check_name(column, (*at, column), "column", self.problems, header_remedy=True)
            check_names_differ(((column, (*at, column)) for column in columns), "column", self.problems)

    def _model(self, name: str, node: Any, path: Path) -> ModelSection | None:
        if isinstance(node, dict):
            evaluate = node.get("evaluate")
            check_expressions(node.get("rows"), (*path, "rows"), self.problems)
            if isinstance(evaluate, dict):
                check_expressions(evaluate.get("require"), (*path, "evaluate", "require"), self.problems)
        return self.shaper.model(ModelSection, node, path, title=f"model {name}", context="model")


def canonical(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document's tree (`Loaded.tree`) as JSON values that are equal for documents of equal meaning.

    What is read downward (stages, the tables in a stage, the columns in a `derive`) becomes lists of pairs;
    elsewhere order means nothing, so hash it with sorted keys.
    """
    result: dict[str, Any] = {key: _json(child) for key, child in document.items() if key not in STAGES}
    result["stages"] = [
        [stage, [[table, [_step(step) for step in steps]] for table, steps in document[stage].items()]]
        for stage in document
        if stage in STAGES
    ]
    return result


def _step(step: Mapping[str, Any]) -> dict[str, Any]:
    return {key: [[name, _json(text)] for name, text in child.items()] if key == "derive" else _json(child) for key, child in step.items()}


def _json(node: Any) -> Any:
    from crossover.document.scalars import infer

    if isinstance(node, Scalar):
        return infer(node)
    if isinstance(node, list):
        return [_json(child) for child in node]
    return {key: _json(child) for key, child in node.items()}
