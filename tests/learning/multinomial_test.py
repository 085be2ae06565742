"""Learning a label of several classes, from the table to its scores, against scikit-learn and NumPy on columns made by hand."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn import metrics as oracle

from crossover.core.errors import DataError
from crossover.language.parse import parse
from crossover.language.tree import Column, call, literal
from crossover.language.types import BOOLEAN, DOUBLE, INT, STRING, Fact, Type
from crossover.learning.evaluation.specification import Evaluate
from crossover.learning.models.fitted import FittedModel, MultinomialRegression
from crossover.learning.models.scorer import Scorer
from crossover.learning.models.specification import TrainLogisticRegression
from crossover.learning.preparation.specification import Input, Split
from crossover.plan.plan import ModelPlan
from crossover.relations.nodes import Relation
from crossover.runs.learn import Learned, judge, learn, train_alone
from tests.learning.conformance.optimum import LONG, Problem, optimum, probabilities
from tests.learning.learn_test import Clocks
from tests.learning.reference import Reference, chained_hash
from tests.tables import inline

Row = dict[str, Any]
NAMES = ("Ζ", "a", "b")
"""In the order of code points a b Ζ, which is that of no alphabet."""
INPUTS = (Input(columns=("x", "z"), scale="standard"), Input(columns=("group",), encode="one_hot"))


def table(count: int = 240, seed: int = 5) -> list[Row]:
    """Return rows whose label is missing now and then."""
    random = np.random.default_rng(seed)
    rows = []
    for number in range(count):
        x, z, group = float(random.normal(3, 2)), float(random.normal()), int(random.integers(3))
        scores = np.array([0.4 * x - z, z * (group == 1), -0.3 * x + 0.5 * group]) + random.gumbel(size=3)
        label = None if random.random() < 0.05 else NAMES[int(scores.argmax())]
        rows.append({"id": number, "x": x, "z": z, "group": group, "w": float(random.integers(0, 4)), "label": label})
    return rows


ROWS = table()
CLASSES = ("a", "b", "Ζ")


def relation_of(rows: list[Row], label: str = "string") -> Relation:
    return inline(f"id int, x double, z double, group int, w double, label {label}", [tuple(row.values()) for row in rows])


def plan_of(relation: Relation, label: Type = STRING, train: dict[str, Any] | None = None, **changes: Any) -> ModelPlan:
    schema = {
        "id": Fact(INT, False), "x": Fact(DOUBLE, False), "z": Fact(DOUBLE, False), "group": Fact(INT, False),
        "w": Fact(DOUBLE, False), "label": Fact(label),
    }  # fmt: skip
    settings = {"kind": "logistic_regression", "multinomial": True, "l2": 0.01, **(train or {})}
    plan: dict[str, Any] = {
        "name": "kind", "table": "rows", "relation": relation, "schema": schema, "key": ("id",), "label": "label", "rows": None,
        "split": Split(by=("id",), test=0.3), "inputs": INPUTS, "train": TrainLogisticRegression(**settings), "evaluate": Evaluate(),
        "gates": (), "score_rows": "all", "keep": ("id",),
    }  # fmt: skip
    return ModelPlan(**{**plan, **changes})


def is_test_row(row: Row) -> bool:
    return (chained_hash("split", row["id"]) >> 11) * 2.0**-53 < 0.3


def sides(rows: list[Row]) -> tuple[list[Row], list[Row]]:
    known = [row for row in rows if row["label"] is not None]
    return [row for row in known if not is_test_row(row)], [row for row in known if is_test_row(row)]


def design(rows: list[Row], training: list[Row]) -> Any:
    """Return x and z scaled, the groups, and a column for all others."""
    numbers = np.array([[row["x"], row["z"]] for row in training])
    scaled = (np.array([[row["x"], row["z"]] for row in rows]) - numbers.mean(axis=0)) / numbers.std(axis=0, ddof=1)
    return np.column_stack([scaled, np.eye(4)[[row["group"] for row in rows]]])


def expected(rows: list[Row], classes: tuple[Any, ...], weight: Any = None, **penalty: float) -> Any:
    """Return the probabilities of all rows, by the third opinion."""
    training, _ = sides(rows)
    label = np.array([classes.index(row["label"]) for row in training])
    weights = np.ones(len(training)) if weight is None else weight
    l1, l2 = penalty.get("l1", 0.0), penalty.get("l2", 0.0)
    problem = Problem(design(training, training).astype(LONG), label, np.asarray(weights, LONG), len(classes), l1, l2, multinomial=True)
    found = optimum(problem)
    whole = Problem(design(rows, training).astype(LONG), problem.label, problem.weight, len(classes), l1, l2, multinomial=True)
    return probabilities(whole, found).astype(float)


def scored(learner: Any, learned: Learned) -> list[Row]:
    return sorted(learner.collect(learned.scores).to_pylist(), key=lambda row: int(row["id"]))


def test_three_classes_of_strings(learner: Any, tmp_path: Path) -> None:
    gates = (("better", parse("log_loss < baseline_log_loss")), ("perfect", parse("accuracy >= 1")))
    learned = learn(learner, plan_of(relation_of(ROWS), gates=gates), Clocks())
    solution = learned.model.solution
    assert isinstance(solution, MultinomialRegression)
    assert solution.classes == CLASSES
    assert learned.model.facts["gradient_norm"] <= 1e-9
    assert abs(solution.intercepts.sum()) < 1e-12
    assert np.abs(solution.coefficients.sum(axis=0)).max() < 1e-12
    p = expected(ROWS, CLASSES, l2=0.01)

    rows = scored(learner, learned)
    assert list(rows[0]) == ["id", "probability", "prediction", "probability_0", "probability_1", "probability_2"]
    assert learned.score_schema["prediction"].type == STRING
    found = np.array([[row[name] for name in solution.probabilities] for row in rows])
    np.testing.assert_allclose(found, p, rtol=0, atol=1e-7)
    assert [row["prediction"] for row in rows] == [CLASSES[place] for place in p.argmax(axis=1)]
    np.testing.assert_allclose([row["probability"] for row in rows], found.max(axis=1), rtol=1e-12)

    training, testing = sides(ROWS)
    truth = [row["label"] for row in testing]
    own = p[[row["id"] for row in testing]]
    assert learned.metrics["accuracy"] == oracle.accuracy_score(truth, [CLASSES[place] for place in own.argmax(axis=1)])
    assert learned.metrics["log_loss"] == pytest.approx(oracle.log_loss(truth, own, labels=list(CLASSES)), rel=1e-6)
    shares = [np.mean([row["label"] == value for row in training]) for value in CLASSES]
    assert learned.metrics["baseline_log_loss"] == pytest.approx(-np.mean([math.log(shares[CLASSES.index(each)]) for each in truth]))
    assert [gate.passed for gate in learned.gates] == [True, False]

    learned.model.save(tmp_path)
    served = Scorer.load(tmp_path)
    raw = {name: [row[name] for row in ROWS] for name in ROWS[0]}
    for name, values in served.score(raw).items():
        assert values.tolist() == ([row[name] for row in rows] if name == "prediction" else pytest.approx([row[name] for row in rows], rel=1e-12))
    for row, other in list(zip(ROWS, rows, strict=True))[:40]:
        one = served.score_one(row)
        assert list(one) == list(other)[1:]
        assert one["prediction"] == other["prediction"]
        assert [one[name] for name in solution.probabilities] == pytest.approx([other[name] for name in solution.probabilities], rel=1e-12)


def test_a_weight_and_balanced_classes_are_row_weights(reference: Reference) -> None:
    learned = learn(reference, plan_of(relation_of(ROWS), train={"weight": "w", "class_weight": "balanced"}), Clocks())
    training, _ = sides(ROWS)
    sums = {value: sum(row["w"] for row in training if row["label"] == value) for value in CLASSES}
    weight = [row["w"] * sum(sums.values()) / (3 * sums[row["label"]]) for row in training]
    found = [[row[f"probability_{place}"] for place in range(3)] for row in scored(reference, learned)]
    np.testing.assert_allclose(found, expected(ROWS, CLASSES, weight, l2=0.01), rtol=0, atol=1e-8)


def test_without_a_penalty_columns_are_scaled_for_the_trainer_alone(reference: Reference) -> None:
    unscaled = (Input(columns=("x", "z")), Input(columns=("group",), encode="one_hot"))
    learned = learn(reference, plan_of(relation_of(ROWS), train={"l2": 0.0}, inputs=unscaled), Clocks())
    found = [[row[f"probability_{place}"] for place in range(3)] for row in scored(reference, learned)]
    np.testing.assert_allclose(found, expected(ROWS, CLASSES), rtol=0, atol=1e-8)
    assert any("repeat each other in 2 directions" in warning for warning in learned.warnings), "codes with the intercept, and a column of zeros"
    solution = learned.model.solution
    assert isinstance(solution, MultinomialRegression)
    told = [row["coefficient"] for row in learned.model.facts["coefficients"]["rows"]]
    np.testing.assert_allclose(told, np.column_stack([solution.intercepts, solution.coefficients]).ravel(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("type_", "values"), [(INT, (-7, 2, 10)), (BOOLEAN, (False, True))])
def test_predictions_have_the_type_of_the_label(reference: Reference, type_: Type, values: tuple[Any, ...]) -> None:
    """Ints are ordered by value: 2 before 10. Of two classes the scores hold `probability` alone."""
    rows = [row | {"label": None if row["label"] is None else values[NAMES.index(row["label"]) % len(values)]} for row in ROWS]
    learned = learn(reference, plan_of(relation_of(rows, type_.name), type_), Clocks())
    p = expected(rows, values, l2=0.01)
    found = scored(reference, learned)
    assert [row["prediction"] for row in found] == [values[place] for place in p.argmax(axis=1)]
    assert {type(row["prediction"]) for row in found} == {type(values[0])}
    np.testing.assert_allclose([row["probability"] for row in found], p.max(axis=1), rtol=0, atol=1e-8)
    assert ("probability_0" in found[0]) == (len(values) == 3)


def test_a_model_that_was_trained_before_is_judged_alike(reference: Reference) -> None:
    plan = plan_of(relation_of(ROWS))
    together = learn(reference, plan, Clocks())
    model, counts = train_alone(reference, plan, Clocks())
    evaluation, _ = judge(reference, plan, model, Clocks())
    assert counts == together.rows
    assert evaluation.metrics == pytest.approx(together.metrics, rel=1e-12)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([row for row in ROWS if is_test_row(row) or row["label"] != "b"], "label `label` is 'b' in .* test rows and in no training row"),
        ([row | {"label": "a"} for row in ROWS], r"the label is 'a' in all \d+ training rows"),
        ([row | {"label": str(row["id"])} for row in ROWS], "more than 100 values"),
        ([row | {"w": 0.0} if row["label"] == "b" else row for row in ROWS], "0 in all .* training rows of class b"),
    ],
)
def test_classes_that_cannot_be_learned_are_told(reference: Reference, rows: list[Row], message: str) -> None:
    with pytest.raises(DataError, match=message):
        learn(reference, plan_of(relation_of(rows), train={"weight": "w"}), Clocks())


def test_a_class_that_training_rows_lack_may_be_left_out_by_rows(reference: Reference) -> None:
    rows = [row for row in ROWS if is_test_row(row) or row["label"] != "b"]
    known = call("not", call("equal", Column("label"), literal("b")))
    learned = learn(reference, plan_of(relation_of(rows), rows=known), Clocks())
    assert learned.model.solution.settings() == {"classes": ["a", "Ζ"]}


def test_a_saved_model_is_the_same_to_the_last_bit(reference: Reference, tmp_path: Path) -> None:
    model = learn(reference, plan_of(relation_of(ROWS)), Clocks()).model
    model.save(tmp_path)
    again = FittedModel.load(tmp_path)
    mine, other = model.solution, again.solution
    assert isinstance(mine, MultinomialRegression)
    assert isinstance(other, MultinomialRegression)
    assert other.classes == mine.classes
    assert other.intercepts.tobytes() == mine.intercepts.tobytes()
    assert other.coefficients.tobytes() == mine.coefficients.tobytes()
