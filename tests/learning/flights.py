"""A small table in the manner of the flights document, and the same numbers by NumPy alone."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from crossover.language.types import BOOLEAN, DOUBLE, INT, STRING, Fact, Schema
from crossover.learning.preparation.specification import Input
from crossover.relations.nodes import Scan
from tests.learning.reference import chained_hash
from tests.tables import inline

COLUMNS = "id int, day int, distance double, delay double, carrier string, hour int, route string, late boolean"
SCHEMA: Schema = {
    "id": Fact(INT, False),
    "day": Fact(INT, False),
    "distance": Fact(DOUBLE),
    "delay": Fact(DOUBLE),
    "carrier": Fact(STRING),
    "hour": Fact(INT, False),
    "route": Fact(STRING),
    "late": Fact(BOOLEAN),
}
INPUTS = (
    Input(columns=("distance",), impute="median", scale="standard"),
    Input(columns=("delay",), impute=0.0, flag_missing=True, scale="standard"),
    Input(columns=("carrier", "hour"), encode="one_hot", min_rows=20),
    Input(columns=("route",), encode="label_mean", smooth=5.0),
)
Row = dict[str, Any]


def flights(count: int = 400, seed: int = 3) -> list[Row]:
    """Return rows with nulls in every input, a rare carrier, and a label that depends on the inputs."""
    random = np.random.default_rng(seed)
    rows = []
    for number in range(count):
        delay = None if random.random() < 0.2 else float(np.round(random.normal(10, 20), 3))
        carrier = ["UA", "AA", "é", "B6", None][int(random.choice(5, p=[0.4, 0.3, 0.2, 0.02, 0.08]))]
        route = None if random.random() < 0.05 else f"R{int(random.integers(12))}"
        hour = int(random.integers(6, 10))
        margin = (delay or 0) / 15 + (carrier == "AA") * 0.8 - 0.7 + (hour - 8) * 0.3
        late = None if random.random() < 0.03 else bool(random.random() < 1 / (1 + math.exp(-margin)))
        distance = None if random.random() < 0.1 else float(np.round(random.gamma(2, 400), 2))
        rows.append(
            {
                "id": number, "day": number % 30, "distance": distance, "delay": delay,
                "carrier": carrier, "hour": hour, "route": route, "late": late,
            }
        )  # fmt: skip
    return rows


def relation_of(rows: list[Row]) -> Scan:
    return inline(COLUMNS, [tuple(row.values()) for row in rows])


def share(*values: Any) -> float:
    return (chained_hash(*values) >> 11) * 2.0**-53


def is_test_row(row: Row, test: float = 0.25, by: str = "day") -> bool:
    return share("split", row[by]) < test


def fold(row: Row) -> int:
    return math.floor(5 * share("fold", row["id"]))


def prepared_by_hand(rows: list[Row], training: list[Row], *, out_of_fold: bool) -> list[list[float]]:
    """Return the dense and one-hot columns of INPUTS, written with loops.

    Order: distance, delay, delay is missing, label mean of route, carriers and other, hours and other.
    """
    distances = sorted(row["distance"] for row in training if row["distance"] is not None)
    median = float(np.median(distances))
    filled = np.array([median if row["distance"] is None else row["distance"] for row in training])
    delays = np.array([row["delay"] or 0.0 for row in training])
    carriers = common(training, "carrier", 20)
    hours = common(training, "hour", 20)
    out = []
    for row in rows:
        learnt_from = [each for each in training if not (out_of_fold and row in training and fold(each) == fold(row))]
        prior = sum(each["late"] for each in learnt_from) / len(learnt_from)
        alike = [each["late"] for each in learnt_from if row["route"] is not None and each["route"] == row["route"]]
        mean = (sum(alike) + 5 * prior) / (len(alike) + 5)
        distance = median if row["distance"] is None else row["distance"]
        out.append(
            [
                (distance - filled.mean()) / filled.std(ddof=1),
                ((row["delay"] or 0.0) - delays.mean()) / delays.std(ddof=1),
                float(row["delay"] is None),
                mean,
                *(float(row["carrier"] == value) for value in carriers),
                float(row["carrier"] not in carriers),
                *(float(row["hour"] == value) for value in hours),
                float(row["hour"] not in hours),
            ]
        )
    return out


def common(training: list[Row], column: str, least: int) -> list[Any]:
    values = [row[column] for row in training if row[column] is not None]
    return sorted(value for value in set(values) if values.count(value) >= least)
