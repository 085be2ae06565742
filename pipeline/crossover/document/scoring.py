"""A scoring document: a trained model, and what differs from the run that trained it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from crossover.core.nearest import nearest
from crossover.document.declarations import declarations
from crossover.document.expressions import check_expressions
from crossover.document.literals import EXPECTED, NotOfTypeError, as_text, parse
from crossover.document.names import check_name
from crossover.document.parameters import WHOLE, Parameters, in_path, resolve, unknown
from crossover.document.problems import Problems
from crossover.document.scalars import Path, Scalar
from crossover.document.sections import ParameterDeclaration, Section, TypeName
from crossover.document.shape import BROKEN, Shaper
from crossover.document.source_map import SourceMap
from crossover.language.lower import ParameterValue
from crossover.language.tree import Value

KEYS = ("scoring", "about", "model", "parameters", "set", "sources", "rows", "keep")


class ScoringSource(Section):
    """Where a source of the training document lies now. `path` has its parameters put in."""

    path: str
    partitions: dict[str, TypeName] = Field(default_factory=dict)
    where: str | None = None


class ScoringDocument(Section):
    """A whole scoring document. A source that is None was refused."""

    scoring: str
    about: str = ""
    model: str | None
    """Its path, with parameters put in; None after a mistake."""
    parameters: dict[str, ParameterDeclaration | None] = Field(default_factory=dict)
    sources: dict[str, ScoringSource | None] = Field(default_factory=dict)
    rows: str | None = None
    keep: tuple[str, ...] | None = None


@dataclass(frozen=True)
class LoadedScoring:
    """A scoring document that was read. `problems` collects the mistakes of the layers that come after."""

    document: ScoringDocument
    tree: Mapping[str, Any]
    """As written: mappings, lists and scalars."""
    parameters: Parameters
    path: str
    problems: Problems

    @property
    def source_map(self) -> SourceMap:
        return self.problems.source_map

    @property
    def settings(self) -> Mapping[str, Any]:
        """What stands under `set`, as written: the training document knows the types."""
        node = self.tree.get("set", {})
        return node if isinstance(node, dict) else {}

    def setting(self, name: str, declaration: ParameterDeclaration) -> ParameterValue | None:
        """Return a value under `set` as the training document declares it; None after a mistake, which is reported."""
        node, path = self.settings[name], ("set", name)
        value = self._list(node, declaration, path) if declaration.list else self._value(node, declaration, path)
        allowed = declaration.one_of
        if value is not None and allowed and not set(value if isinstance(value, tuple) else (value,)) <= set(allowed):
            self.problems.problem(path, "wrong-value", f"`{name}` is one of {', '.join(map(as_text, allowed))}")
            return None
        return value

    def _list(self, node: Any, declaration: ParameterDeclaration, path: Path) -> tuple[Value, ...] | None:
        if isinstance(node, Scalar) and (match := WHOLE.fullmatch(node)):
            value = self._parameter(match[1] or match[2], declaration, path)
            return value if isinstance(value, tuple) else None
        if not isinstance(node, list):
            self.problems.problem(path, "wrong-value", f"`{path[-1]}` is a list of {declaration.type}, as [a, b]")
            return None
        single = declaration.model_copy(update={"list": False})
        values = [self._value(child, single, (*path, index)) for index, child in enumerate(node)]
        return None if None in values else tuple(each for each in values if not isinstance(each, tuple))

    def _value(self, node: Any, declaration: ParameterDeclaration, path: Path) -> ParameterValue | None:
        if isinstance(node, Scalar) and (match := WHOLE.fullmatch(node)):
            return self._parameter(match[1] or match[2], declaration, path)
        if isinstance(node, Scalar):
            try:
                return parse(node, declaration.type)
            except NotOfTypeError:
                pass
        shown = f"`{node}`" if isinstance(node, Scalar) else "a list or mapping"
        self.problems.problem(path, "wrong-value", f"{shown} is not {EXPECTED[declaration.type]}")
        return None

    def _parameter(self, name: str, declaration: ParameterDeclaration, path: Path) -> ParameterValue | None:
        if name in self.parameters.broken:
            return None
        if name not in self.parameters.values:
            unknown(name, self.parameters, path, self.problems, offset=0)
            return None
        own = self.document.parameters[name]
        value = self.parameters.values[name]
        if own is None or (own.type, own.list) == (declaration.type, declaration.list):
            return value
        kinds = [f"a list of {each.type}" if each.list else each.type for each in (declaration, own)]
        self.problems.problem(path, "wrong-value", f"`{path[1]}` is {kinds[0]} in the model's document; the parameter `{name}` is {kinds[1]}")
        return None


def read_scoring(node: dict[str, Any], problems: Problems, path: str, set_values: Mapping[str, str]) -> LoadedScoring:
    """Return the scoring document of a tree. Mistakes are left in `problems`."""
    reader = _Reader(node, problems, set_values)
    return LoadedScoring(reader.document(), node, reader.parameters, path, problems)


class _Reader:
    def __init__(self, node: dict[str, Any], problems: Problems, set_values: Mapping[str, str]) -> None:
        self.node = node
        self.problems = problems
        self.declared = declarations(node.get("parameters"), Shaper(problems, Parameters()))
        self.parameters = resolve(self.declared, set_values, problems)
        self.shaper = Shaper(problems, self.parameters)

    def document(self) -> ScoringDocument:
        unknown_keys = [key for key in self.node if key not in KEYS]
        self.shaper.unknown_keys(unknown_keys, KEYS, (), "a scoring document", "scoring", "unknown-setting")
        if "model" not in self.node and not any(nearest(each, KEYS) == "model" for each in unknown_keys):
            self.problems.problem((), "missing-setting", "the scoring document has no `model`: the folder of a trained model")
        check_expressions(self.node.get("rows"), ("rows",), self.problems)
        self._check_settings()
        return ScoringDocument(
            scoring=self._name(),
            about=self._value(str, "about") or "",
            model=self._model(),
            parameters=self.declared,
            sources=self._sources(),
            rows=self._value(str, "rows"),
            keep=self._value(tuple[str, ...], "keep"),
        )

    def _name(self) -> str:
        name = self._value(str, "scoring") or ""
        if name:
            check_name(name, ("scoring",), "scoring document", self.problems, key=False)
        return str(name)

    def _model(self) -> str | None:
        written = self._value(str, "model")
        return None if written is None else in_path(written, self.parameters, ("model",), self.problems)

    def _value(self, annotation: Any, key: str) -> Any:
        if key not in self.node:
            return None
        value = self.shaper.value(annotation, self.node[key], (key,), setting=key)
        return None if value is BROKEN else value

    def _check_settings(self) -> None:
        node = self.node.get("set", {})
        if not isinstance(node, dict):
            self.problems.problem(("set",), "wrong-value", "`set` is a mapping: a parameter of the model's document and its value on each line")

    def _sources(self) -> dict[str, ScoringSource | None]:
        node = self.node.get("sources", {})
        if not isinstance(node, dict):
            self.shaper.value(dict[str, str], node, ("sources",), setting="sources")
            return {}
        return {name: self._source(name, child, ("sources", name)) for name, child in node.items()}

    def _source(self, name: str, node: Any, path: Path) -> ScoringSource | None:
        if isinstance(node, dict):
            check_expressions(node.get("where"), (*path, "where"), self.problems)
        source = self.shaper.model(ScoringSource, node, path, title=f"source {name}", context="scoring source")
        if source is None:
            return None
        file = in_path(source.path, self.parameters, (*path, "path"), self.problems)
        return None if file is None else source.model_copy(update={"path": file})
