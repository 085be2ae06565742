"""What a model sees of a customer at night is what training saw of the same customer for the same moment."""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from crossover.document.load import load_document, read_either
from crossover.document.scoring import LoadedScoring
from crossover.engines.base import Engine
from crossover.plan.build import build_plan
from crossover.runs.display import choose_display
from crossover.runs.execute import execute
from crossover.runs.folder import Attempt
from crossover.runs.measure.process_tree import ProcessTree
from crossover.runs.progress import Progress
from crossover.runs.score import scoring_of
from tests.conftest import OpenEngines
from tests.documents import retail_data

ROOT = Path(__file__).parents[2]
DATES = ("2011-06-01", "2011-09-01", "2011-12-01")
"""The first trains, the second tests; what follows the third is not known yet."""
FEATURES = ("recency", "tenure", "orders", "spent", "basket", "refunded", "country")
SETTINGS = {"as_of": ",".join(DATES), "test_from": "2011-09-01"}
Rows = dict[tuple[int, str], dict[str, Any]]


def write_lake(data: Path, lake: Path) -> None:
    """Write the invoice lines that fit as Parquet, a folder for each day, as a company's lake has them."""
    days: dict[str, list[dict[str, str]]] = defaultdict(list)
    for file in sorted(data.glob("*.csv")):
        with file.open() as opened:
            for row in csv.DictReader(opened):
                if row["Quantity"] != "many":
                    days[row["InvoiceDate"][:10]].append(row)
    for day, rows in days.items():
        folder = lake / "lines" / f"day={day}"
        folder.mkdir(parents=True)
        table = pa.table(
            {
                "InvoiceNo": pa.array([row["InvoiceNo"] for row in rows], pa.string()),
                "Quantity": pa.array([int(row["Quantity"]) for row in rows], pa.int32()),
                "InvoiceDate": pa.array([datetime.fromisoformat(row["InvoiceDate"]) for row in rows], pa.timestamp("us")),
                "UnitPrice": pa.array([float(row["UnitPrice"]) for row in rows], pa.float64()),
                "CustomerID": pa.array([float(row["CustomerID"]) if row["CustomerID"] else None for row in rows], pa.float64()),
                "Country": pa.array([row["Country"] for row in rows], pa.string()),
            }
        )
        pq.write_table(table, folder / "part-0.parquet")


@pytest.fixture(scope="module")
def retail(tmp_path_factory: pytest.TempPathFactory, open_engines: OpenEngines) -> Path:
    """A shop's data, its lake, and a model that pandas trained on the three dates."""
    place = tmp_path_factory.mktemp("retail")
    retail_data.write(place / "data", customers=90)
    write_lake(place / "data", place / "lake")
    run(open_engines.get("pandas"), place, place / "trained", store=False)
    nightly = (ROOT / "conf" / "retail_nightly.yaml").read_text(encoding="utf-8")
    nightly = nightly.replace("runs/retail/current/gone", str(place / "trained" / "gone"))
    nightly = nightly.replace("keep: [customer]", f"keep: [{', '.join(FEATURES)}]")
    (place / "nightly.yaml").write_text(nightly, encoding="utf-8")
    return place


def run(engine: Engine[Any], retail: Path, folder: Path, *, store: bool) -> Attempt:
    """Train the models of the retail document; or, with `store`, only compute the table that they learn from."""
    plan = build_plan(load_document(ROOT / "conf" / "retail.yaml", {**SETTINGS, "data": str(retail / "data")}))
    plan = replace(plan, models=(), store=("customers",)) if store else plan
    folder.mkdir(parents=True)
    attempt = Attempt(folder)
    with ProcessTree() as tree, Progress(choose_display(quiet=True), tree, attempt.log) as progress:
        execute(plan, engine, attempt, progress)
    return attempt


def at_night(engine: Engine[Any], retail: Path, date: str, folder: Path) -> Rows:
    """Score the customers of a date from the lake's days before it."""
    loaded = read_either(retail / "nightly.yaml", {"date": date, "lake": str(retail / "lake")})
    assert isinstance(loaded, LoadedScoring)
    folder.mkdir(parents=True)
    attempt = Attempt(folder)
    with ProcessTree() as tree, Progress(choose_display(quiet=True), tree, attempt.log) as progress:
        scoring_of(loaded).execute(engine, attempt, progress)
    return rows_of(attempt.scores("gone"))


def rows_of(place: Path) -> Rows:
    return {(row["customer"], row["as_of"].isoformat()): row for row in pq.read_table(place).to_pylist()}


def equal(night: Mapping[str, Any], training: Mapping[str, Any], feature: str) -> bool:
    left, right = night[feature], training[feature]
    return math.isclose(left, right, rel_tol=1e-12) if isinstance(left, float) and isinstance(right, float) else left == right


@pytest.mark.slow
@pytest.mark.once
def test_a_row_at_night_is_the_row_that_training_saw(retail: Path, engine_name: str, open_engines: OpenEngines, tmp_path: Path) -> None:
    engine = open_engines.get(engine_name)
    training = rows_of(run(engine, retail, tmp_path / "training", store=True).table("customers"))
    trained = rows_of(retail / "trained" / "scores" / "gone")
    for date in DATES:
        night = at_night(engine, retail, date, tmp_path / date)
        asked = {key for key in training if key[1] == date}
        assert night.keys() == asked
        assert len(asked) > 50
        wrong = [(key, feature) for key in asked for feature in FEATURES if not equal(night[key], training[key], feature)]
        assert not wrong, [(key, feature, night[key][feature], training[key][feature]) for key, feature in wrong[:5]]
        scores = [(night[key]["probability"], trained[key]["probability"]) for key in asked]
        assert all(math.isclose(mine, theirs, rel_tol=1e-12) for mine, theirs in scores)
    moved = [key[0] for key in training if key[1] == DATES[0] and not equal(training[key], training[key[0], DATES[1]], "recency")]
    assert len(moved) > 50, "the same customers are others on another date, so the comparison above can fail"
    later = {key for key, row in training.items() if row["later_orders"] is not None}
    assert {date for _, date in later} == set(DATES[:2]), "the last date's outcome is not known, and it was scored"

