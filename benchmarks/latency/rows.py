"""Raw rows of a trained model's table, as a service gets them: the columns that `load_model(...).columns` names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from crossover.engines.registry import open_engine
from crossover.language.tree import Column
from crossover.plan.build import build_plan
from crossover.relations.nodes import Project
from crossover.runs.serve import LoadedModel
from crossover.runs.trained import open_model


def raw_rows(model: Path, loaded: LoadedModel) -> pa.Table:
    """Return the rows that trained a model: raw columns, its inputs, and `label` where it is known."""
    trained = open_model(model)
    plan = build_plan(trained.document.loaded)
    found = next(each for each in plan.models if each.name == trained.fitted.name)
    table = plan.tables[found.table]
    names = dict.fromkeys([*loaded.columns, *(name for each in found.inputs for name in each.columns)])
    columns = [(name, Column(name)) for name in names] + [("label", Column(found.label or ""))]
    with open_engine("pandas") as engine:
        collected = engine.collect(Project(table.relation, tuple(columns)))
    return collected.filter(pc.is_valid(collected["label"]))


def as_rows(table: pa.Table) -> list[dict[str, Any]]:
    """Return the rows as mappings of plain values."""
    return list(table.drop_columns(["label"]).to_pylist())
