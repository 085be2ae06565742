"""Logistic regression of several classes."""

from __future__ import annotations

from typing import Any

import numpy as np

from crossover.language.tree import Column, Expression
from crossover.learning.evaluation import multinomial as metrics
from crossover.learning.models import multinomial
from crossover.learning.models.class_expressions import with_probabilities
from crossover.learning.models.fitted import FittedModel, MultinomialRegression
from crossover.learning.models.matrix import Floats, Matrix
from crossover.learning.models.original_units import Units
from crossover.learning.models.specification import TrainLogisticRegression
from crossover.learning.models.state import Preparation
from crossover.learning.preparation.inside_scaling import map_back
from crossover.relations.nodes import Materialise, Relation
from crossover.runs.learners.base import LABEL, Evaluation, Learner, Trained
from crossover.runs.learners.classes import Classes, code_of, find_classes
from crossover.runs.learners.explained import answer_facts
from crossover.runs.learners.weights import carried_weight, weight_column

ROWS_BY_CLASS = "training_rows_by_class"


class MultinomialLearner(Learner):
    """Learns a label of a few values; the trainer gets the place of each among the classes."""

    _classes: Classes | None = None

    def label(self) -> Expression:
        """Return the label itself until its classes are known, then its code."""
        assert self.plan.label is not None
        column = Column(self.plan.label)
        return column if self._classes is None else code_of(column, self._classes.values)

    def look_at(self, rows: Relation) -> None:
        self._classes = find_classes(self.engine, rows, self.plan.label or "")

    def resume(self, model: FittedModel) -> None:
        assert isinstance(model.solution, MultinomialRegression)
        self._classes = Classes(model.solution.classes, tuple(model.facts[ROWS_BY_CLASS]))

    @property
    def takes_label_means(self) -> bool:
        return False

    @property
    def scales_inside(self) -> bool:
        """Without a penalty scaling changes no answer, but libraries find it only for scaled columns."""
        return not self._settings.penalty.total

    def carried(self) -> dict[str, Expression]:
        return carried_weight(self.plan)

    def training_columns(self, rows: Relation) -> dict[str, Expression]:
        balanced = self._settings.class_weight == "balanced"
        return weight_column(self.engine, self.plan, rows, balanced=balanced, classes=self._known.values)

    def train(self, matrix: Matrix, prepared: Matrix, preparation: Preparation) -> Trained:
        classes, penalty = self._known, self._settings.penalty
        answer = multinomial.fit(self.engine, matrix, len(classes.values), penalty)
        found = answer.coefficients
        own = np.stack([map_back(preparation, each) for each in found]) if self.scales_inside else found
        facts = {
            **answer_facts(penalty, answer),
            "training_loss": answer.loss,
            ROWS_BY_CLASS: list(classes.rows),
            "coefficients": self._table(preparation, found),
        }
        return Trained(MultinomialRegression(classes.values, own[:, 0].copy(), own[:, 1:].copy()), facts, answer.warnings)

    def evaluate(self, rows: Matrix, model: FittedModel) -> Evaluation:
        assert isinstance(model.solution, MultinomialRegression)
        solution = model.solution
        scored = with_probabilities(rows, solution, (LABEL,))
        kept = Materialise(scored, f"{self.plan.name} test scores", "read by each round of the metrics")
        self.keep(kept)
        found = metrics.evaluate(self.engine, kept, LABEL, solution.probabilities, solution.classes, self._known.shares)
        return Evaluation(found.metrics, found.tables)

    def _table(self, preparation: Preparation, coefficients: Floats) -> dict[str, Any]:
        """Return the coefficients of each class in original units."""
        units = Units.of(preparation, scaled_inside=self.scales_inside).map
        names = ("intercept", *preparation.names)
        rows = [
            {"class": value, "name": name, "coefficient": float(number)}
            for value, numbers in zip(self._known.values, coefficients @ units.T, strict=True)
            for name, number in zip(names, numbers, strict=True)
        ]
        return {"spread_is": None, "rows": rows}

    @property
    def _known(self) -> Classes:
        assert self._classes is not None
        return self._classes

    @property
    def _settings(self) -> TrainLogisticRegression:
        assert isinstance(self.plan.train, TrainLogisticRegression)
        return self.plan.train
