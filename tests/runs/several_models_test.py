"""Several models in one document, from one table and from another, and tables that are stored beside them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

import pyarrow.parquet as pq
import pytest

from crossover.core.errors import ConfigError
from crossover.document.load import load_document, read_text
from crossover.engines.capabilities import Capabilities
from crossover.plan.build import build_plan
from crossover.plan.liveness import ModelTable, execution_steps
from crossover.plan.materialise import place
from crossover.plan.plan import ModelPlan
from crossover.relations.graph import topological
from crossover.relations.nodes import Materialise
from crossover.runs.folder import Attempt
from crossover.runs.record import Outcome
from tests.conftest import OpenEngines
from tests.documents.running import certificate, run_document

DOCUMENT = """\
pipeline: shops
parameters:
  data: {type: string, default: data}
sources:
  visits:
    path: $data/visits.csv
    key: [id]
    columns: {id: int, shop: string, minutes: double, items: int, paid: double}
    outcomes: [paid]
features:
  visits:
    - derive:
        buys: paid > 20
        pace: items / minutes
  shops:
    - from: visits
    - aggregate:
        visits: count(*)
        items: avg(items)
      by: [shop]
  long_visits:
    - from: visits
    - filter: minutes > 30
    - derive:
        hours: minutes / 60
models:
  kinds:
    from: visits
    inputs: [{columns: [minutes, items], scale: standard}]
    train: {kind: k_means, k: 2, starts: 2}
  buys:
    from: visits
    label: buys
    split: {test: 0.3}
    inputs: [{columns: [minutes, pace], impute: median, scale: standard}]
    train: {kind: logistic_regression, l2: 0.01}
  alike:
    from: shops
    inputs: [{columns: [visits, items], scale: standard}]
    train: {kind: k_means, k: 2, starts: 2}
store: [shops, long_visits]
"""
ONE_MACHINE = Capabilities(distributed=False, lazy=False, needs_java=False, training_library="")
CLUSTER = Capabilities(distributed=True, lazy=True, needs_java=False, training_library="")
Answer = tuple[Attempt, Outcome]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("shops")
    random = Random(5)
    lines = ["id,shop,minutes,items,paid"]
    for number in range(240):
        minutes = random.choice((10, 50)) + random.uniform(0, 9)
        lines.append(f"{number},{random.choice('abcdef')},{minutes:.3f},{random.randint(1, 9)},{random.gauss(minutes, 15):.2f}")
    (place / "visits.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (place / "shops.yaml").write_text(DOCUMENT, encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def answer(folder: Path, open_engines: OpenEngines) -> Callable[[str], Answer]:
    known: dict[str, Answer] = {}

    def run(name: str) -> Answer:
        if name not in known:
            known[name] = run_document(folder / "shops.yaml", open_engines.get(name), folder, folder / "runs" / name)
        return known[name]

    return run


@pytest.mark.parametrize("capabilities", [ONE_MACHINE, CLUSTER])
def test_a_table_of_two_models_is_kept_once_and_released_after_the_last(capabilities: Capabilities) -> None:
    placed = place(build_plan(read_text(DOCUMENT, "shops.yaml")), capabilities)
    kinds, buys, alike = placed.models
    assert isinstance(kinds.relation, Materialise)
    assert kinds.relation is buys.relation is not alike.relation
    steps = execution_steps(placed)
    computed = [[model.name for model in step.what.models] for step in steps if isinstance(step.what, ModelTable)]
    assert computed == [["kinds", "buys"], ["alike"]]
    (released,) = [step.what for step in steps if kinds.relation in step.releases]
    assert isinstance(released, ModelPlan)
    assert released.name == "buys"
    kept = {each for step in steps for each in topological(step.reads) if isinstance(each, Materialise)}
    assert kept == {each for step in steps for each in step.releases}, "what is kept and never given back"


def test_every_model_has_its_folder_its_scores_and_its_place_in_the_record(answer: Callable[[str], Answer]) -> None:
    attempt, outcome = answer("pandas")
    assert [(model.name, model.kind) for model in outcome.models] == [
        ("kinds", "k_means"), ("buys", "logistic_regression"), ("alike", "k_means"),
    ]  # fmt: skip
    for model, rows in (("kinds", 240), ("buys", 240), ("alike", 6)):
        assert (attempt.model(model) / "model.json").is_file()
        assert pq.read_table(attempt.scores(model)).num_rows == rows
    assert list(attempt.read_json("metrics.json")) == ["kinds", "buys", "alike"]


def test_stored_tables_are_written_whole_with_their_key_and_rows(folder: Path, answer: Callable[[str], Answer]) -> None:
    attempt, outcome = answer("pandas")
    rows = [line.split(",") for line in (folder / "visits.csv").read_text().splitlines()[1:]]
    long = [row for row in rows if float(row[2]) > 30]
    assert {name: outcome.tables[name] for name in ("shops", "long_visits")} == {"shops": 6, "long_visits": len(long)}
    assert outcome.keys == {"shops": ("shop",), "long_visits": ("id",)}
    table = pq.read_table(attempt.table("long_visits"))
    assert table.column_names == ["id", "shop", "minutes", "items", "paid", "buys", "pace", "hours"]
    assert sorted(table["id"].to_pylist()) == sorted(int(row[0]) for row in long)
    counted = dict(zip(*(pq.read_table(attempt.table("shops"))[name].to_pylist() for name in ("shop", "visits")), strict=True))
    assert counted == {shop: sum(row[1] == shop for row in rows) for shop in "abcdef"}


def test_every_engine_gives_one_answer(engine_name: str, answer: Callable[[str], Answer]) -> None:
    found = certificate(("pandas", answer("pandas")[0]), (engine_name, answer(engine_name)[0]))
    assert found.same_answer, found.first_difference
    assert {"table shops", "table long_visits", "table visits-for-kinds-and-buys", "scores alike", "model buys"} <= {
        part.name for part in found.parts
    }


def test_a_stored_table_that_does_not_exist_is_refused_at_its_name() -> None:
    text = DOCUMENT.replace("store: [shops, long_visits]", "store: [shops, long_visit]")
    with pytest.raises(ConfigError) as caught:
        build_plan(read_text(text, "shops.yaml"))
    assert str(caught.value) == (
        f"{'shops.yaml:41:16: no table `long_visit`; did you mean `long_visits`?':<124}[unknown-table]\n     41 | store: [shops, long_visit]"
    )


def test_a_document_without_a_model_stores_its_tables(folder: Path, open_engines: OpenEngines, tmp_path: Path) -> None:
    document = tmp_path / "stored.yaml"
    document.write_text(DOCUMENT[: DOCUMENT.index("models:")] + "store: [shops]\n", encoding="utf-8")
    assert build_plan(load_document(document)).models == ()
    attempt, outcome = run_document(document, open_engines.get("pandas"), folder, tmp_path / "run")
    assert (dict(outcome.tables), outcome.models) == ({"shops": 6}, ())
    assert pq.read_table(attempt.table("shops")).num_rows == 6
