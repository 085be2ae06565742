"""Evaluates the scores of a folder on one engine: python -m benchmarks.evaluation.ours ENGINE FOLDER."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

from benchmarks.evaluation.data import SCHEMA
from crossover.engines.registry import open_engine
from crossover.language.tree import Column, Expression
from crossover.language.types import STRING
from crossover.learning.evaluation import binary, binary_groups
from crossover.learning.evaluation.findings import Findings
from crossover.learning.evaluation.groups import Group
from crossover.relations.nodes import Aggregate, AggregateCall, Materialise, Project, Scan, StoredTable

ORIGIN = Group("origin", STRING, 0)


def main(engine_name: str, folder: str) -> None:
    scan = Scan(StoredTable("scores", folder, SCHEMA), tuple(SCHEMA))
    columns: dict[str, Expression] = {name: Column(name) for name in ("label", "probability", "day")} | ORIGIN.expressions()
    scores = Materialise(Project(scan, tuple(columns.items())), "scores", "evaluated several times")
    with open_engine(engine_name) as engine:
        engine.collect(Aggregate(scores, (), (("rows", AggregateCall("count_rows")),)))
        told: dict[str, Any] = {}
        whole = _timed(told, "all_metrics_s", lambda: binary.evaluate(engine, scores, "label", "probability", 0.5))
        by_day = _timed(told, "all_metrics_by_clusters_s", lambda: binary.evaluate(engine, scores, "label", "probability", 0.5, ("day",)))
        _timed(told, "groups_s", lambda: binary_groups.evaluate(engine, scores, "label", "probability", 0.5, (ORIGIN,)))
        told["auc"], told["aupr"] = whole.metrics["auc"], whole.metrics["aupr"]
        told["interval"] = [whole.metrics["auc_low"], whole.metrics["auc_high"]]
        told["interval_by_clusters"] = [by_day.metrics["auc_low"], by_day.metrics["auc_high"]]
        told["lift_of_first_tenth"] = whole.tables["lift"][0]["lift"]
    print(json.dumps(told))  # noqa: T201


def _timed(told: dict[str, Any], name: str, evaluate: Callable[[], Findings]) -> Findings:
    began = time.perf_counter()
    found = evaluate()
    told[name] = round(time.perf_counter() - began, 2)
    return found


if __name__ == "__main__":
    main(*sys.argv[1:])
