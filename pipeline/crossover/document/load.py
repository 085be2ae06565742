"""A document's file to a typed document, with every mistake of syntax and shape found at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from crossover.core.errors import ConfigError
from crossover.core.nearest import did_you_mean
from crossover.document.assembly import DocumentReader
from crossover.document.problems import Problems
from crossover.document.reader import read
from crossover.document.scalars import Node
from crossover.document.scoring import LoadedScoring, read_scoring
from crossover.document.sections import Document
from crossover.document.source_map import SourceMap
from crossover.language.lower import ParameterValue
from crossover.operations import OPERATIONS


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


def read_either(path: str | FilePath, set_values: Mapping[str, str] | None = None) -> Loaded | LoadedScoring:
    """As read_document, of a pipeline's document or of a scoring document."""
    text = _text(FilePath(path)).removeprefix("\ufeff")
    node, problems = _tree(text, str(path))
    if "scoring" in node:
        return read_scoring(node, problems, str(path), dict(set_values or {}))
    return _loaded(node, problems, text, str(path), set_values)


def read_text(text: str, path: str, set_values: Mapping[str, str] | None = None) -> Loaded:
    """As read_document, of a text that was read already. `path` is its name in messages."""
    text = text.removeprefix("\ufeff")
    node, problems = _tree(text, path)
    if "scoring" in node:
        message = "this is a scoring document; here stands the document of a pipeline"
        problems.problem(("scoring",), "scoring-document", message, "run it: crossover score DOCUMENT", key=True)
        raise problems.error()
    return _loaded(node, problems, text, path, set_values)


def _tree(text: str, path: str) -> tuple[dict[str, Node], Problems]:
    node, problems = read(text, path)
    if not isinstance(node, dict):
        if not len(problems):
            problems.problem((), "wrong-value", "a document is a mapping that begins with `pipeline: NAME` or `scoring: NAME`")
        raise problems.error()
    return node, problems


def _loaded(node: dict[str, Any], problems: Problems, text: str, path: str, set_values: Mapping[str, str] | None) -> Loaded:
    reader = DocumentReader(node, problems, dict(set_values or {}), OPERATIONS)
    return Loaded(reader.document(), node, reader.parameters.values, text, path, problems)


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
