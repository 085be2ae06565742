"""Linear regression."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np

from crossover.language.tree import Column, Expression, call, case, literal
from crossover.learning.evaluation import regression
from crossover.learning.models import linear_regression
from crossover.learning.models.as_expressions import with_prediction
from crossover.learning.models.fitted import FittedModel, LinearRegression
from crossover.learning.models.matrix import Matrix
from crossover.learning.models.optimum import Answer, Objective
from crossover.learning.models.specification import TrainLinearRegression
from crossover.learning.models.state import Preparation
from crossover.learning.preparation.impute import as_double
from crossover.learning.preparation.inside_scaling import map_back
from crossover.relations.compute import one_row
from crossover.relations.nodes import Aggregate, AggregateCall, Materialise, Project, Relation
from crossover.runs.learners.base import LABEL, WEIGHT, Evaluation, Learner, Trained
from crossover.runs.learners.explained import answer_facts, coefficient_facts
from crossover.runs.learners.judged_by import carried_groups, groups_of
from crossover.runs.learners.weights import carried_weight, weight_column


@dataclass(frozen=True)
class _Label:
    """Of the training rows: the weighted mean and population standard deviation, 0 if it is constant; the mean without weights."""

    mean: float
    spread: float
    constant_answer: float


class LinearLearner(Learner):
    """Learns a number. The trainer gets (label - mean) / spread, so its answer does not depend on the unit of the label."""

    _label: _Label | None = None

    def label(self) -> Expression:
        assert self.plan.label is not None
        return as_double(self.plan.label, self.plan.schema[self.plan.label].type.name)

    def carried(self) -> dict[str, Expression]:
        return carried_groups(self.plan) | carried_weight(self.plan)

    @property
    def scales_inside(self) -> bool:
        """Without a penalty scaling changes no answer, but libraries find it only for scaled columns."""
        return not self._settings.penalty.total

    def training_columns(self, rows: Relation) -> dict[str, Expression]:
        weight = weight_column(self.engine, self.plan, rows)
        self._label = self._moments(rows, weight.get(WEIGHT, literal(1.0)))
        own = call("subtract", Column(LABEL), literal(self._label.mean))
        return {LABEL: call("divide", own, literal(self._label.spread or 1.0)), **weight}

    def _moments(self, rows: Relation, weight: Expression) -> _Label:
        counts = case(call("less", literal(0.0), weight), Column(LABEL))
        columns: dict[str, Expression] = {"label": Column(LABEL)}
        columns |= {"counts": counts, "weight": weight, "sum": call("multiply", weight, Column(LABEL))}
        calls = (
            ("mean", AggregateCall("avg", "label")), ("low", AggregateCall("min", "counts")), ("high", AggregateCall("max", "counts")),
            ("weight", AggregateCall("sum", "weight")), ("sum", AggregateCall("sum", "sum")),
        )  # fmt: skip
        found = self._row(rows, columns, calls)
        if found["low"] == found["high"]:
            return _Label(found["low"], 0.0, found["mean"])
        mean = found["sum"] / found["weight"]
        away = call("subtract", Column(LABEL), literal(mean))
        squares: dict[str, Expression] = {"square": call("multiply", weight, call("multiply", away, away))}
        second = self._row(rows, squares, (("squares", AggregateCall("sum", "square")),))
        return _Label(mean, sqrt(second["squares"] / found["weight"]), found["mean"])

    def _row(self, rows: Relation, columns: dict[str, Expression], calls: tuple[tuple[str, AggregateCall], ...]) -> dict[str, float]:
        found = one_row(self.engine.collect(Aggregate(Project(rows, tuple(columns.items())), (), calls)))
        return {name: float(value or 0.0) for name, value in found.items()}

    def train(self, matrix: Matrix, prepared: Matrix, preparation: Preparation) -> Trained:
        assert self._label is not None
        label, penalty = self._label, self._settings.penalty
        facts: dict[str, Any] = {"label_mean": label.constant_answer}
        if not label.spread:
            warning = f"the label is {label.mean:g} in all training rows that count, and so is every prediction"
            return Trained(LinearRegression(label.mean, np.zeros(matrix.width)), facts, (warning,))
        answer = linear_regression.fit(self.engine, matrix, penalty, label.spread)
        own = linear_regression.in_units_of_label(answer.coefficients, label.mean, label.spread)
        if self.scales_inside:
            own = map_back(preparation, own)
        told = coefficient_facts(
            self.engine,
            Objective(self.engine, matrix, "squared", linear_regression.scaled(penalty, label.spread)),
            answer,
            preparation,
            self.plan.label or "",
            scaled_inside=self.scales_inside,
            label_mean=label.mean,
            label_spread=label.spread,
        )
        facts |= {**answer_facts(penalty, answer), **_in_units(answer, label), **told}
        return Trained(LinearRegression(float(own[0]), own[1:]), facts, answer.warnings)

    def evaluate(self, rows: Matrix, model: FittedModel) -> Evaluation:
        assert isinstance(model.solution, LinearRegression)
        scored = with_prediction(rows, model.solution, (LABEL, *carried_groups(self.plan)))
        kept = Materialise(scored, f"{self.plan.name} test scores", "read by each round of the metrics")
        self.keep(kept)
        found = regression.evaluate(self.engine, kept, LABEL, "prediction", float(model.facts["label_mean"]))
        by_group = regression.evaluate_groups(self.engine, kept, LABEL, "prediction", groups_of(self.plan))
        return Evaluation({**found.metrics, **by_group.metrics}, {**found.tables, **by_group.tables})

    @property
    def _settings(self) -> TrainLinearRegression:
        assert isinstance(self.plan.train, TrainLinearRegression)
        return self.plan.train


def _in_units(answer: Answer, label: _Label) -> dict[str, Any]:
    """Return objective and training error in the unit of the label; its residual stays that of the scaled label."""
    if answer.objective is None or answer.loss is None:
        return {"label_spread": label.spread}
    return {
        "label_spread": label.spread,
        "objective": answer.objective * label.spread**2,
        "training_rmse": sqrt(2 * answer.loss) * label.spread,
    }
