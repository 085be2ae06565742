"""Runs a document's tables on an engine and returns rows of Python values: for the tests of operations."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crossover.document.load import read_text
from crossover.engines.base import Engine
from crossover.plan.build import build_plan
from crossover.plan.materialise import place
from crossover.plan.plan import Plan
from crossover.relations.graph import topological
from crossover.relations.nodes import Materialise


def plan_of(text: str, files: Mapping[str, str], folder: Path) -> Plan:
    """Write the files, put their folder in for $data, and return the plan."""
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")
    return build_plan(read_text(text, "test.yaml", {"data": str(folder)}))


def tables_of(engine: Engine[Any], plan: Plan) -> dict[str, list[dict[str, Any]]]:
    """Return the stored tables, each sorted by all its columns, nulls last."""
    placed = place(plan, engine.capabilities)
    roots = [placed.tables[name].relation for name in placed.store]
    try:
        return {name: _sorted(engine.collect(root).to_pylist()) for name, root in zip(placed.store, roots, strict=True)}
    finally:
        for relation in topological(roots):
            if isinstance(relation, Materialise):
                engine.release(relation)


def set_aside_of(engine: Engine[Any], plan: Plan) -> dict[tuple[str, str], tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Return counts and rows of each place where rows were set aside, by (stage, table)."""
    placed = place(plan, engine.capabilities)
    found = {}
    for stage in placed.stages:
        for each in stage.set_aside:
            (counts,) = engine.collect(each.counts).to_pylist()
            found[each.stage, each.table] = (counts, _sorted(engine.collect(each.rows).to_pylist()))
    return found


def _sorted(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: [(value is None, str(type(value)), value if value is not None else 0) for value in row.values()])
