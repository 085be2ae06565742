"""The section `parameters`: literals and declarations."""

from __future__ import annotations

from typing import Any

from crossover.document.literals import EMPTY, EXPECTED, NotOfTypeError, as_text, parse, type_of
from crossover.document.names import check_name, check_names_differ
from crossover.document.scalars import Path, Scalar
from crossover.document.sections import ParameterDeclaration, Section, TypeName
from crossover.document.shape import Shaper
from crossover.language.lower import ParameterValue


class _Settings(Section):
    """The keys of a declaration; default and one_of are typed afterwards, by `type`."""

    type: TypeName | tuple[TypeName, ...]
    default: Any = None
    one_of: tuple[Any, ...] = ()
    frozen: bool = True
    about: str = ""


def declarations(node: Any, shaper: Shaper) -> dict[str, ParameterDeclaration | None]:
    """Return the declared parameters by name; None for one with a mistake."""
    if node is None:
        return {}
    path: Path = ("parameters",)
    if not isinstance(node, dict):
        shaper.value(dict[str, str], node, path, setting="parameters")
        return {}
    check_names_differ(((name, (*path, name)) for name in node), "parameter", shaper.problems)
    found: dict[str, ParameterDeclaration | None] = {}
    for name, child in node.items():
        check_name(name, (*path, name), "parameter", shaper.problems)
        found[name] = _declaration(name, child, (*path, name), shaper)
    return found


def _declaration(name: str, node: Any, path: Path, shaper: Shaper) -> ParameterDeclaration | None:
    if path in shaper.broken:
        return None
    if isinstance(node, Scalar):
        type_name = type_of(node)
        value = _value(node, type_name, path, shaper)
        return None if value is None else ParameterDeclaration(type=type_name, default=value)
    if isinstance(node, list):
        item = type_of(node[0]) if node and isinstance(node[0], Scalar) else "string"
        message = f"a list parameter is declared: {name}: {{type: [{item}], default: [...]}}"
        shaper.problems.problem(path, "wrong-value", message)
        return None
    settings = shaper.model(_Settings, node, path, title=f"parameter {name}", context="parameters")
    return None if settings is None else _typed(settings, node, path, shaper)


def _typed(settings: _Settings, node: dict[str, Any], path: Path, shaper: Shaper) -> ParameterDeclaration | None:
    is_list = isinstance(settings.type, tuple)
    types = settings.type if isinstance(settings.type, tuple) else (settings.type,)
    if len(types) != 1:
        shaper.problems.problem((*path, "type"), "wrong-value", "a list has one type, as [date]")
        return None
    before = shaper.problems.reported
    type_name = types[0]
    default = None
    if "default" in node:
        read = _values if is_list else _value
        default = read(node["default"], type_name, (*path, "default"), shaper)
    one_of = _values(node["one_of"], type_name, (*path, "one_of"), shaper) if "one_of" in node else ()
    if shaper.problems.reported > before or one_of is None:
        return None
    given = default if isinstance(default, tuple) else () if default is None else (default,)
    if one_of and not set(given) <= set(one_of):
        allowed = ", ".join(as_text(each) for each in one_of)
        shaper.problems.problem((*path, "default"), "wrong-value", f"`default` is none of one_of: {allowed}")
        return None
    return ParameterDeclaration(
        type=type_name, list=is_list, default=default, one_of=one_of, frozen=settings.frozen, about=settings.about
    )


def _values(node: Any, type_name: str, path: Path, shaper: Shaper) -> tuple[Any, ...] | None:
    if not isinstance(node, list):
        shaper.problems.problem(path, "wrong-value", f"`{path[-1]}` is a list of {type_name} here, as [a, b]")
        return None
    if not node:
        shaper.problems.problem(path, "wrong-value", EMPTY)
        return None
    values = [_value(child, type_name, (*path, index), shaper) for index, child in enumerate(node)]
    return None if None in values else tuple(values)


def _value(node: Any, type_name: str, path: Path, shaper: Shaper) -> ParameterValue | None:
    if path in shaper.broken:
        return None
    if not isinstance(node, Scalar):
        shaper.problems.problem(path, "wrong-value", f"expected {EXPECTED[type_name]}, not a list or mapping")
        return None
    needless_quotes = node.quoted and type_name in ("boolean", "int", "double")
    try:
        if needless_quotes:
            raise NotOfTypeError(node)
        return parse(node, type_name)
    except NotOfTypeError:
        note = ("in quotes it is a text: write it without them",) if needless_quotes else ()
        shaper.problems.problem(path, "wrong-value", f"`{node}` is not {EXPECTED[type_name]}", *note)
        return None
