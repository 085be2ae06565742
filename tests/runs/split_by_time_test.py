"""A model that is split by time learns from no label that was not known on that day."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest

from crossover.core.errors import ConfigError, DataError
from crossover.document.load import read_text
from crossover.plan.build import build_plan
from tests.conftest import OpenEngines, chosen_engines
from tests.documents.running import certificate, run_document

DOCUMENT = """\
pipeline: churn
parameters:
  data: {type: string, default: data}
  test_from: {type: date, default: "2024-03-01"}
sources:
  orders:
    path: $data/orders.csv
    key: [id]
    columns: {id: int, customer: int, day: date, amount: double}
features:
  orders:
    - look_back: {before: "count(*)"}
      in: orders
      using: [customer]
      at: day
      known_at: day
      within: 30 days
    - look_ahead: {after: "count(*)"}
      in: orders
      using: [customer]
      at: day
      known_at: day
      within: 10 days
    - derive:
        returns: after > 1
models:
  returns:
    from: orders
    label: returns
    split: {time: day, test_from: $test_from}
    inputs:
      - {columns: [before, amount], clip: [0.01, 0.99], log: true, scale: standard}
    train: {kind: logistic_regression, l2: 0.01}
"""
START, TEST_FROM, LAST = date(2024, 1, 1), date(2024, 3, 1), date(2024, 4, 10)


def orders() -> list[tuple[int, int, date, float]]:
    random = Random(8)
    days = (LAST - START).days
    return [(number, random.randrange(60), START + timedelta(days=number % (days + 1)), random.uniform(1, 90)) for number in range(500)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lines = [f"{number},{customer},{day},{amount:.2f}" for number, customer, day, amount in orders()]
    (tmp_path / "orders.csv").write_text("id,customer,day,amount\n" + "\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / "churn.yaml").write_text(DOCUMENT, encoding="utf-8")
    return tmp_path


def test_rows_whose_window_reaches_past_the_day_are_left_out_and_counted(
    folder: Path, open_engines: OpenEngines, request: pytest.FixtureRequest
) -> None:
    ahead = timedelta(days=10)
    days = [day for _, _, day, _ in orders()]
    training = sum(day + ahead <= TEST_FROM for day in days)
    reaching = sum(day < TEST_FROM < day + ahead for day in days)
    unknown = sum(day + ahead > LAST for day in days)
    attempts = []
    for name in chosen_engines(request.config):
        attempt, outcome = run_document(folder / "churn.yaml", open_engines.get(name), folder, folder / name)
        metrics = outcome.models[0].metrics
        assert (metrics["training_rows"], metrics["rows_reaching_past_split"]) == (training, reaching)
        assert (metrics["rows_without_label"], metrics["test_rows"]) == (unknown, len(days) - training - reaching - unknown)
        attempts.append((name, attempt))
    for other in attempts[1:]:
        assert certificate(attempts[0], other).same_answer


def test_a_row_without_a_time_is_refused(folder: Path, open_engines: OpenEngines, request: pytest.FixtureRequest) -> None:
    with (folder / "orders.csv").open("a", encoding="utf-8") as file:
        file.write("900,1,,5\n")
    text = DOCUMENT.replace("returns: after > 1", "returns: coalesce(after, 0) > 1")
    (folder / "churn.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match="`day` is null in 1 rows, and it says which rows are test rows"):
        run_document(folder / "churn.yaml", open_engines.get(chosen_engines(request.config)[0]), folder, folder / "out")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("time: day", "time: customer", "`customer` is int; a split by time needs a date or a timestamp"),
        ("time: day", "time: days", "no column `days`"),
        ("test_from: $test_from}", "test: 0.2}", "a split by time has `time` and `test_from` alone, not `test`"),
        ("time: day, test_from: $test_from", "time: day", "has both `time` (a column) and `test_from` (a date)"),
        (
            "    - derive:\n        returns: after > 1\n",
            "    - derive:\n        returns: after > 1\n        moment: add_days(day, 0)\n    - drop: [day]\n",
            "a split by time needs the moment from which `after` looks ahead",
        ),
    ],
)
def test_mistakes_are_told_before_any_data_is_read(old: str, new: str, message: str) -> None:
    assert old in DOCUMENT
    text = DOCUMENT.replace(old, new)
    if "moment" in new:
        text = text.replace("time: day", "time: moment")
    with pytest.raises(ConfigError) as caught:
        build_plan(read_text(text, "churn.yaml"))
    assert message in str(caught.value)
