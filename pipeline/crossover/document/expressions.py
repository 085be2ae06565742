"""What can be said of an expression before it is parsed: YAML cut it, or it uses `${ }`."""

from __future__ import annotations

import re
from typing import Any

from crossover.document.problems import Problems
from crossover.document.scalars import Path, Scalar
from crossover.document.syntax import in_double_quotes

OF_EXPRESSIONS = frozenset({"derive", "require", "aggregate", "window", "pivot", "look_back", "look_ahead"})
"""Operations whose main argument is `name: expression`."""
NAMES_COLUMNS = OF_EXPRESSIONS - {"require"} | {"rename", "cross"}
"""Operations whose main argument has the names of new columns as keys."""

_BRACED = re.compile(r"\$\{([^}]*)\}?")
_SIMPLE = re.compile(r"-?[A-Za-z0-9_.$]+")
_CUT_OFF = re.compile(r" +#.*")


def check_expressions(node: Any, path: Path, problems: Problems) -> None:
    """Check one expression, or a mapping of them."""
    if path in problems.source_map.broken:
        return
    if isinstance(node, dict):
        for name, child in node.items():
            if isinstance(child, Scalar):
                check_expression(child, (*path, name), problems)
    elif isinstance(node, Scalar):
        check_expression(node, path, problems)


def check_expression(text: Scalar, path: Path, problems: Problems) -> None:
    """Report `${ }`, a comment that cut the expression, and an unquoted expression inside { } or [ ]."""
    source_map = problems.source_map
    if path in source_map.broken:
        return
    if braced := _BRACED.search(text):
        message = f"a parameter in an expression is written `${braced[1]}`; `${{ }}` is for paths"
        _refuse(path, "parameter-form", message, problems, offset=braced.start())
        return
    written = source_map.scalars.get(path)
    if written is None or written.style:
        return
    rest = _CUT_OFF.match(source_map.text, written.end)
    if rest and (text.count("'") % 2 or text.count("(") > text.count(")")):
        whole = in_double_quotes(source_map.text[written.start : rest.end()].rstrip())
        name = f"{path[-1]}: " if isinstance(path[-1], str) else ""
        message = f"` #` begins a comment, so YAML ends this value at `{text[-20:]}`"
        _refuse(path, "yaml", message, problems, f"put the whole expression in double quotes: {name}{whole}")
    elif written.in_flow and not _SIMPLE.fullmatch(text):
        message = "an expression inside { } or [ ] is put in double quotes: a comma, `{` or `[` in it would end it silently"
        _refuse(path, "flow-expression", message, problems, f"write: {in_double_quotes(text)}")


def _refuse(path: Path, code: str, message: str, problems: Problems, *notes: str, offset: int | None = None) -> None:
    problems.problem(path, code, message, *notes, offset=offset)
    problems.source_map.broken.add(path)
