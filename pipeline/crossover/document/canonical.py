"""The form of a document that its hash is taken of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crossover.document.scalars import Scalar, infer
from crossover.document.sections import STAGES


def canonical(tree: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document's tree (`Loaded.tree`) as JSON values, as it is written: parameters stay `$name`.

    Comments, quotes and the order of keys make no difference. What is read downward (stages, the tables in a stage, the columns in a `derive`) becomes lists of
    pairs; elsewhere order means nothing, so hash it with sorted keys.
    """
    result: dict[str, Any] = {key: _json(child) for key, child in tree.items() if key not in STAGES}
    result["stages"] = [
        [stage, [[table, [_step(step) for step in steps]] for table, steps in tree[stage].items()]]
        for stage in tree
        if stage in STAGES
    ]
    return result


def _step(step: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _pairs(child) if key == "derive" else _json(child) for key, child in step.items()}


def _pairs(columns: Mapping[str, Any]) -> list[list[Any]]:
    return [[name, _json(text)] for name, text in columns.items()]


def _json(node: Any) -> Any:
    if isinstance(node, Scalar):
        return infer(node)
    if isinstance(node, list):
        return [_json(child) for child in node]
    return {key: _json(child) for key, child in node.items()}
