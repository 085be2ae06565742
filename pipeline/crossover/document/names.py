"""What a table, column, parameter or model may be called."""

from __future__ import annotations

import re
from collections.abc import Iterable

from crossover.document.problems import Problems
from crossover.document.scalars import Path

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

SQL_WORDS = frozenset(
    {
        "all", "and", "any", "as", "asc", "between", "by", "case", "comment", "cross", "desc", "distinct", "else", "end",
        "except", "exists", "false", "filter", "from", "full", "group", "having", "in", "inner", "intersect", "interval",
        "into", "is", "join", "lateral", "left", "like", "limit", "natural", "not", "null", "offset", "on", "or", "order",
        "outer", "over", "partition", "right", "select", "some", "table", "then", "true", "union", "unique", "using",
        "values", "when", "where", "window", "with",
    }
)  # fmt: skip


def check_name(name: str, path: Path, what: str, problems: Problems, *, key: bool = True, header_remedy: bool = False) -> None:
    """Report a name that the language does not allow. `what` says whose it is: `column`, `table` ..."""
    if NAME.fullmatch(name) and name.lower() not in SQL_WORDS and not name.startswith("__"):
        return
    if name.lower() in SQL_WORDS:
        message = f"`{name}` is a word of SQL, so it cannot be the name of a {what}"
    elif name.startswith("__"):
        message = f"`{name}` begins with `__`: such names are Crossover's own"
    else:
        message = f"`{name}` is not a name for a {what}: letters, digits and _, not beginning with a digit"
    notes = [f"give the header a name: {_as_name(name)}: {{from: {name}, type: ...}}"] if header_remedy else ()
    problems.problem(path, "name", message, *notes, key=key)


def check_names_differ(names: Iterable[tuple[str, Path]], what: str, problems: Problems) -> None:
    """Report names that differ by case alone."""
    seen: dict[str, tuple[str, Path]] = {}
    for name, path in names:
        first, first_path = seen.setdefault(name.lower(), (name, path))
        if first != name:
            line = problems.line(first_path)
            problems.problem(path, "name", f"the {what}s `{name}` and `{first}` ({line}) differ by case alone", key=True)


def _as_name(header: str) -> str:
    name = re.sub(r"\W+", "_", header.lower(), flags=re.ASCII).strip("_") or "column"
    return f"{name}_" if name in SQL_WORDS else f"_{name}" if name[0].isdigit() else name
