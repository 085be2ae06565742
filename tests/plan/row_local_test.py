"""What a row brings, and what of a model's features is computed from it."""

from __future__ import annotations

import json
import math
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from crossover.core.errors import DataError
from crossover.document.load import read_text
from crossover.engines.registry import open_engine
from crossover.language.tree import Column
from crossover.learning.models.row_local import Features, RowLocal
from crossover.plan.build import build_plan
from crossover.relations.nodes import Project

FLIGHTS = (Path(__file__).parents[2] / "conf" / "flights.yaml").read_text(encoding="utf-8")
DOCUMENT = """\
pipeline: p
parameters: {data: {type: string}, since: {type: date, default: "2026-01-01"}}
sources:
  trips:
    path: $data
    key: [id]
    columns: {id: int, day: date, at: timestamp, km: double, size: int, kind: string, known: boolean, delay: double}
    outcomes: [delay]
features:
  trips:
    - filter: km > 0 or km is null
    - derive:
        late: delay > 15
        days: days_between($since, day)
        hour: hour(add_minutes(at, 90))
        long: case when km > 10 then 'long' when known then 'known' else concat(kind, '-', substring(kind, 1, 2)) end
        km_each: round(km / size, 1)
    - window:
        all_km: sum(km)
      by: [kind]
    - derive:
        share: km / all_km
models:
  m:
    from: trips
    label: late
    split: {test: 0.5}
    inputs:
      - {columns: [days, km_each, share, size, known], impute: 0}
      - {columns: [long, hour], encode: one_hot}
    train: {kind: logistic_regression, l2: 1}
"""
TRIPS = """\
id,day,at,km,size,kind,known,delay
1,2026-01-05,2026-01-05 22:45:00,12.25,2,bus,true,3
2,2025-12-31,2026-01-05 23:30:00,0.5,0,tram,true,
3,,,3.1,3,,false,9
4,2026-02-28,2026-03-01T00:00:00,,1,tram,,20
"""


def row_local_of(text: str, **settings: str) -> RowLocal:
    plan = build_plan(read_text(text, "p.yaml", settings))
    found = plan.models[0].row_local
    assert found is not None
    return found


def test_a_flight_brings_columns_of_sources_joins_and_look_backs() -> None:
    found = row_local_of(FLIGHTS)
    assert set(found.columns) == {
        "year", "month", "day", "hour", "distance", "carrier", "origin", "dest", "temp", "wind_speed", "precip", "visib",
        "built", "seats", "origin_lat", "origin_lon", "dest_lat", "dest_lon", "previous_delay", "airport_delay",
    }  # fmt: skip
    assert found.inputs["carrier"] == "carrier"
    assert {name for name, place in found.inputs.items() if place.startswith("#")} == {"direct_km", "eastward", "age", "weekday", "route"}


def test_it_comes_back_from_json() -> None:
    for found in (row_local_of(FLIGHTS), row_local_of(DOCUMENT, data="x.csv")):
        assert RowLocal.from_json(json.loads(json.dumps(found.to_json()))) == found


def test_the_features_of_a_row_are_those_of_an_engine(tmp_path: Path) -> None:
    (tmp_path / "trips.csv").write_text(TRIPS, encoding="utf-8")
    plan = build_plan(read_text(DOCUMENT, "p.yaml", {"data": str(tmp_path / "trips.csv")}))
    model = plan.models[0]
    assert model.row_local is not None
    names = list(dict.fromkeys([*model.row_local.columns, *model.row_local.inputs]))
    with open_engine("pandas") as engine:
        table = engine.collect(Project(plan.tables["trips"].relation, tuple((name, Column(name)) for name in names)))
    features, rows = Features(model.row_local), table.to_pylist()
    assert "all_km" in model.row_local.columns
    assert len(rows) == 4
    for row in rows:
        assert features.of_one(row) == {name: row[name] for name in model.row_local.inputs}
    arrays = {name: np.array([row[name] for row in rows], dtype=object) for name in model.row_local.columns}
    assert features.of_many(arrays) == {name: [row[name] for row in rows] for name in model.row_local.inputs}


def row(**changes: Any) -> dict[str, Any]:
    known = {"day": date(2026, 1, 5), "at": datetime(2026, 1, 5, 22, 45), "km": 12.25, "size": 2, "kind": "bus", "known": True, "all_km": 98.0}
    return {**known, **changes}


@pytest.mark.parametrize(
    "changes",
    [
        {"day": "2026-01-05"},
        {"at": "2026-01-05T22:45:00Z"},
        {"at": np.datetime64("2026-01-05T22:45:00", "ns"), "day": np.datetime64("2026-01-05")},
        {"size": 2.0, "km": np.float64(12.25), "known": np.True_},
        {"size": np.int64(2), "unused": object()},
    ],
)
def test_a_value_may_come_as_text_or_from_numpy(changes: dict[str, Any]) -> None:
    features = Features(row_local_of(DOCUMENT, data="x.csv"))
    assert features.of_one(row(**changes)) == features.of_one(row())
    assert features.of_one(row())["hour"] == 0


@pytest.mark.parametrize("null", [None, math.nan, math.inf])
def test_what_is_not_finite_is_null(null: float | None) -> None:
    features = Features(row_local_of(DOCUMENT, data="x.csv"))
    for column in ("km", "size", "known"):
        assert features.of_one(row(**{column: null})) == features.of_one(row(**{column: None}))
    assert features.of_one(row(at=np.datetime64("NaT")))["hour"] is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"km": "far"}, "column `km` is double; the row has 'far'"),
        ({"size": 2.5}, "column `size` is int; the row has 2.5"),
        ({"day": "soon"}, "column `day` is date; the row has 'soon'"),
        ({"kind": 3}, "column `kind` is string; the row has 3"),
    ],
)
def test_a_value_of_another_type_is_refused_by_name(changes: dict[str, Any], said: str) -> None:
    features = Features(row_local_of(DOCUMENT, data="x.csv"))
    with pytest.raises(DataError, match=said.replace("(", r"\(")):
        features.of_one(row(**changes))


def test_a_column_that_is_missing_is_named() -> None:
    features = Features(row_local_of(DOCUMENT, data="x.csv"))
    known = row()
    del known["km"]
    for score in (features.of_one, features.of_many):
        with pytest.raises(DataError, match="needs a column `km`; the rows have day"):
            score(known)


def test_two_columns_of_one_name_leave_the_inputs_to_the_row() -> None:
    twice = """\
    - drop: [all_km]
    - window:
        all_km: sum(size)
      by: [kind]
models:
"""
    text = DOCUMENT.replace("models:\n", twice).replace("share, size,", "share, all_km, size,")
    found = row_local_of(text, data="x.csv")
    assert (found.steps, found.inputs["share"], found.columns["all_km"]) == ((), "share", "int")
