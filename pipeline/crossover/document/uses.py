"""Where the parameters of a document are used: in paths, which only say where data lies, or in what is computed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from crossover.document.reader import read
from crossover.document.scalars import Path, Scalar

_NAMED = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)")
_SAYS_NOTHING = ("about", "parameters")


def parameters_used(tree: Mapping[str, Any]) -> dict[str, bool]:
    """Return the parameters that a document uses (of its tree); True for those that stand in paths alone."""
    used: dict[str, bool] = {}
    for path, text in _scalars({key: child for key, child in tree.items() if key not in _SAYS_NOTHING}, ()):
        in_path = len(path) == 3 and path[0] == "sources" and path[2] == "path"
        for name in _NAMED.findall(text):
            used[name] = used.get(name, True) and in_path
    return used


def in_paths_alone(text: str) -> tuple[str, ...]:
    """Return the parameters of a document's text that stand in paths and nowhere else: no model freezes them."""
    tree, _ = read(text, "")
    used = parameters_used(tree) if isinstance(tree, dict) else {}
    return tuple(name for name, in_path in used.items() if in_path)


def _scalars(node: Any, path: Path) -> Iterator[tuple[Path, Scalar]]:
    if isinstance(node, Scalar):
        yield path, node
    elif isinstance(node, list):
        for index, child in enumerate(node):
            yield from _scalars(child, (*path, index))
    elif isinstance(node, dict):
        for key, child in node.items():
            yield from _scalars(child, (*path, key))
