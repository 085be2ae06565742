"""The form of a document that its hash is taken of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from crossover.document.scalars import Scalar, infer
from crossover.document.sections import STAGES


def canonical(tree: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document's tree (`Loaded.tree`) as JSON values, as it is written: parameters stay `$name`.

    Comments, quotes and the order of keys make no difference. What is read downward (stages, the tables in a
    stage, the columns in a `derive`) becomes lists of pairs; elsewhere order means nothing, so hash it with
    sorted keys. A tree with mistakes is taken as it is.
    """
    result: dict[str, Any] = {key: _json(child) for key, child in tree.items() if key not in STAGES}
    result["stages"] = [[stage, _pairs(child, _steps)] for stage, child in tree.items() if stage in STAGES]
    return result


def _pairs(node: Any, value: Callable[[Any], Any]) -> Any:
    return [[name, value(child)] for name, child in node.items()] if isinstance(node, dict) else _json(node)


def _steps(node: Any) -> Any:
    return [_step(step) for step in node] if isinstance(node, list) else _json(node)


def _step(node: Any) -> Any:
    if not isinstance(node, dict):
        return _json(node)
    return {key: _pairs(child, _json) if key == "derive" else _json(child) for key, child in node.items()}


def _json(node: Any) -> Any:
    if isinstance(node, Scalar):
        return infer(node)
    if isinstance(node, list):
        return [_json(child) for child in node]
    return {key: _json(child) for key, child in node.items()}
