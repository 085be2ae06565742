"""One stage of a document as a job of its own: what it reads, does and hands on.

The last stage commits in the run folder of the pipeline what a run in one process commits there, so whoever reads
the answer does not see how it was made. Each stage before it commits a hand-over.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from crossover import SEMANTICS
from crossover.engines.base import Engine
from crossover.learning.models.fitted import FittedModel
from crossover.plan.plan import ModelPlan, Plan
from crossover.plan.stages import EVALUATE, LEARNING, TRAIN, HandedTable, handed_over, part, stage_names, tables_read
from crossover.runs.execute import Execution, counted, model_record
from crossover.runs.fingerprint import Stamps, fingerprints, hash_json, stamps
from crossover.runs.folder import Attempt, RunFolder
from crossover.runs.hand_over import Asker, Command, HandOver, hand_overs, stage_folder, write_hand_over
from crossover.runs.learn import judge, scores_of, train_alone
from crossover.runs.progress import Progress
from crossover.runs.record import GateRecord, ModelRecord, Outcome, SetAsideRecord
from crossover.runs.run import Identity, Work
from crossover.runs.versions import library_versions


@dataclass(frozen=True)
class StageWork:
    """A stage that can be run: what it does, what identifies it for an engine, and where it is committed."""

    plan: Plan
    stage: str
    work: Work
    before: tuple[HandOver, ...]
    folder: RunFolder
    document_hash: str

    @property
    def is_last(self) -> bool:
        return self.stage == stage_names(self.plan)[-1]

    def identity(self, engine: str) -> Identity:
        """Return the identity on an engine. Sources are looked at by the first stage alone: later ones go on from what it read."""
        seen: Stamps = {} if self.before else stamps(self.work.sources)
        inputs = self.before[0].inputs if self.before else fingerprints(self.work.sources)
        versions = library_versions()
        key = hash_json(
            {
                "stage": self.stage,
                "after": {each.stage: each.key for each in self.before},
                "document": self.document_hash,
                "parameters": self.work.parameters,
                "inputs": {name: each.digest for name, each in inputs.items()},
                "engine": engine,
                "versions": versions,
                "semantics": SEMANTICS,
            }
        )
        return Identity(key, self.document_hash, inputs, versions, seen)

    def execute(self, engine: Engine[Any], attempt: Attempt, progress: Progress) -> Outcome:
        """Do the stage over the hand-overs and write what it hands on into the attempt."""
        write_hand_over(attempt, self.stage, self.before)
        made = _EXECUTIONS.get(self.stage, Execution)(self.part, engine, attempt, progress)
        if isinstance(made, _Later):
            made.models = {name: HandedModel(name, self.before) for name in (model.name for model in self.plan.models)}
        outcome = made.run()
        return self._published(attempt, outcome) if self.is_last else outcome

    @property
    def part(self) -> Plan:
        """The plan of this stage over the tables that are handed on to it."""
        return part(self.plan, self.stage, self._stored)

    def _stored(self, each: HandedTable) -> Path:
        (found,) = (other for other in self.before if other.stage == each.stage)
        return found.table(each.table.name)

    def check_tables(self) -> None:
        """Raise DataError if a table that the stage reads is not what was committed."""
        folders = tables_read(self.part)
        for each in handed_over(self.plan):
            for other in self.before:
                if other.stage == each.stage and str(other.table(each.table.name)) in folders:
                    other.check(f"tables/{each.table.name}/")

    def _published(self, attempt: Attempt, outcome: Outcome) -> Outcome:
        """Put beside the last stage's own files those of the stages before it that belong to the answer."""
        models = [model.name for model in self.plan.models]
        for each in self.before:
            for name in ("quarantine", *(models if each.stage in (TRAIN, EVALUATE) else ())):
                each.check(f"{name}/")
                _link(each.attempt.path / name, attempt.path / name)
        set_aside = tuple(SetAsideRecord(**place) for each in self.before for place in each.record["outcome"]["set_aside"])
        return replace(outcome, set_aside=set_aside + outcome.set_aside)


def stage_work(plan: Plan, work: Work, stage: str, runs: Path, command: Command) -> StageWork:
    """Return the work of a stage of the plan. Raises ConfigError where what it reads is missing or of other work."""
    names = stage_names(plan)
    document_hash = hash_json(work.document)
    asker = Asker(stage, runs, plan.pipeline, document_hash, work.parameters, command)
    before = hand_overs(asker, names[: names.index(stage)])
    folder = RunFolder(runs, plan.pipeline) if stage == names[-1] else stage_folder(runs, plan.pipeline, stage)
    made = StageWork(plan, stage, work, before, folder, document_hash)
    return replace(made, work=replace(work, execute=made.execute))


@dataclass(frozen=True)
class HandedModel:
    """A model in the hand-overs of `train` and `evaluate`."""

    name: str
    before: Sequence[HandOver]

    def fitted(self) -> FittedModel:
        """Return the trained model. Raises DataError if its files are not what was committed."""
        trained = self._of(TRAIN)
        trained.check(f"{self.name}/")
        return FittedModel.load(trained.attempt.path / self.name)

    def record(self, stage: str) -> Mapping[str, Any]:
        (found,) = (model for model in self._of(stage).record["outcome"]["models"] if model["name"] == self.name)
        return found  # type: ignore[no-any-return]

    def _of(self, stage: str) -> HandOver:
        (found,) = (each for each in self.before if each.stage == stage)
        return found


class _Train(Execution):
    """Fits the models; nothing is judged or scored."""

    def _model(self, model: ModelPlan) -> ModelRecord:
        fitted, rows = train_alone(self.engine, model, self.clock_of(model))
        self.save(fitted)
        return model_record(model, counted(rows), ())


class _Later(Execution):
    """Works on models that were trained before."""

    models: Mapping[str, HandedModel]


class _Evaluate(_Later):
    def _model(self, model: ModelPlan) -> ModelRecord:
        handed = self.models[model.name]
        evaluation, gates = judge(self.engine, model, handed.fitted(), self.clock_of(model))
        self.save_evaluation(model.name, evaluation)
        return model_record(model, {**handed.record(TRAIN)["metrics"], **evaluation.metrics}, gates)


class _Score(_Later):
    def _model(self, model: ModelPlan) -> ModelRecord:
        handed = self.models[model.name]
        self.write_scores(model, scores_of(self.engine, model, handed.fitted(), self.clock_of(model)))
        judged = handed.record(EVALUATE)
        gates = tuple(GateRecord(**gate) for gate in judged["gates"])
        return ModelRecord(model.name, judged["kind"], judged["metrics"], gates)


_EXECUTIONS: dict[str, type[Execution]] = dict(zip(LEARNING, (_Train, _Evaluate, _Score), strict=True))


def _link(source: Path, target: Path) -> None:
    """Show a file or folder of one attempt in another one. What is committed never changes, so no byte is copied."""
    if source.is_dir():
        for file in sorted(path for path in source.rglob("*") if path.is_file()):
            place = target / file.relative_to(source)
            place.parent.mkdir(parents=True, exist_ok=True)
            _link(file, place)
    elif source.is_file():
        try:
            os.link(source, target)
        except OSError:
            shutil.copyfile(source, target)  # another file system, or one without links
