"""Scores the rows of a document's sources with a model that was trained before, on whatever engine.

The model's folder holds the document that trained it, so the features are the same by construction. Label, split and
`rows` are not looked at: a model that was trained may score rows whose outcome nobody knows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from crossover.core.errors import ConfigError, DataError
from crossover.core.nearest import did_you_mean
from crossover.document.load import read_text
from crossover.document.uses import in_paths_alone
from crossover.engines.base import Engine
from crossover.language.tree import Column
from crossover.learning.models.fitted import MODEL, FittedModel
from crossover.learning.preparation.apply import apply
from crossover.learning.preparation.missing import refuse_nulls
from crossover.plan.build import build_plan
from crossover.plan.plan import ModelPlan, Plan
from crossover.relations.nodes import Project
from crossover.runs.commit import resolve_current
from crossover.runs.durable import read_json
from crossover.runs.execute import DOCUMENT, Execution
from crossover.runs.folder import Attempt
from crossover.runs.learn import score_relation
from crossover.runs.progress import Progress
from crossover.runs.record import Outcome


@dataclass(frozen=True)
class Scoring:
    """A trained model and the plan that makes its features from today's sources."""

    plan: Plan
    model: ModelPlan
    fitted: FittedModel
    digest: str
    """SHA-256 of the model's description, which holds those of its weights and its preparation."""

    def execute(self, engine: Engine[Any], attempt: Attempt, progress: Progress) -> Outcome:
        """Write the scores of all rows; rows that do not fit are set aside as in training."""
        execution = Execution(self.plan, engine, attempt, progress)
        set_aside = execution.count_and_set_aside()
        relation = execution.plan.models[0].relation
        with progress.clock("score", table=self.model.name) as clock:
            refuse_nulls(engine, relation, self.model.schema, self.model.inputs)
            scores = score_relation(apply(self.fitted.preparation, relation, self.model.keep), self.fitted, self.model.keep)
            clock.rows = execution.write(scores, self.model.key, attempt.scores(self.model.name))
        execution.release_all()
        return Outcome({f"scores of {self.model.name}": clock.rows}, set_aside, ())


def scoring(model: Path, settings: Mapping[str, str]) -> Scoring:
    """Return what scoring with the model in a folder means; `settings` may move its sources.

    Raises ConfigError for a folder without a model, or a parameter that the model has frozen.
    """
    folder = resolve_current(model)
    if not (folder / DOCUMENT).is_file():
        raise ConfigError(f"`{model}` is no model's folder", notes=["expected: runs/PIPELINE/current/MODEL"])
    trained = read_json(folder / DOCUMENT)
    fitted = FittedModel.load(folder)
    _check_frozen(trained, settings)
    loaded = read_text(trained["text"], trained["path"], {**trained["parameters"], **settings})
    plan = build_plan(loaded)
    found = next((each for each in plan.models if each.name == fitted.name), None)
    if found is None:
        raise DataError(f"`{model}`: its document has no model `{fitted.name}`")
    pruned = _only_what_scoring_reads(found)
    digest = hashlib.sha256((folder / MODEL).read_bytes()).hexdigest()
    return Scoring(replace(plan, models=(pruned,), store=()), pruned, fitted, digest)


def _check_frozen(trained: Mapping[str, Any], settings: Mapping[str, str]) -> None:
    free = in_paths_alone(trained["text"])
    for name in settings:
        if name not in trained["parameters"]:
            hint = did_you_mean(name, trained["parameters"])
            raise ConfigError(f"the model's document has no parameter `{name}`{hint}", notes=[f"free: {', '.join(free) or 'none'}"])
        if name not in free:
            raise ConfigError(
                f"`{name}` is frozen in the model ({trained['parameters'][name]}); it cannot be set",
                notes=[f"free: {', '.join(free) or 'none'}", f"to change it, train again: crossover run {trained['path']} --set {name}=..."],
            )


def _only_what_scoring_reads(model: ModelPlan) -> ModelPlan:
    """The model without label, split and rows, over the columns that inputs and kept columns need."""
    used = {column for each in model.inputs for column in each.columns} | set(model.keep) | set(model.key)
    columns = [name for name in model.schema if name in used]
    return replace(
        model,
        relation=Project(model.relation, tuple((name, Column(name)) for name in columns)),
        schema={name: model.schema[name] for name in columns},
        label=None, rows=None, split=None, gates=(),
    )  # fmt: skip
