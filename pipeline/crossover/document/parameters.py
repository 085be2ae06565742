"""Parameters: declared in the document, given by `--set`, used as values in settings and as text in paths."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from crossover.core.nearest import did_you_mean
from crossover.document.literals import EMPTY, EXPECTED, NotOfTypeError, as_text, parse
from crossover.document.problems import Problems
from crossover.document.scalars import Path
from crossover.document.sections import ParameterDeclaration
from crossover.language.lower import ParameterValue

WHOLE = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)|\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
"""A setting that is a parameter and nothing else."""
_IN_PATH = re.compile(r"\$(?:\{([^}]*)\}|([A-Za-z_][A-Za-z0-9_]*)|)")


@dataclass(frozen=True)
class Parameters:
    """Values of the parameters of one run. `broken` are declared, but their mistakes leave them without a value."""

    values: Mapping[str, ParameterValue] = field(default_factory=dict)
    broken: frozenset[str] = frozenset()
    unknown: set[str] = field(default_factory=set)
    """Names that were used without being declared; each is reported where it is used first."""

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.values, *sorted(self.broken))


def resolve(
    declarations: Mapping[str, ParameterDeclaration | None], set_values: Mapping[str, str], problems: Problems
) -> Parameters:
    """Return the values of all parameters: what `--set` gives, else the default; report what is wrong or missing."""
    for name in set_values.keys() - declarations.keys():
        known = ", ".join(declarations) or "none"
        message = f"the document has no parameter `{name}`{did_you_mean(name, declarations)}"
        problems.problem_elsewhere(f"--set {name}", "unknown-parameter", message, f"parameters: {known}")
    values: dict[str, ParameterValue] = {}
    for name, declaration in declarations.items():
        if declaration is None:
            continue
        if name in set_values:
            value = _given(name, set_values[name], declaration, problems)
        else:
            value = declaration.default
            if value is None:
                message = f"`{name}` has no default: give it with --set {name}=VALUE"
                problems.problem(("parameters", name), "missing-parameter", message, key=True)
        if value is not None:
            values[name] = value
    return Parameters(values, frozenset(declarations.keys() - values.keys()))


def _given(name: str, text: str, declaration: ParameterDeclaration, problems: Problems) -> ParameterValue | None:
    """Return the value of `--set name=text`, by the declared type. A list is written with commas."""
    origin = f"--set {name}={text}"
    try:
        value: ParameterValue
        if declaration.list:
            parts = [part.strip() for part in text.removeprefix("[").removesuffix("]").split(",")]
            if parts == [""]:
                problems.problem_elsewhere(origin, "wrong-value", EMPTY)
                return None
            value = tuple(parse(part, declaration.type) for part in parts)
        else:
            value = parse(text, declaration.type)
    except NotOfTypeError as error:
        problems.problem_elsewhere(origin, "wrong-value", f"`{error}` is not {EXPECTED[declaration.type]}")
        return None
    if declaration.one_of and not set(value if isinstance(value, tuple) else (value,)) <= set(declaration.one_of):
        allowed = ", ".join(as_text(each) for each in declaration.one_of)
        problems.problem_elsewhere(origin, "wrong-value", f"`{name}` is one of {allowed}")
        return None
    return value


def in_path(text: str, parameters: Parameters, path: Path, problems: Problems) -> str | None:
    """Return a path with `$name` and `${name}` put in; None after a mistake, which is reported."""
    parts: list[str] = []
    end = 0
    found = problems.reported
    broken = False
    for match in _IN_PATH.finditer(text):
        parts.append(text[end : match.start()])
        end = match.end()
        name = match[1] or match[2]
        value = parameters.values.get(name or "")
        if name in parameters.broken:
            broken = True
        elif not name:
            problems.problem(path, "parameter-form", "`$` in a path is followed by the name of a parameter", offset=match.start())
        elif value is None:
            broken = True
            unknown(name, parameters, path, problems, offset=match.start())
        elif isinstance(value, tuple):
            problems.problem(path, "parameter-form", f"`{name}` is a list, so it cannot stand in a path", offset=match.start())
        else:
            parts.append(as_text(value))
    return None if broken or problems.reported > found else "".join([*parts, text[end:]])


def unknown(name: str, parameters: Parameters, path: Path, problems: Problems, *, offset: int) -> None:
    """Report a `$name` that the document does not declare."""
    if name in parameters.unknown:
        return
    parameters.unknown.add(name)
    message = f"no parameter `{name}`{did_you_mean(name, parameters.names)}"
    known = ", ".join(parameters.names) or "none"
    problems.problem(path, "unknown-parameter", message, f"parameters: {known}", offset=offset)
