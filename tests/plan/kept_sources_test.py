"""A source that is counted and then used is kept where reading it again costs more than keeping it."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from crossover.document.load import read_text
from crossover.engines.base import EngineOptions
from crossover.engines.registry import open_engine
from crossover.plan.build import build_plan
from crossover.plan.liveness import execution_steps
from crossover.plan.materialise import place
from crossover.relations.graph import topological
from crossover.relations.nodes import Materialise, Scan

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
pytestmark = pytest.mark.once


def kept_sources(ending: str, engine: str, folder: Path) -> list[str]:
    pq.write_table(pa.table({"id": [1, 1, 2], "paid": [0.5, 1.0, 2.0]}), folder / "visits.parquet")
    (folder / "visits.csv").write_text("id,paid\n1,0.5\n1,1.0\n2,2.0\n", encoding="utf-8")
    plan = build_plan(read_text(DOCUMENT.format(ending=ending), "shop.yaml", {"data": str(folder)}))
    with open_engine(engine, EngineOptions(parallelism=1)) as opened:
        placed = place(plan, opened.capabilities)
        roots = [relation for step in execution_steps(placed) for relation in step.reads]
        counts = placed.stages[0].set_aside[0].counts
        assert opened.collect(counts).to_pylist() == [{"rows": 3, "set_aside": 0}]
        totals = opened.collect(placed.tables["totals"].relation).to_pylist()
        assert sorted(row["paid"] for row in totals) == [1.5, 2.0]
    return [each.name for each in topological(roots) if isinstance(each, Materialise) and isinstance(each.input, Scan)]


def test_polars_streams_parquet_twice_rather_than_keep_it(tmp_path: Path) -> None:
    assert kept_sources("parquet", "polars", tmp_path) == []


@pytest.mark.parametrize(("ending", "engine"), [("csv", "polars"), ("csv", "pandas"), ("parquet", "pandas")])
def test_other_sources_are_kept(ending: str, engine: str, tmp_path: Path) -> None:
    assert kept_sources(ending, engine, tmp_path) == ["visits"]


def test_polars_filters_no_rows_of_parquet_that_cannot_misfit(tmp_path: Path) -> None:
    kept_sources("parquet", "polars", tmp_path)
    plan = build_plan(read_text(DOCUMENT.format(ending="parquet"), "shop.yaml", {"data": str(tmp_path)}))
    with open_engine("polars", EngineOptions(parallelism=1)) as engine:
        placed = place(plan, engine.capabilities)
        assert "FILTER" not in engine.explain(placed.tables["totals"].relation)


def test_polars_filters_no_rows_of_a_kept_source_in_which_all_fit(tmp_path: Path) -> None:
    assert kept_sources("csv", "polars", tmp_path) == ["visits"]
    plan = build_plan(read_text(DOCUMENT.format(ending="csv"), "shop.yaml", {"data": str(tmp_path)}))
    with open_engine("polars", EngineOptions(parallelism=1)) as engine:
        placed = place(plan, engine.capabilities)
        engine.collect(placed.stages[0].set_aside[0].counts)
        (kept,) = (each for each in topological([placed.tables["totals"].relation]) if isinstance(each, Materialise))
        assert engine.evaluate(kept).absent == {"__reason", "__raw"}
    (tmp_path / "visits.csv").write_text("id,paid\n1,0.5\nx,1.0\n2,2.0\n", encoding="utf-8")
    with open_engine("polars", EngineOptions(parallelism=1)) as engine:
        placed = place(plan, engine.capabilities)
        assert engine.collect(placed.stages[0].set_aside[0].counts).to_pylist() == [{"rows": 3, "set_aside": 1}]
        assert engine.collect(placed.tables["totals"].relation).num_rows == 2
