"""A source that is counted and then used is kept where reading it again costs more than keeping it, and counts as memory if it is kept there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from crossover.document.load import read_text
from crossover.engines.base import Engine
from crossover.engines.polars.capabilities import CAPABILITIES as POLARS
from crossover.plan.build import build_plan
from crossover.plan.liveness import execution_steps
from crossover.plan.materialise import place
from crossover.plan.memory import estimate
from crossover.plan.plan import Plan
from crossover.relations.graph import topological
from crossover.relations.nodes import Materialise, Scan
from crossover.sources.extent import Extent

DOCUMENT = """\
pipeline: shop
parameters:
  data: data
sources:
  visits:
    path: $data/visits.{ending}
    columns: {{id: int, paid: double}}
features:
  totals:
    - from: visits
    - aggregate:
        paid: sum(paid)
      by: [id]
store: [totals]
"""


def plan_of(ending: str, folder: Path) -> Plan:
    pq.write_table(pa.table({"id": [1, 1, 2], "paid": [0.5, 1.0, 2.0]}), folder / "visits.parquet")
    (folder / "visits.csv").write_text("id,paid\n1,0.5\n1,1.0\n2,2.0\n", encoding="utf-8")
    return build_plan(read_text(DOCUMENT.format(ending=ending), "shop.yaml", {"data": str(folder)}))


def kept_sources(ending: str, engine: Engine[Any], folder: Path) -> list[str]:
    placed = place(plan_of(ending, folder), engine.capabilities)
    roots = [relation for step in execution_steps(placed) for relation in step.reads]
    counts = placed.stages[0].set_aside[0].counts
    assert engine.collect(counts).to_pylist() == [{"rows": 3, "set_aside": 0}]
    totals = engine.collect(placed.tables["totals"].relation).to_pylist()
    assert sorted(row["paid"] for row in totals) == [1.5, 2.0]
    kept = [each for each in topological(roots) if isinstance(each, Materialise) and isinstance(each.input, Scan)]
    return [each.name for each in kept if each.reason.startswith("a source with")]


def test_a_parquet_source_is_read_anew_for_each_use_and_others_are_kept(engine: Engine[Any], tmp_path: Path) -> None:
    assert kept_sources("csv", engine, tmp_path) == ["visits"]
    assert kept_sources("parquet", engine, tmp_path) == (["visits"] if engine.name == "pandas" else [])


def test_the_estimate_of_memory_counts_only_what_stays_in_memory(tmp_path: Path) -> None:
    plan = plan_of("csv", tmp_path)

    def needed(size: int) -> int:
        return estimate(plan, POLARS, lambda scan: Extent(size // 16, size)).bytes

    assert needed(200 << 20) > needed(20 << 20) + (400 << 20)
    assert needed(300 << 20) < needed(200 << 20)
