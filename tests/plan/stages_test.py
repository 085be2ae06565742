"""A plan is cut at its stages: nothing before the cut is computed again, and marks of columns survive it."""

from __future__ import annotations

from pathlib import Path

import pytest

from crossover.document.load import load_document
from crossover.plan.build import build_plan
from crossover.plan.plan import Plan
from crossover.plan.stages import handed_over, part, stage_names, tables_read
from crossover.relations.graph import topological
from crossover.relations.nodes import Join, Scan, StoredTable
from crossover.relations.schema import schema_of

CONF = Path(__file__).parents[2] / "conf"


def plan_of(name: str) -> Plan:
    return build_plan(load_document(CONF / f"{name}.yaml", {"data": "nowhere"}))


def cut(plan: Plan, stage: str) -> Plan:
    return part(plan, stage, lambda each: Path(each.stage) / each.table.name)


def test_the_stages_are_those_of_the_document_in_its_order() -> None:
    assert stage_names(plan_of("flights")) == ("ingest", "clean", "join", "features", "train", "evaluate", "score")
    assert stage_names(plan_of("routes")) == ("ingest", "clean", "features", "join", "train", "evaluate", "score")


def test_each_table_is_handed_on_by_the_stage_that_made_it_what_it_is() -> None:
    handed = [(each.stage, each.table.name) for each in handed_over(plan_of("flights"))]
    sources = [("ingest", name) for name in ("flights", "weather", "planes", "airports", "airlines")]
    assert handed == [*sources, ("clean", "flights"), ("join", "flights"), ("features", "flights")]


@pytest.mark.parametrize("name", ["flights", "routes", "taxi", "zones"])
def test_no_stage_computes_what_one_before_it_did(name: str) -> None:
    plan = plan_of(name)
    for stage in stage_names(plan)[1:]:
        mine = cut(plan, stage)
        places = [place for each in mine.stages for place in each.set_aside]
        roots = [relation for place in places for relation in (place.counts, place.rows)]
        roots += [mine.tables[each].relation for each in mine.store] + [model.relation for model in mine.models]
        scans = [each for each in topological(roots) if isinstance(each, Scan)]
        assert all(isinstance(each.source, StoredTable) for each in scans), stage
    assert tables_read(cut(plan, "score")) == tables_read(cut(plan, "train"))


def test_joins_are_in_their_stage_and_inexact_columns_stay_marked() -> None:
    plan = plan_of("flights")
    joins = {
        stage: sum(isinstance(each, Join) for each in topological([cut(plan, stage).tables["flights"].relation]))
        for stage in ("clean", "join", "features")
    }
    assert joins == {"clean": 0, "join": 5, "features": 0}
    (model,) = cut(plan, "train").models
    schema = schema_of(model.relation)
    assert {name: fact.exact for name, fact in schema.items()} == {name: fact.exact for name, fact in plan.models[0].schema.items()}
