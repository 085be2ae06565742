"""Executes a plan on an engine, stage by stage, into a private attempt.

In one process stages are fused: nothing is computed before something is counted, kept or written, and only that
has a clock. What no later step reads is released at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

from crossover.core.errors import InternalError
from crossover.engines.base import Engine
from crossover.language.types import DOUBLE
from crossover.learning.evaluation.gates import GateResult
from crossover.learning.models.fitted import FittedModel
from crossover.plan.build import INGEST
from crossover.plan.liveness import ModelTable, execution_steps
from crossover.plan.materialise import place
from crossover.plan.plan import ModelPlan, Plan, SetAside
from crossover.relations.compute import one_row
from crossover.relations.nodes import Aggregate, AggregateCall, Relation
from crossover.relations.schema import schema_of
from crossover.runs.folder import Attempt
from crossover.runs.learn import FITTED, RowCounts, learn
from crossover.runs.learners.base import Evaluation, Metrics
from crossover.runs.progress import Clock, Progress
from crossover.runs.record import GateRecord, ModelRecord, Outcome, SetAsideRecord


def execute(plan: Plan, engine: Engine[Any], attempt: Attempt, progress: Progress, *, keep_tables: bool = False) -> Outcome:
    """Compute everything a document asks for and write it into the attempt.

    `keep_tables` also writes the tables that models read, which a comparison needs.
    """
    return Execution(plan, engine, attempt, progress, keep_tables).run()


DOCUMENT = "document.json"
"""In a model's folder: the document that trained it, as text, with its path and the values of its parameters."""
EVALUATION = "evaluation.json"
"""In a model's folder: the tables of its evaluation."""


def trained_by(plan: Plan) -> dict[str, Any]:
    """Return what scoring with a model of the plan will need of its document."""
    return {"path": plan.path, "text": plan.text, "parameters": dict(plan.settings)}


class Execution:
    """One plan on one engine, its steps in their order."""

    def __init__(
        self, plan: Plan, engine: Engine[Any], attempt: Attempt, progress: Progress, keep_tables: bool = False
    ) -> None:
        self.plan = place(plan, engine.capabilities)
        self.document = plan
        self.engine = engine
        self.attempt = attempt
        self.progress = progress
        self.keep_tables = keep_tables
        self.tables: dict[str, int] = {}
        self.keys: dict[str, tuple[str, ...]] = {}
        self.quarantines: Counter[str] = Counter()

    def run(self) -> Outcome:
        set_aside, models = [], []
        for step in execution_steps(self.plan):
            match step.what:
                case SetAside():
                    set_aside.append(self.set_aside(step.what))
                case ModelTable():
                    self._model_table(step.what.models)
                case ModelPlan():
                    models.append(self._model(step.what))
                case name:
                    self._store(name)
            for node in step.releases:
                self.engine.release(node)
        self.attempt.write_json("metrics.json", {model.name: dict(model.metrics) for model in models})
        return Outcome(self.tables, tuple(set_aside), tuple(models), self.keys)

    def count_and_set_aside(self) -> tuple[SetAsideRecord, ...]:
        """Count all rows and write those that are set aside; nothing is learned or stored."""
        return tuple(self.set_aside(step.what) for step in execution_steps(self.plan) if isinstance(step.what, SetAside))

    def release_all(self) -> None:
        """Give back every table that is kept."""
        for step in execution_steps(self.plan):
            for node in step.releases:
                self.engine.release(node)

    def set_aside(self, each: SetAside) -> SetAsideRecord:
        """Count the rows of a place where some are set aside, and write those."""
        with self.progress.clock(each.stage, table=each.table) as clock:
            row = self._one_row(each.counts)
            rows, count = row["rows"], row["set_aside"]
            clock.rows_in, clock.rows = rows, rows - count
            if count:
                self._quarantine(each, count)
        reasons = {reason: row[f"reason_{index}"] for index, reason in enumerate(each.reasons)}
        return SetAsideRecord(each.stage, each.table, rows, count, reasons)

    def _one_row(self, relation: Relation) -> dict[str, int]:
        return {name: int(value or 0) for name, value in one_row(self.engine.collect(relation)).items()}

    def _quarantine(self, each: SetAside, count: int) -> None:
        folder = self.quarantine(each)
        written = self.write(each.rows, key_of_quarantine(each), folder)
        if written != count:
            raise InternalError(f"counted {count} rows of {folder.name} to set aside, wrote {written}")

    def quarantine(self, each: SetAside) -> Path:
        """Return where the rows set aside at a place are written; asked once for each place that has some."""
        name = each.table if each.stage == INGEST else f"{each.table}-{each.stage}"
        self.quarantines[name] += 1
        if self.quarantines[name] > 1:
            name = f"{name}-{self.quarantines[name]}"
        return self.attempt.quarantine(name)

    def write(self, relation: Relation, key: Sequence[str], folder: Path, *, fitted: Sequence[str] = ()) -> int:
        """Write a relation; return its rows, which the footers count again at the commit.

        Double columns of `fitted` hold numbers of a fitted model, which are inexact whatever is done with them.
        """
        written = sum(file.rows for file in self.engine.write(relation, folder))
        self.describe(relation, key, folder, written, fitted=fitted)
        return written

    def describe(self, relation: Relation, key: Sequence[str], folder: Path, rows: int, *, fitted: Sequence[str] = ()) -> None:
        """Say beside a relation that was written what it is."""
        facts = {
            name: replace(fact, exact=fact.exact and not (name in fitted and fact.type == DOUBLE))
            for name, fact in schema_of(relation).items()
        }
        self.attempt.describe(folder, facts, key, rows)

    def _store(self, name: str) -> None:
        table = self.plan.tables[name]
        with self.progress.clock("store", table=name) as clock:
            clock.rows = self.tables[name] = self.write(table.relation, table.key, self.attempt.table(name))
        self.keys[name] = table.key

    def _model(self, model: ModelPlan) -> ModelRecord:
        learned = learn(self.engine, model, self.clock_of(model))
        self.save(learned.model)
        self.save_evaluation(model.name, learned.evaluation)
        self.write_scores(model, learned.scores)
        for node in learned.kept:
            self.engine.release(node)
        return model_record(model, {**counted(learned.rows), **learned.metrics}, learned.gates)

    def clock_of(self, model: ModelPlan) -> Callable[[str], AbstractContextManager[Clock]]:
        """Return what starts the clocks of a model."""
        return lambda name: self.progress.clock("prepare" if name == "features" else name, table=model.name)

    def save(self, model: FittedModel) -> None:
        """Write a model with the document that trained it, and say what is remarkable about it."""
        for warning in (*model.preparation.warnings, *model.warnings):
            self.progress.note(f"{model.name}: {warning}")
        planned = {each.name: each.row_local for each in self.document.models}
        replace(model, row_local=planned.get(model.name)).save(self.attempt.model(model.name))
        self.attempt.write_json(f"{model.name}/{DOCUMENT}", trained_by(self.document))

    def save_evaluation(self, name: str, evaluation: Evaluation) -> None:
        """Write the tables of an evaluation, which only readers see, beside the model."""
        if evaluation.tables:
            self.attempt.model(name)  # a stage that only judges has no folder of the model yet
            self.attempt.write_json(f"{name}/{EVALUATION}", evaluation.tables)

    def write_scores(self, model: ModelPlan, scores: Relation) -> None:
        with self.progress.clock("score", table=model.name) as clock:
            clock.rows = self.write(scores, model.key, self.attempt.scores(model.name), fitted=FITTED)

    def _model_table(self, models: Sequence[ModelPlan]) -> None:
        """Compute the table of models: the stages that are fused have one clock, and it says so."""
        model = models[0]
        fused = " + ".join(stage.name for stage in self.plan.stages if stage.name != INGEST)
        fused = fused or (INGEST if self.plan.stages else "read")
        with self.progress.clock(fused, table=model.table) as clock:
            counted = Aggregate(model.relation, (), (("rows", AggregateCall("count_rows")),))
            clock.rows = self._one_row(counted)["rows"]
        if self.keep_tables:
            name = f"{model.table}-for-{'-and-'.join(each.name for each in models)}"
            with self.progress.clock("keep", table=model.table) as clock:
                clock.rows = self.tables[name] = self.write(model.relation, model.key, self.attempt.table(name))


def key_of_quarantine(each: SetAside) -> tuple[str, ...]:
    """Return the columns that name a row that was set aside: its file and row, or the key of its table."""
    schema = schema_of(each.rows)
    return ("file", "row") if "file" in schema else tuple(column for column in schema if column != "reason")


def counted(rows: RowCounts) -> dict[str, int]:
    """Return the counts that stand beside the metrics of a model."""
    reaching = {"rows_reaching_past_split": rows.reaching} if rows.reaching else {}
    return {"training_rows": rows.training, "test_rows": rows.test, "rows_without_label": rows.without_label, **reaching}


def model_record(model: ModelPlan, metrics: Metrics, gates: Sequence[GateResult]) -> ModelRecord:
    """Return what is written down of a model."""
    held = tuple(GateRecord(gate.reason, model.evaluate.require[gate.reason], gate.passed, gate.values) for gate in gates)
    return ModelRecord(model.name, model.train.kind, metrics, held)
