"""Logistic regression of two classes."""

from __future__ import annotations

from dataclasses import replace

from crossover.core.errors import DataError
from crossover.language.tree import Column, Expression, call
from crossover.language.types import BOOLEAN
from crossover.learning.evaluation import binary, binary_groups
from crossover.learning.evaluation.baseline import baseline
from crossover.learning.evaluation.thresholds import Chosen, choose
from crossover.learning.models import logistic_regression
from crossover.learning.models.as_expressions import with_probability
from crossover.learning.models.fitted import FittedModel, LogisticRegression
from crossover.learning.models.matrix import Matrix
from crossover.learning.models.optimum import Objective
from crossover.learning.models.specification import TrainLogisticRegression
from crossover.learning.models.state import Preparation
from crossover.learning.preparation.inside_scaling import map_back
from crossover.relations.nodes import Filter, Materialise, Relation
from crossover.runs.learners.base import LABEL, TEST, Evaluation, Learner, Trained
from crossover.runs.learners.explained import answer_facts, coefficient_facts
from crossover.runs.learners.judged_by import clusters_of, groups_of, judged_by
from crossover.runs.learners.weights import carried_weight, weight_column


class BinaryLearner(Learner):
    """Learns a label of 0 and 1, or false and true."""

    def label(self) -> Expression:
        assert self.plan.label is not None
        is_boolean = self.plan.schema[self.plan.label].type == BOOLEAN
        return call("boolean_to_int", Column(self.plan.label)) if is_boolean else Column(self.plan.label)

    def check_label(self, low: float | None, high: float | None) -> None:
        if (low or 0) < 0 or (high or 0) > 1:
            what = f"label `{self.plan.label}` has values from {low} to {high}; a label is 0 or 1"
            raise DataError(what, notes=["`multinomial: true` under `train` learns other values, and more than two"])

    @property
    def scales_inside(self) -> bool:
        """Without a penalty scaling changes no answer, but libraries find it only for scaled columns."""
        return not self._settings.penalty.total

    def train(self, matrix: Matrix, prepared: Matrix, preparation: Preparation) -> Trained:
        penalty = self._settings.penalty
        answer = logistic_regression.fit(self.engine, matrix, penalty, preparation.positives or 0)
        coefficients = map_back(preparation, answer.coefficients) if self.scales_inside else answer.coefficients
        solution = LogisticRegression(float(coefficients[0]), coefficients[1:])
        chosen = self._threshold(prepared, solution)
        solution = replace(solution, threshold=chosen.threshold)
        objective = Objective(self.engine, matrix, "logistic", penalty)
        label = self.plan.label or ""
        told = coefficient_facts(self.engine, objective, answer, preparation, label, scaled_inside=self.scales_inside)
        facts = {**answer_facts(penalty, answer), "training_loss": answer.loss, **told}
        return Trained(solution, facts, (*answer.warnings, *chosen.warnings))

    def carried(self) -> dict[str, Expression]:
        """What makes rows alike, groups, and weights."""
        return judged_by(self.plan) | carried_weight(self.plan)

    def training_columns(self, rows: Relation) -> dict[str, Expression]:
        return weight_column(self.engine, self.plan, rows, balanced=self._settings.class_weight == "balanced")

    def _threshold(self, prepared: Matrix, solution: LogisticRegression) -> Chosen:
        """Return the threshold of the document, or the one that its rule chooses on the training rows."""
        rule = self.plan.evaluate.threshold
        if isinstance(rule, float):
            return Chosen(rule)
        training = replace(prepared, relation=Filter(prepared.relation, call("not", Column(TEST))))
        scored = with_probability(training, solution, (LABEL,), "boolean")
        kept = Materialise(scored, f"{self.plan.name} training scores", "read by each round of choosing the threshold")
        self.keep(kept)
        return choose(self.engine, kept, LABEL, "probability", rule)

    def evaluate(self, rows: Matrix, model: FittedModel) -> Evaluation:
        assert isinstance(model.solution, LogisticRegression)
        scored = with_probability(rows, model.solution, (LABEL, *judged_by(self.plan)), "boolean")
        kept = Materialise(scored, f"{self.plan.name} test scores", "read by each round of the metrics")
        self.keep(kept)
        threshold = model.solution.threshold
        found = binary.evaluate(self.engine, kept, LABEL, "probability", threshold, tuple(clusters_of(self.plan)))
        by_group = binary_groups.evaluate(self.engine, kept, LABEL, "probability", threshold, groups_of(self.plan))
        share = (model.preparation.positives or 0) / model.preparation.rows
        constant = baseline(int(found.metrics["rows"] or 0), int(found.metrics["positives"] or 0), share)
        return Evaluation({**found.metrics, **by_group.metrics, **constant}, {**found.tables, **by_group.tables})

    @property
    def _settings(self) -> TrainLogisticRegression:
        assert isinstance(self.plan.train, TrainLogisticRegression)
        return self.plan.train
