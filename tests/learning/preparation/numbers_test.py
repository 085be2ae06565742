"""Clip, impute, log and scale, fitted and applied, against NumPy on the training rows."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from crossover.core.errors import DataError
from crossover.language.tree import literal
from crossover.language.types import BOOLEAN, DOUBLE, INT, Fact
from crossover.learning.models.fitted import FittedModel, LogisticRegression
from crossover.learning.models.scorer import Scorer
from crossover.learning.models.state import Number, Preparation
from crossover.learning.preparation.apply import apply
from crossover.learning.preparation.missing import refuse_unseen
from crossover.learning.preparation.specification import Input
from crossover.relations.graph import topological
from crossover.relations.nodes import Relation, Scan
from crossover.relations.prune import prune
from tests.learning.preparation.counting import fit
from tests.learning.reference import Reference
from tests.tables import inline

TRAINING = literal(True)
N = None
VALUES = [3.0, N, 0.5, 12.25, 0.5, 7.0, N, 1e4, -0.9, 2.0, 7.0, 5.5, 0.0, 9.0, N, 7.0, 4.0]
NEW = [(0, 2.0), (1, N), (2, -0.99), (3, 1e6), (4, 0.125)]
COMBINATIONS = [
    Input(columns=("x",), clip=clip, impute=impute, log=log, scale=scale)
    for clip in (None, (0.1, 0.9))
    for impute in ("median", "mean", "most_common", 1.5)
    for log in (False, True)
    for scale in (None, "standard", "min_max", "robust")
]


def by_hand(settings: Input, values: list[float | None], new: list[float | None]) -> tuple[list[float], float, float]:
    """Return the prepared new values, and the centre and spread of the training values."""
    known = np.array([value for value in values if value is not None])
    bounds = np.quantile(known, settings.clip) if settings.clip else (-np.inf, np.inf)
    clipped = np.clip(known, *bounds)
    distinct, counts = np.unique(clipped, return_counts=True)
    constants = {"median": np.median(clipped), "mean": clipped.mean(), "most_common": distinct[counts.argmax()]}
    constant = constants[settings.impute] if isinstance(settings.impute, str) else settings.impute

    def filled(numbers: list[float | None]) -> Any:
        found = np.array([constant if value is None else np.clip(value, *bounds) for value in numbers])
        return np.log1p(found) if settings.log else found

    training, asked = filled(values), filled(new)
    match settings.scale:
        case "min_max":
            centre, spread = training.min(), np.ptp(training)
        case "robust":
            low, centre, high = np.quantile(training, (0.25, 0.5, 0.75))
            spread = high - low
        case _:
            centre, spread = training.mean(), training.std(ddof=1)
    return ((asked - centre) / spread if settings.scale else asked).tolist(), float(centre), float(spread)


def wide(values: list[float | None]) -> tuple[Relation, dict[str, Fact], tuple[Input, ...]]:
    """One column for each combination, all with the same values."""
    names = [f"x{place}" for place in range(len(COMBINATIONS))]
    table = inline(", ".join(f"{name} double" for name in names), [(value,) * len(names) for value in values])
    inputs = tuple(each.model_copy(update={"columns": (name,)}) for name, each in zip(names, COMBINATIONS, strict=True))
    return table, dict.fromkeys(names, Fact(DOUBLE)), inputs


def test_every_combination_is_what_numpy_says_and_all_scorers_agree(learner: Any) -> None:
    table, schema, inputs = wide(VALUES)
    preparation = fit(learner, table, schema, inputs, None, (), TRAINING)
    names = list(schema)
    new = inline("id int, " + ", ".join(f"{name} double" for name in names), [(row, *(value,) * len(names)) for row, value in NEW])
    matrix = apply(preparation, new, ("id",))
    rows = sorted(learner.collect(matrix.relation).to_pylist(), key=lambda row: row["id"])
    raw = {name: [value for _, value in NEW] for name in names}
    for place, (name, settings) in enumerate(zip(names, COMBINATIONS, strict=True)):
        expected, centre, spread = by_hand(settings, VALUES, [value for _, value in NEW])
        fitted = preparation.fitted[place]
        assert isinstance(fitted, Number)
        assert (fitted.centre, fitted.spread) == (pytest.approx(centre, rel=1e-12), pytest.approx(spread, rel=1e-12)), settings
        assert [row[f"__value_{name}"] for row in rows] == pytest.approx(expected, rel=1e-11, abs=1e-11), settings
    model = FittedModel("m", LogisticRegression(0.0, np.ones(len(names))), preparation, "y", "boolean")
    dense, _ = Scorer(model)._prepare(raw)
    assert np.allclose(dense, [[row[column] for column in matrix.dense] for row in rows], rtol=1e-12, atol=1e-12)
    one, _ = Scorer(model)._prepare_one({name: values[0] for name, values in raw.items()})
    assert np.allclose(one, dense[0], rtol=1e-13, atol=0)


def test_no_column_is_in_more_than_three_queries_and_no_query_has_more_than_30() -> None:
    table, schema, inputs = wide(VALUES)
    watched = Watched()
    fit(watched, table, schema, inputs, None, (), TRAINING)
    reads = [columns for columns in watched.reads if columns]
    assert max(len(columns) for columns in reads) <= 30
    for name in schema:
        assert 1 <= sum(name in columns for columns in reads) <= 3, name


class Watched(Reference):
    """Notes the columns that each query reads."""

    def __init__(self) -> None:
        super().__init__()
        self.reads: list[set[str]] = []

    def collect(self, relation: Relation) -> Any:
        self.reads.append(columns_read(relation))
        return super().collect(relation)

    def neighbours(self, relation: Relation, wanted: Any) -> Any:
        self.reads.append(columns_read(relation))
        return super().neighbours(relation, wanted)


def columns_read(relation: Relation) -> set[str]:
    """Columns of the scanned tables that a relation cannot do without."""
    scans = [each for each in topological(prune([relation]).values()) if isinstance(each, Scan)]
    return {name for scan in scans for name in scan.columns}


# what stands in for null


def test_of_equally_common_values_the_smallest_stands_in(learner: Any) -> None:
    table = inline("x double, n int, b boolean", [(2.0, 9, True), (1.0, 7, False), (2.0, 7, N), (1.0, 9, N), (N, N, N), (5.0, -1, N)])
    schema = {"x": Fact(DOUBLE), "n": Fact(INT), "b": Fact(BOOLEAN)}
    fitted = fit(learner, table, schema, (Input(columns=("x", "n", "b"), impute="most_common"),), None, (), TRAINING).fitted
    assert [each.impute for each in fitted if isinstance(each, Number)] == [1.0, 7.0, 0.0]


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ({"impute": "median"}, "median"),
        ({"impute": "mean"}, "mean"),
        ({"impute": "most_common"}, "most common value"),
        ({"impute": 0.0, "clip": (0.1, 0.9)}, "quantiles to clip at"),
    ],
)
def test_a_column_without_a_value_is_refused(reference: Reference, settings: dict[str, Any], what: str) -> None:
    inputs = (Input(columns=("x",), **settings),)
    with pytest.raises(DataError, match=f"`x` has no value in the training rows, so it has no {what}"):
        fit(reference, inline("x double", [(N,), (N,)]), {"x": Fact(DOUBLE)}, inputs, None, (), TRAINING)


def test_a_column_without_a_value_is_its_constant(reference: Reference) -> None:
    inputs = (Input(columns=("x",), impute=2.0, scale="robust"),)
    preparation = fit(reference, inline("x double", [(N,), (N,), (N,)]), {"x": Fact(DOUBLE)}, inputs, None, (), TRAINING)
    (fitted,) = preparation.fitted
    assert isinstance(fitted, Number)
    assert (fitted.centre, fitted.spread) == (2.0, 0.0)
    assert "the middle half" in preparation.warnings[0]


@pytest.mark.parametrize("seed", range(40))
def test_quartiles_with_any_number_of_nulls_are_those_of_the_filled_column(reference: Reference, seed: int) -> None:
    random = np.random.default_rng(seed)
    rows = int(random.integers(1, 12))
    values = [None if random.random() < 0.4 else float(random.integers(0, 6)) for _ in range(rows)]
    constant = float(random.integers(-1, 7))
    inputs = (Input(columns=("x",), impute=constant, scale="robust"),)
    (fitted,) = fit(reference, inline("x double", [(value,) for value in values]), {"x": Fact(DOUBLE)}, inputs, None, (), TRAINING).fitted
    filled = [constant if value is None else value for value in values]
    low, middle, high = np.quantile(filled, (0.25, 0.5, 0.75))
    assert isinstance(fitted, Number)
    assert (fitted.centre, fitted.spread) == (pytest.approx(middle, abs=1e-12), pytest.approx(high - low, abs=1e-12))


# logarithms


def test_a_number_that_has_no_logarithm_is_refused_and_clip_is_named(learner: Any) -> None:
    table = inline("x double, n int", [(1.0, 1), (-1.0, 2), (-7.0, 3)])
    schema = {"x": Fact(DOUBLE, False), "n": Fact(INT, False)}
    with pytest.raises(DataError, match="input `x` is -1 or less in 2 of 3 rows") as caught:
        refuse_unseen(learner, table, schema, (Input(columns=("n", "x"), log=True),))
    assert "clip" in str(caught.value)
    refuse_unseen(learner, table, schema, (Input(columns=("n", "x"), log=True, clip=(0.1, 0.9)),))


def test_clip_bounds_without_a_logarithm_are_refused(reference: Reference) -> None:
    table = inline("x double", [(-5.0,), (1.0,), (2.0,)])
    inputs = (Input(columns=("x",), log=True, clip=(0.0, 1.0)),)
    with pytest.raises(DataError, match="its lower clip bound is -5"):
        fit(reference, table, {"x": Fact(DOUBLE, False)}, inputs, None, (), TRAINING)


def test_the_scorer_refuses_what_has_no_logarithm() -> None:
    preparation = Preparation((Number("x", "double", 0.0, False, None, 0.0, 1.0, None, True),), 5, 2)
    scorer = Scorer(FittedModel("m", LogisticRegression(0.0, np.ones(1)), preparation, "y", "boolean"))
    assert scorer.score_one({"x": math.e - 1})["probability"] == pytest.approx(1 / (1 + math.exp(-1)), rel=1e-15)
    for score in (lambda: scorer.score_one({"x": -1.0}), lambda: scorer.score({"x": [1.0, -2.0]})):
        with pytest.raises(DataError, match="trained without clip"):
            score()


# settings


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"clip": (0.9, 0.1)}, "the lower first"),
        ({"clip": (-0.1, 0.9)}, "two shares"),
        ({"log": True, "impute": -1}, "`log` takes numbers above -1"),
        ({"encode": "ordinal", "log": True}, "`encode: ordinal` stands without clip, impute, flag_missing and log"),
        ({"encode": "one_hot", "scale": "robust"}, "`encode: one_hot` stands without clip, impute, flag_missing, log and scale"),
        ({"encode": "frequency", "impute": 0}, "`encode: frequency` stands without"),
    ],
)
def test_settings_that_do_not_fit_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Input(columns=("x",), **settings)
