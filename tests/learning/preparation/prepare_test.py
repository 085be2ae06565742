"""Fitting and applying a preparation, against loops over the rows."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from crossover.core.errors import ConfigError, DataError
from crossover.language.tree import Column, Expression, call, literal
from crossover.language.types import BOOLEAN, DATE, DOUBLE, INT, STRING, Fact
from crossover.learning.models.state import EVERY_FOLD, LabelMean, Number, OneHot, Preparation
from crossover.learning.preparation.apply import apply
from crossover.learning.preparation.missing import refuse_unseen
from crossover.learning.preparation.specification import Input
from crossover.relations.nodes import Project, Relation
from tests.learning.flights import INPUTS, SCHEMA, Row, flights, fold, is_test_row, prepared_by_hand, relation_of
from tests.learning.preparation.counting import fit
from tests.learning.reference import Reference
from tests.tables import collected, inline

TRAINING = literal(True)


def with_flags(rows: list[Row]) -> Relation:
    """The rows that learn, with `test` and the label as int."""
    test = call("less", call("hash_share", literal("split"), Column("day")), literal(0.25))
    columns: dict[str, Expression] = {name: Column(name) for name in SCHEMA}
    made = columns | {"test": test, "__label": call("boolean_to_int", Column("late"))}
    return Project(relation_of(rows), tuple(made.items()))


def fit_flights(learner: Any, rows: list[Row]) -> Preparation:
    return fit(learner, with_flags(rows), SCHEMA, INPUTS, "__label", ("id",), call("not", Column("test")))


def matrix_rows(learner: Any, preparation: Preparation, relation: Relation, *, training: bool) -> dict[int, list[float]]:
    """Return the prepared rows by id, codes written out as zeros and ones."""
    matrix = apply(preparation, relation, ("id",), call("not", Column("test")) if training else None)
    found = {}
    for row in learner.collect(matrix.relation).to_pylist():
        ones = [float(row[block.column] == place) for block in matrix.codes for place in range(block.width)]
        found[row["id"]] = [*(row[name] for name in matrix.dense), *ones]
    return found


@pytest.fixture
def rows() -> list[Row]:
    return [row for row in flights() if row["late"] is not None]


def test_prepared_columns_are_those_of_a_loop_over_the_rows(learner: Any, rows: list[Row]) -> None:
    preparation = fit_flights(learner, rows)
    training = [row for row in rows if not is_test_row(row)]
    for out_of_fold in (True, False):
        found = matrix_rows(learner, preparation, with_flags(rows), training=out_of_fold)
        expected = prepared_by_hand(rows, training, out_of_fold=out_of_fold)
        assert np.allclose([found[row["id"]] for row in rows], expected, rtol=1e-12, atol=1e-12)


def test_test_rows_change_nothing_that_is_fitted(learner: Any, rows: list[Row]) -> None:
    training = [row for row in rows if not is_test_row(row)]
    assert fit_flights(learner, rows).fitted[2:] == fit_flights(learner, training).fitted[2:]
    whole, part = (fit_flights(learner, some) for some in (rows, training))
    assert (whole.rows, whole.positives) == (part.rows, part.positives) == (len(training), sum(row["late"] for row in training))


def test_a_training_row_never_sees_its_own_label(reference: Reference, rows: list[Row]) -> None:
    """A label is turned: the row's own encoding stays, to the last bit, and others change."""
    training = [row for row in rows if not is_test_row(row)][:40]
    before = matrix_rows(reference, fit_flights(reference, training), with_flags(training), training=True)
    for turned in training:
        changed = [{**row, "late": not row["late"]} if row is turned else row for row in training]
        after = matrix_rows(reference, fit_flights(reference, changed), with_flags(changed), training=True)
        assert after[turned["id"]][3] == before[turned["id"]][3]
        assert any(after[row["id"]][3] != before[row["id"]][3] for row in training if fold(row) != fold(turned))


def test_names_of_prepared_columns_are_readable(reference: Reference, rows: list[Row]) -> None:
    names = fit_flights(reference, rows).names
    assert names == (
        "distance", "delay", "delay is missing", "label mean of route",
        "carrier=AA", "carrier=UA", "carrier=é", "carrier=other",
        "hour=6", "hour=7", "hour=8", "hour=9", "hour=other",
    )  # fmt: skip


def test_the_state_comes_back_from_json_to_the_last_bit(rows: list[Row]) -> None:
    preparation = fit_flights(Reference(), rows)
    assert Preparation.from_json(json.loads(json.dumps(preparation.to_json()))) == preparation


def test_a_state_of_another_semantics_is_refused() -> None:
    values = {**Preparation((), 1, None).to_json(), "semantics": 999}
    with pytest.raises(DataError, match="semantics 999"):
        Preparation.from_json(values)


# numbers


def test_an_exact_median_between_two_values_stands_in_for_null(learner: Any) -> None:
    table = inline("x double", [(1.0,), (2.0,), (4.0,), (100.0,), (None,)])
    (fitted,) = fit(learner, table, {"x": Fact(DOUBLE)}, (Input(columns=("x",), impute="median"),), None, (), TRAINING).fitted
    assert isinstance(fitted, Number)
    assert fitted.impute == 3.0
    assert fitted.centre == pytest.approx(22.0, rel=1e-15)
    assert fitted.spread == pytest.approx(float(np.std([1, 2, 4, 100, 3], ddof=1)), rel=1e-14)


def test_a_column_without_spread_becomes_0_with_a_warning(learner: Any) -> None:
    table = inline("x double, y double", [(0.1, float(place)) for place in range(7)])
    inputs = (Input(columns=("x", "y"), scale="standard"),)
    schema = {"x": Fact(DOUBLE, False), "y": Fact(DOUBLE, False)}
    preparation = fit(learner, table, schema, inputs, None, (), TRAINING)
    (warning,) = preparation.warnings
    assert "`x` has the same value" in warning
    found = collected(learner, apply(preparation, table).relation)
    assert [x for x, _ in found] == [0.0] * 7
    assert [y for _, y in found] == pytest.approx([(place - 3) / np.std(range(7), ddof=1) for place in range(7)])


def test_one_training_row_has_no_spread(learner: Any) -> None:
    table = inline("x double", [(5.0,)])
    inputs = (Input(columns=("x",), scale="standard"),)
    preparation = fit(learner, table, {"x": Fact(DOUBLE, False)}, inputs, None, (), TRAINING)
    assert collected(learner, apply(preparation, table).relation) == [(0.0,)]


def test_booleans_and_ints_are_doubles(learner: Any) -> None:
    table = inline("b boolean, n int", [(True, 7), (False, -2), (None, 3)])
    schema = {"b": Fact(BOOLEAN), "n": Fact(INT, False)}
    preparation = fit(learner, table, schema, (Input(columns=("b",), impute=0.5), Input(columns=("n",))), None, (), TRAINING)
    assert collected(learner, apply(preparation, table).relation) == [(0.0, -2.0), (0.5, 3.0), (1.0, 7.0)]


def test_a_column_without_a_value_has_no_median(learner: Any) -> None:
    table = inline("x double", [(None,), (None,)])
    with pytest.raises(DataError, match="`x` has no value in the training rows"):
        fit(learner, table, {"x": Fact(DOUBLE)}, (Input(columns=("x",), impute="median"),), None, (), TRAINING)


def test_a_null_that_nothing_replaces_is_refused_with_its_count(learner: Any) -> None:
    table = inline("x double, y int", [(1.0, None), (None, None), (3.0, 1)])
    schema = {"x": Fact(DOUBLE), "y": Fact(INT)}
    with pytest.raises(DataError, match="input `x` is null in 1 of 3 rows") as caught:
        refuse_unseen(learner, table, schema, (Input(columns=("x", "y")),))
    assert "impute" in str(caught.value)
    assert "`y`: 2 rows" in str(caught.value)
    refuse_unseen(learner, table, schema, (Input(columns=("x", "y"), impute=0.0), Input(columns=("y",), encode="one_hot")))


def test_no_training_row_is_refused(reference: Reference) -> None:
    table = inline("x double", [(1.0,)])
    with pytest.raises(DataError, match="no row is left to learn from"):
        fit(reference, table, {"x": Fact(DOUBLE, False)}, (Input(columns=("x",)),), None, (), literal(False))


# categories


def one_hot_of(learner: Any, kind: str, values: list[Any], min_rows: int) -> OneHot:
    table = inline(f"x {kind}", [(value,) for value in values])
    type_ = {"string": STRING, "int": INT, "boolean": BOOLEAN}[kind]
    inputs = (Input(columns=("x",), encode="one_hot", min_rows=min_rows),)
    (fitted,) = fit(learner, table, {"x": Fact(type_)}, inputs, None, (), TRAINING).fitted
    assert isinstance(fitted, OneHot)
    return fitted


def test_rare_values_and_null_have_no_column_of_their_own(learner: Any) -> None:
    fitted = one_hot_of(learner, "string", ["b", "b", "a", "a", "a", "Z", None, None, None], 2)
    assert fitted.values == ("a", "b")
    assert fitted.names == ("x=a", "x=b", "x=other")


def test_values_are_in_the_order_of_code_points_and_numbers(learner: Any) -> None:
    texts = ["é", "z", "Z", "", "10", "9", "\U0001f600", "\uffff"]
    assert one_hot_of(learner, "string", texts, 1).values == ("", "10", "9", "Z", "z", "é", "\uffff", "\U0001f600")
    assert one_hot_of(learner, "int", [10, 9, -3, None], 1).values == (-3, 9, 10)


def test_a_boolean_category_has_three_columns(learner: Any) -> None:
    fitted = one_hot_of(learner, "boolean", [True, None, False], 1)
    assert fitted.names == ("x=false", "x=true", "x=other")
    table = inline("x boolean", [(True,), (None,), (False,)])
    assert collected(learner, apply(Preparation((fitted,), 3, None), table).relation) == [(0,), (1,), (2,)]


def test_unseen_rare_and_null_are_other(learner: Any) -> None:
    fitted = one_hot_of(learner, "string", ["b", "b", "a", "a", "rare"], 2)
    table = inline("id int, x string", [(1, "a"), (2, "b"), (3, "rare"), (4, "unseen"), (5, None), (6, "A")])
    found = collected(learner, apply(Preparation((fitted,), 5, None), table, ("id",)).relation)
    assert found == [(1, 0), (2, 1), (3, 2), (4, 2), (5, 2), (6, 2)]


def test_a_vocabulary_of_rare_values_alone_is_other_for_all(learner: Any) -> None:
    fitted = one_hot_of(learner, "string", ["a", "b", None], 2)
    assert fitted.names == ("x=other",)
    table = inline("x string", [("a",), (None,)])
    assert collected(learner, apply(Preparation((fitted,), 3, None), table).relation) == [(0,), (0,)]


def test_label_mean_is_smoothed_towards_the_prior(learner: Any) -> None:
    rows = [(1, "a", 1), (2, "a", 1), (3, "a", 0), (4, "b", 1), (5, None, 0), (6, None, 0)]
    table = inline("id int, x string, y int", rows)
    schema = {"id": Fact(INT, False), "x": Fact(STRING), "y": Fact(INT, False)}
    inputs = (Input(columns=("x",), encode="label_mean", smooth=2.0),)
    preparation = fit(learner, table, schema, inputs, "y", ("id",), TRAINING)
    new = inline("id int, x string", [(1, "a"), (2, "b"), (3, "c"), (4, None)])
    found = collected(learner, apply(preparation, new, ("id",)).relation)
    # prior 3/6; a: (2 + 2 * 0.5) / (3 + 2); b: (1 + 2 * 0.5) / (1 + 2)
    assert [mean for _, mean in found] == pytest.approx([0.6, 2 / 3, 0.5, 0.5], rel=1e-15)


def test_label_mean_without_smoothing_falls_back_to_the_prior() -> None:
    fitted = LabelMean("x", "string", 0.0, ("id",), ("a",), ((2, 0, 0, 0, 0),), ((1, 0, 0, 0, 0),), (2, 3, 0, 0, 0), (1, 3, 0, 0, 0))
    assert fitted.mean(0, EVERY_FOLD) == 0.5
    assert fitted.mean(0, 1) == 0.5
    assert fitted.mean(0, 0) == 1.0, "in its own fold nothing is left but the prior of the others"


@pytest.mark.parametrize(("key", "label"), [((), "y"), (("id",), None)])
def test_label_mean_needs_a_key_and_a_label(key: tuple[str, ...], label: str | None) -> None:
    table = inline("id int, x string, y int", [(1, "a", 1)])
    schema = {"id": Fact(INT), "x": Fact(STRING), "y": Fact(INT)}
    with pytest.raises(ConfigError, match="label_mean of `x` needs"):
        fit(Reference(), table, schema, (Input(columns=("x",), encode="label_mean"),), label, key, TRAINING)


@pytest.mark.parametrize(("type_", "encode"), [(STRING, None), (DOUBLE, "one_hot"), (DATE, "one_hot")])
def test_a_type_that_cannot_be_prepared_so_is_refused(type_: Any, encode: Any) -> None:
    table = inline("x string", [("a",)])
    with pytest.raises(ConfigError, match="input `x` is a"):
        fit(Reference(), table, {"x": Fact(type_)}, (Input(columns=("x",), encode=encode),), None, (), TRAINING)


def test_seventy_columns_take_a_fixed_number_of_queries() -> None:
    """Counts; then medians, moments and vocabularies in batches of 30."""
    names = [f"x{place}" for place in range(70)]
    table = inline(", ".join(f"{name} double" for name in names), [tuple(float(place) for place in range(70))] * 2)
    learner = Reference()
    inputs = (Input(columns=tuple(names), impute="median", scale="standard"),)
    fit(learner, table, {name: Fact(DOUBLE) for name in names}, inputs, None, (), TRAINING)
    assert learner.queries == 1 + 3 + 3


# ordinal and frequency


def numbered(learner: Any, kind: str, values: list[Any], asked: list[Any], **settings: Any) -> tuple[Any, list[float]]:
    """Return the state of a category as numbers, and the numbers of the values asked for."""
    inputs = (Input(columns=("x",), **settings),)
    type_ = {"string": STRING, "int": INT, "boolean": BOOLEAN}[kind]
    preparation = fit(learner, inline(f"x {kind}", [(value,) for value in values]), {"x": Fact(type_)}, inputs, None, (), TRAINING)
    new = inline(f"id int, x {kind}", list(enumerate(asked)))
    return preparation.fitted[0], [row[1] for row in collected(learner, apply(preparation, new, ("id",)).relation)]


def test_ordinal_is_the_place_among_the_values(learner: Any) -> None:
    _, found = numbered(learner, "string", ["b", "Z", "b", None, "é"], ["Z", "b", "é", "new", None], encode="ordinal")
    assert found == [0.0, 1.0, 2.0, -1.0, -1.0]
    _, found = numbered(learner, "int", [10, 9, -3, 9], [-3, 9, 10, 11, None], encode="ordinal")
    assert found == [0.0, 1.0, 2.0, -1.0, -1.0]


def test_frequency_is_the_share_of_all_training_rows(learner: Any) -> None:
    _, found = numbered(learner, "boolean", [True, True, False, None], [True, False, None], encode="frequency")
    assert found == [0.5, 0.25, 0.0]
    _, found = numbered(learner, "string", ["a", "a", "b", None], ["a", "b", "c", None], encode="frequency")
    assert found == [0.5, 0.25, 0.0, 0.0]


@pytest.mark.parametrize("scale", ["standard", "min_max", "robust"])
@pytest.mark.parametrize("encode", ["ordinal", "frequency"])
def test_numbers_of_categories_are_scaled_over_the_training_rows(reference: Reference, encode: str, scale: str) -> None:
    values = ["a", "b", "b", None, "c", "b", "c", None, "d"]
    numbers = {"ordinal": {"a": 0, "b": 1, "c": 2, "d": 3, None: -1}, "frequency": {"a": 1 / 9, "b": 3 / 9, "c": 2 / 9, "d": 1 / 9, None: 0}}
    rows = np.array([numbers[encode][value] for value in values], dtype=float)
    low, middle, high = np.quantile(rows, (0.25, 0.5, 0.75))
    centre, spread = {
        "standard": (rows.mean(), rows.std(ddof=1)), "min_max": (rows.min(), np.ptp(rows)), "robust": (middle, high - low),
    }[scale]  # fmt: skip
    fitted, found = numbered(reference, "string", values, values, encode=encode, scale=scale)
    assert found == pytest.approx((rows - centre) / spread, rel=1e-13, abs=1e-15)
    assert [fitted.original(value) for value in found] == pytest.approx(rows, rel=1e-12, abs=1e-15)


def test_a_column_may_be_encoded_in_each_way_at_once(learner: Any) -> None:
    rows = [(number, number % 3, int(number % 5 < 2)) for number in range(30)]
    schema = {"id": Fact(INT, False), "x": Fact(INT, False), "y": Fact(INT, False)}
    encodings: tuple[Any, ...] = ("one_hot", "ordinal", "frequency", "label_mean")
    inputs = (Input(columns=("x",), scale="standard"), *(Input(columns=("x",), encode=each) for each in encodings))
    preparation = fit(learner, inline("id int, x int, y int", rows), schema, inputs, "y", ("id",), TRAINING)
    assert Preparation.from_json(json.loads(json.dumps(preparation.to_json()))) == preparation
    assert preparation.names == ("x", "ordinal of x", "frequency of x", "label mean of x", "x=0", "x=1", "x=2", "x=other")
    matrix = apply(preparation, inline("id int, x int", [(0, 0), (1, 2), (2, 7)]), ("id",))
    found = sorted(learner.collect(matrix.relation).to_pylist(), key=lambda row: row["id"])
    spread = float(np.std([0, 1, 2] * 10, ddof=1))
    means = [sum(y for _, x, y in rows if x == value) for value in (0, 2)]
    prior = 12 / 30
    expected = [[-1 / spread, 0.0, 1 / 3, (means[0] + 10 * prior) / 20], [1 / spread, 2.0, 1 / 3, (means[1] + 10 * prior) / 20], [6 / spread, -1.0, 0.0, prior]]
    assert np.allclose([[row[name] for name in matrix.dense] for row in found], expected, rtol=1e-13, atol=1e-15)
    assert [row[matrix.codes[0].column] for row in found] == [0, 2, 3]
    with pytest.raises(ConfigError, match="`x` is there twice as ordinal"):
        fit(learner, inline("x int", [(1,)]), schema, (Input(columns=("x", "x"), encode="ordinal"),), None, (), TRAINING)
