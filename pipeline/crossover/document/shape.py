"""The place decides what a scalar is: trees of texts to the typed values that a pydantic model asks for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Final, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from crossover.core.nearest import did_you_mean
from crossover.document import not_yet
from crossover.document.annotations import (
    alternatives,
    choices,
    describe,
    fields_of,
    is_choice,
    is_list,
    is_mapping,
    is_model,
    item_of,
)
from crossover.document.literals import NotOfTypeError, as_setting, parse
from crossover.document.parameters import WHOLE, Parameters, unknown
from crossover.document.problems import Problems
from crossover.document.scalars import Path, Scalar, infer

Model = TypeVar("Model", bound=BaseModel)

BROKEN: Final = object()
"""In place of a value whose mistake is reported already."""

_SYNONYMS = {
    "on": "using", "group_by": "by", "as_of": "at", "target": "label", "features": "inputs",
    "integer": "int", "bigint": "int", "long": "int", "float": "double", "text": "string", "str": "string", "bool": "boolean",
    "datetime": "timestamp", "number": "double",
}  # fmt: skip
_WRITTEN_AS = {int: "int", float: "double", bool: "boolean"}
_WRITTEN_IN_QUOTES = {date: "date", datetime: "timestamp"}
_YAML_BOOLEAN_KEYS = frozenset({"on", "off", "yes", "no", "y", "n"})


class Shaper:
    """Turns nodes of one document into values of given types, and reports what does not fit."""

    def __init__(self, problems: Problems, parameters: Parameters) -> None:
        self.problems = problems
        self.parameters = parameters
        self.broken = problems.source_map.broken

    def value(self, annotation: Any, node: Any, path: Path, *, setting: str = "") -> Any:
        """Return a node as a value of an annotation, or BROKEN. `setting` names the place in messages."""
        if path in self.broken:
            return BROKEN
        options = alternatives(annotation)
        if isinstance(node, Scalar):
            return self._scalar(annotation, options, node, path, setting)
        matching = [each for each in options if (is_list(each) if isinstance(node, list) else is_mapping(each) or is_model(each))]
        if isinstance(node, list) and matching:
            return self._list(matching[0], node, path, setting)
        if isinstance(node, dict) and matching and is_mapping(matching[0]):
            return self._mapping(matching[0], node, path, setting)
        if isinstance(node, dict) and matching:
            return self._one_of_models(matching, node, path, setting)
        if Any in options:
            return _plain(node)
        return self._refuse(annotation, node, path, setting)

    def model(self, model: type[Model], node: Any, path: Path, *, title: str, context: str, code: str = "unknown-setting") -> Model | None:
        """Return a mapping as a model, or None after mistakes.

        `title` names it in messages (`source flights`), `context` finds what the language has and we have not yet.
        """
        if path in self.broken:
            return None
        shorthand = getattr(model, "shorthand", None)
        if shorthand and isinstance(node, Scalar):
            node = {shorthand: node}
            self._share_place(path, shorthand)
        if not isinstance(node, dict):
            self._refuse(model, node, path, title)
            return None
        before = self.problems.reported
        values = self._fields(model, node, path, title, context, code)
        # A key that is unknown is probably a required one misspelt: one mistake, one message.
        if node.keys() <= fields_of(model).keys():
            for key, field in fields_of(model).items():
                if field.is_required() and key not in node:
                    self.problems.problem(path, "missing-setting", f"{title} has no `{key}`", key=True)
        if self.problems.reported > before or any(value is BROKEN for value in values.values()):
            return None
        return self._validated(model, values, path, title)

    def _fields(self, model: type[BaseModel], node: dict[str, Any], path: Path, title: str, context: str, code: str) -> dict[str, Any]:
        fields = fields_of(model)
        self.unknown_keys([key for key in node if key not in fields], fields, path, title, context, code)
        return {
            key: self.value(fields[key].annotation, child, (*path, key), setting=key) if key in fields else BROKEN
            for key, child in node.items()
        }

    def unknown_keys(self, keys: list[str], known: Iterable[str], path: Path, title: str, context: str, code: str) -> None:
        """Report keys that are no options or settings here, or not yet; those that resemble nothing in one message."""
        known = tuple(each for each in known if each != context)
        strange: list[str] = []
        for key in keys:
            if key in not_yet.OPTIONS.get(context, frozenset()):
                self.problems.problem((*path, key), "not-yet", not_yet.MESSAGE.format(what=f"`{key}` of {title}"), key=True)
            elif (meant := _meant(key, known)) or key.lower() in _YAML_BOOLEAN_KEYS:
                self._unknown_key(key, meant, (*path, key), title, code)
            else:
                strange.append(key)
        if strange:
            are = "is no" if len(strange) == 1 else "are no"
            noun = _noun(code) if len(strange) == 1 else f"{_noun(code)}s"
            message = f"{', '.join(f'`{key}`' for key in strange)} {are} {noun} of {title}"
            self.problems.problem(
                (*path, strange[0]), code, message, f"{_noun(code)}s of {title}: {', '.join(known) or 'none'}", key=True
            )

    def _unknown_key(self, key: str, meant: str, path: Path, title: str, code: str) -> None:
        place = self.problems.source_map.key(path)
        self.problems.withdraw(place, "ambiguous-scalar")
        yaml_boolean = "true" if key.lower() in ("on", "yes", "y") else "false"
        remark = f"(`{key}` is the boolean {yaml_boolean} in YAML 1.1: never a key here)"
        beside = ((place[0], remark),) if key.lower() in _YAML_BOOLEAN_KEYS else ()
        self.problems.problem(path, code, f"`{key}` is no {_noun(code)} of {title}{meant}", key=True, beside=beside)

    def _scalar(self, annotation: Any, options: tuple[Any, ...], node: Scalar, path: Path, setting: str) -> Any:
        # A text may hold an expression, in which `$name` is a value: there it stays as it is written.
        if options != (str,) and (match := WHOLE.fullmatch(node)):
            return self._parameter(annotation, match[1] or match[2], node, path, setting)
        text = str(node)
        for each in options:
            if is_choice(each) and text in get_args(each):
                return text
            if is_model(each) and getattr(each, "shorthand", None):
                shaped = self.model(each, node, path, title=setting, context=setting)
                return BROKEN if shaped is None else shaped
        if not node.quoted:
            for python in (bool, int, float):
                if python in options:
                    try:
                        return parse(text, _WRITTEN_AS[python])
                    except NotOfTypeError:
                        continue
        for moment, type_name in _WRITTEN_IN_QUOTES.items():
            if moment in options:
                try:
                    return parse(text, type_name)
                except NotOfTypeError:
                    continue
        if str in options:
            return text
        if Any in options:
            return infer(node)
        return self._refuse(annotation, node, path, setting)

    def _parameter(self, annotation: Any, name: str, node: Scalar, path: Path, setting: str) -> Any:
        """Put a parameter's value in the place of a setting that is `$name` and nothing else."""
        if name in self.parameters.broken:
            return BROKEN
        if name not in self.parameters.values:
            unknown(name, self.parameters, path, self.problems, offset=0)
            return BROKEN
        value = self.parameters.values[name]
        options = alternatives(annotation)
        listed = next((each for each in options if is_list(each)), None)
        if isinstance(value, tuple) and listed is not None:
            return value
        fits = {bool: bool, int: int, float: (int, float), str: str}
        if Any in options or any(_fits(value, each, fits) for each in options):
            return float(value) if isinstance(value, int) and not isinstance(value, bool) and int not in options and float in options else value
        message = f"`{setting}` is {describe(annotation)}, and the parameter `{name}` is {as_setting(value)}"
        self.problems.problem(path, "wrong-value", message)
        return BROKEN

    def _list(self, annotation: Any, node: list[Any], path: Path, setting: str) -> Any:
        item = item_of(annotation)
        values = [self.value(item, child, (*path, index), setting=setting) for index, child in enumerate(node)]
        return BROKEN if any(value is BROKEN for value in values) else tuple(values)

    def _mapping(self, annotation: Any, node: dict[str, Any], path: Path, setting: str) -> Any:
        item = item_of(annotation)
        values = {key: self.value(item, child, (*path, key), setting=key) for key, child in node.items()}
        return BROKEN if any(value is BROKEN for value in values.values()) else values

    def _one_of_models(self, models: list[Any], node: dict[str, Any], path: Path, setting: str) -> Any:
        model = models[0] if len(models) == 1 else self._by_kind(models, node, path, setting)
        if model is None:
            return BROKEN
        kind = node.get("kind") if len(models) > 1 else None
        shaped = self.model(model, node, path, title=str(kind or setting), context=setting)
        return BROKEN if shaped is None else shaped

    def _by_kind(self, models: list[Any], node: dict[str, Any], path: Path, setting: str) -> Any:
        """Return the model whose `kind` stands in the node."""
        kinds = {word: model for model in models for word in choices(model.model_fields["kind"].annotation)}
        kind = node.get("kind")
        if not isinstance(kind, Scalar):
            self.problems.problem(path, "missing-setting", f"{setting} has no `kind`: {', '.join(kinds)}", key=True)
            return None
        if kind not in kinds and (*path, "kind") not in self.broken:
            self._refuse_word(kind, kinds, (*path, "kind"), "kind")
        return kinds.get(kind)

    def _refuse(self, annotation: Any, node: Any, path: Path, setting: str) -> Any:
        words = choices(annotation)
        if isinstance(node, Scalar) and words:
            self._refuse_word(node, words, path, setting, describe(annotation))
            return BROKEN
        got = "a mapping" if isinstance(node, dict) else "a list" if isinstance(node, list) else f"`{node}`"
        notes = []
        if isinstance(node, Scalar) and node.quoted and str not in alternatives(annotation) and not is_list(annotation):
            notes = ["in quotes it is a text: write it without them"] if infer(Scalar(node)) != str(node) else []
        self.problems.problem(path, "wrong-value", f"`{setting}` is {describe(annotation)}, not {got}", *notes)
        return BROKEN

    def _refuse_word(self, word: Scalar, words: Iterable[str], path: Path, setting: str, expected: str = "") -> None:
        words = tuple(words)
        if word in not_yet.VALUES.get(setting, frozenset()):
            self.problems.problem(path, "not-yet", not_yet.MESSAGE.format(what=f"`{setting}: {word}`"))
            return
        if setting == "type" and word.split("(")[0] in not_yet.TYPES:
            self.problems.problem(path, "not-yet", not_yet.MESSAGE.format(what=f"the type `{word}`"))
            return
        meant = _meant(word, words)
        code = "unknown-type" if setting == "type" else "wrong-value"
        self.problems.problem(path, code, f"`{setting}` is {expected or ' or '.join(words)}, not `{word}`{meant}")

    def _validated(self, model: type[Model], values: dict[str, Any], path: Path, title: str) -> Model | None:
        """Let the model check what it alone knows: bounds, and what does not go together."""
        try:
            return model.model_validate(values)
        except ValidationError as error:
            for mistake in error.errors():
                place = (*path, *mistake["loc"])
                setting = next((str(part) for part in reversed(mistake["loc"]) if isinstance(part, str)), title)
                message = mistake["msg"].removeprefix("Value error, ").replace("Input", f"`{setting}`", 1)
                self.problems.problem(place, "wrong-value", message)
            return None

    def _share_place(self, path: Path, key: str) -> None:
        """Give the field that a bare scalar stands for the scalar's place."""
        source_map = self.problems.source_map
        source_map.values[(*path, key)] = source_map.value(path)
        if path in source_map.scalars:
            source_map.scalars[(*path, key)] = source_map.scalars[path]


def _fits(value: Any, annotation: Any, types: dict[Any, Any]) -> bool:
    if is_choice(annotation):
        return value in get_args(annotation)
    if isinstance(value, bool) and annotation is not bool:
        return False
    if isinstance(value, datetime) and annotation is date:
        return False
    return isinstance(value, types.get(annotation, annotation if isinstance(annotation, type) else ()))


def _plain(node: Any) -> Any:
    if isinstance(node, Scalar):
        return infer(node)
    if isinstance(node, list):
        return tuple(_plain(child) for child in node)
    return {key: _plain(child) for key, child in node.items()}


def _meant(key: str, known: tuple[str, ...]) -> str:
    """Return `; did you mean ...?` or an empty string."""
    synonym = _SYNONYMS.get(key.lower())
    return f"; did you mean `{synonym}`?" if synonym in known else did_you_mean(key, known)


def _noun(code: str) -> str:
    return "option" if code == "unknown-option" else "setting"
