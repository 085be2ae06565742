"""Exchanges, sorts, windows, scans of the skeleton's table on Spark: ours beside the plan written by hand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crossover.document.load import load_document
from crossover.engines.base import Engine
from crossover.plan.build import build_plan
from crossover.plan.materialise import place
from crossover.relations.graph import materialised

DOCUMENT = Path(__file__).with_name("skeleton.yaml")
PARTS = {
    "exchanges": r"^[ :+*|-]*(?:\(\d+\) )?Exchange hashpartitioning",
    "broadcasts": r"^[ :+*|-]*(?:\(\d+\) )?BroadcastExchange",
    "sorts": r"^[ :+*|-]*(?:\* ?)?(?:\(\d+\) )?Sort \[",
    "windows": r"^[ :+*|-]*(?:\(\d+\) )?Window \[",
}


def structure(plan: str) -> dict[str, int]:
    """Return how often each part stands in the tree of a physical plan, not looking into the kept tables."""
    return {name: len(re.findall(pattern, plan, re.MULTILINE)) for name, pattern in PARTS.items()}


def ours(engine: Engine[Any], data: Path) -> dict[str, int]:
    """Return the structure of our plan of the skeleton's table."""
    plan = place(build_plan(load_document(DOCUMENT, {"data": str(data)})), engine.capabilities)
    relation = plan.tables["orders"].relation
    try:
        return structure(_physical(engine.evaluate(relation).data))
    finally:
        for node in materialised([relation]):
            engine.release(node)


def by_hand(data: Path) -> Mapping[str, int]:
    """Return the structure of the plan written by hand, in the session that is open."""
    from pyspark.sql import SparkSession

    from benchmarks.skeleton import by_hand_spark

    session = SparkSession.getActiveSession()
    assert session is not None
    kept, table = by_hand_spark.orders(session, data)
    try:
        return structure(_physical(table))
    finally:
        kept.unpersist()


def _physical(table: Any) -> str:
    """The physical plan without what stands below a kept table: that was computed once, for all its readers."""
    lines, inside = [], -1
    for line in table._jdf.queryExecution().executedPlan().toString().splitlines():
        depth = len(line) - len(line.lstrip(" :+*|-"))
        if 0 <= inside < depth:
            continue
        inside = depth if "InMemoryRelation" in line else -1
        lines.append(line)
    return "\n".join(lines)
