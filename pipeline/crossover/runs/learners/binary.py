"""Logistic regression of two classes."""

from __future__ import annotations

from crossover.core.errors import DataError
from crossover.language.tree import Column, Expression, call
from crossover.language.types import BOOLEAN
from crossover.learning.evaluation import binary
from crossover.learning.evaluation.baseline import baseline
from crossover.learning.models import logistic_regression
from crossover.learning.models.as_expressions import with_probability
from crossover.learning.models.fitted import FittedModel, LogisticRegression
from crossover.learning.models.matrix import Matrix
from crossover.learning.models.penalty import Penalty
from crossover.learning.models.specification import TrainLogisticRegression
from crossover.learning.models.state import Preparation
from crossover.learning.preparation.inside_scaling import map_back
from crossover.relations.nodes import Materialise
from crossover.runs.learners.base import LABEL, Evaluation, Learner, Trained


class BinaryLearner(Learner):
    """Learns a label of 0 and 1, or false and true."""

    def label(self) -> Expression:
        assert self.plan.label is not None
        is_boolean = self.plan.schema[self.plan.label].type == BOOLEAN
        return call("boolean_to_int", Column(self.plan.label)) if is_boolean else Column(self.plan.label)

    def check_label(self, low: float | None, high: float | None) -> None:
        if (low or 0) < 0 or (high or 0) > 1:
            raise DataError(f"label `{self.plan.label}` has values from {low} to {high}; a label is 0 or 1")

    @property
    def scales_inside(self) -> bool:
        """Without a penalty scaling changes no answer, but libraries find it only for scaled columns."""
        return self._settings.l2 == 0

    def train(self, matrix: Matrix, prepared: Matrix, preparation: Preparation) -> Trained:
        answer = logistic_regression.fit(self.engine, matrix, self._penalty, preparation.positives or 0)
        coefficients = map_back(preparation, answer.coefficients) if self.scales_inside else answer.coefficients
        solution = LogisticRegression(float(coefficients[0]), coefficients[1:], self.plan.evaluate.threshold)
        facts = {
            "l2": self._settings.l2,
            "gradient_norm": answer.residual,
            "training_loss": answer.loss,
            "newton_steps": answer.steps,
        }
        return Trained(solution, facts, answer.warnings)

    def evaluate(self, rows: Matrix, model: FittedModel) -> Evaluation:
        assert isinstance(model.solution, LogisticRegression)
        scored = with_probability(rows, model.solution, (LABEL,), "boolean")
        kept = Materialise(scored, f"{self.plan.name} test scores", "read by each round of the metrics")
        self.keep(kept)
        found = binary.evaluate(self.engine, kept, LABEL, "probability", model.solution.threshold)
        share = (model.preparation.positives or 0) / model.preparation.rows
        constant = baseline(int(found.metrics["rows"] or 0), int(found.metrics["positives"] or 0), share)
        return Evaluation({**found.metrics, **constant}, found.tables)

    @property
    def _penalty(self) -> Penalty:
        return Penalty(0.0, self._settings.l2)

    @property
    def _settings(self) -> TrainLogisticRegression:
        assert isinstance(self.plan.train, TrainLogisticRegression)
        return self.plan.train
