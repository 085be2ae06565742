"""Scores rows with a model that was trained before, on whatever engine.

The model's folder holds the document that trained it, so the features are the same by construction. Label, split and
`rows` of the training are not looked at: rows are scored whose outcome nobody knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crossover.core.errors import ConfigError
from crossover.document.scoring import LoadedScoring
from crossover.engines.base import Engine
from crossover.learning.models.fitted import FittedModel
from crossover.learning.preparation.apply import apply
from crossover.learning.preparation.missing import refuse_unseen
from crossover.plan.plan import ModelPlan, Plan
from crossover.plan.scoring_document import plan_of_document, plan_with_settings
from crossover.relations.nodes import Relation
from crossover.runs.execute import Execution
from crossover.runs.folder import Attempt
from crossover.runs.learn import FITTED, score_relation
from crossover.runs.progress import Progress
from crossover.runs.record import Outcome
from crossover.runs.score_blocks import score_in_blocks
from crossover.runs.trained import TrainedModel, open_model


@dataclass(frozen=True)
class Scoring:
    """A trained model and the plan that makes its features from today's sources."""

    plan: Plan
    fitted: FittedModel
    digest: str
    """What identifies the model, see `TrainedModel`."""

    @property
    def model(self) -> ModelPlan:
        return self.plan.models[0]

    def execute(self, engine: Engine[Any], attempt: Attempt, progress: Progress) -> Outcome:
        """Write the scores of all rows; rows that do not fit are set aside as in training.

        On one machine, where no row needs another row of its table, block by block in bounded memory.
        """
        if not engine.capabilities.distributed:
            outcome = score_in_blocks(self.plan, self.fitted, engine, attempt, progress)
            if outcome is not None:
                return outcome
        execution = Execution(self.plan, engine, attempt, progress)
        set_aside = execution.count_and_set_aside()
        relation = execution.plan.models[0].relation
        with progress.clock("score", table=self.model.name) as clock:
            refuse_unseen(engine, relation, self.model.schema, self.model.inputs)
            scores, place = self._scores(relation), attempt.scores(self.model.name)
            clock.rows = execution.write(scores, self.model.key, place, fitted=FITTED)
        execution.release_all()
        return Outcome({f"scores of {self.model.name}": clock.rows}, set_aside, ())

    def _scores(self, relation: Relation) -> Relation:
        return score_relation(apply(self.fitted.preparation, relation, self.model.keep), self.fitted, self.model.keep)


def scoring(model: Path, settings: Mapping[str, str]) -> Scoring:
    """Return what scoring with the model in a folder means; `settings` are texts of `--set` for its document.

    Raises ConfigError for a folder without a model, a parameter that the model has frozen, or one that is missing.
    """
    trained = open_model(model)
    return _scoring(trained, plan_with_settings(trained.document, settings))


def scoring_of(loaded: LoadedScoring) -> Scoring:
    """Return what a scoring document means. Raises ConfigError with all its mistakes, DataError for a damaged model."""
    path = loaded.document.model
    if path is None:
        raise loaded.problems.error()
    try:
        trained = open_model(Path(path))
    except ConfigError as error:
        loaded.problems.problem(("model",), "model", error.message, *error.notes)
        raise loaded.problems.error() from error
    return _scoring(trained, plan_of_document(loaded, trained.document))


def _scoring(trained: TrainedModel, plan: Plan) -> Scoring:
    return Scoring(plan, trained.fitted, trained.digest)
