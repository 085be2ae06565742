"""Trains, evaluates and scores a model of a plan on an engine.

The same steps whatever the engine: rows are split by hash, the preparation is fitted on training rows alone, the
design matrix is materialised once, the library's answer is polished, metrics are formulas over the test rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any

from crossover.core.errors import DataError
from crossover.engines.base import Engine
from crossover.language.lower import ParameterValue, lower
from crossover.language.tree import Column, Expression, call, case, literal
from crossover.language.types import BOOLEAN, INT, Schema
from crossover.learning.evaluation.gates import GateResult, check_gates
from crossover.learning.models.as_expressions import with_cluster, with_prediction, with_probability
from crossover.learning.models.class_expressions import with_classes
from crossover.learning.models.fitted import FittedModel, LinearRegression, LogisticRegression, MultinomialRegression
from crossover.learning.models.iterations import counted
from crossover.learning.models.matrix import Matrix
from crossover.learning.models.state import Preparation
from crossover.learning.preparation.apply import apply
from crossover.learning.preparation.fit import fit
from crossover.learning.preparation.inside_scaling import standardised
from crossover.learning.preparation.missing import checks_of, counted_among, refuse_counted, refuse_unseen
from crossover.learning.preparation.split import is_test, reaches
from crossover.plan.plan import ModelPlan
from crossover.relations.compute import BATCH, one_row
from crossover.relations.nodes import Aggregate, AggregateCall, Filter, Materialise, Project, Relation, Scan
from crossover.relations.schema import schema_of
from crossover.runs.learners import learner_of
from crossover.runs.learners.base import LABEL, PICKED, TEST, WEIGHT, Evaluation, Metrics
from crossover.runs.learners.classes import MOST_CLASSES

REACHES, TIMELESS = "__reaches", "__timeless"
"""With a split by time: a row before it whose label was not yet known then; a row without a time."""

FITTED = ("probability", "distance", "prediction", *(f"probability_{place}" for place in range(MOST_CLASSES)))
"""Columns of scores that hold numbers of a fitted model, where they are double."""

Clock = Callable[[str], AbstractContextManager[object]]
"""Called with `features`, `train` or `evaluate`; what it returns is entered and left around that work."""


@dataclass(frozen=True)
class RowCounts:
    """Rows for which `rows` is true, those without a label among them, and how the rest is split."""

    rows: int
    without_label: int
    training: int
    test: int
    reaching: int = 0
    """Rows before a split by time whose look_ahead window reaches past it: they neither learn nor test."""
    positives: int | None = None
    """Training rows with the label 1; None where the label is no class of two."""


@dataclass(frozen=True, eq=False)
class Learned:
    """A model that was trained, and what is known of it."""

    model: FittedModel
    rows: RowCounts
    evaluation: Evaluation
    gates: tuple[GateResult, ...]
    scores: Relation
    """`keep`, then probability and prediction, or cluster and distance. Nothing of it has been computed."""
    score_schema: Schema
    warnings: tuple[str, ...]
    kept: tuple[Materialise, ...]
    """To be released when the scores are written."""

    @property
    def metrics(self) -> Metrics:
        return self.evaluation.metrics

    @property
    def passed(self) -> bool:
        return all(gate.passed for gate in self.gates)


def learn(
    engine: Engine[Any], plan: ModelPlan, clock: Clock, parameters: Mapping[str, ParameterValue] | None = None
) -> Learned:
    """Return the trained model. Everything that is materialised on the way is released, but for `kept`.

    `parameters` are those of the document, for its gates. Raises DataError if rows, label or inputs do not allow to train it.
    """
    with ExitStack() as on_error, ExitStack() as done:
        base, kept = _read_once(plan)
        for node in kept:
            on_error.callback(engine.release, node)
        learned = _Learning(engine, plan, clock, done, parameters or {}).run(base, kept)
        on_error.pop_all()
        return learned


def train_alone(engine: Engine[Any], plan: ModelPlan, clock: Clock) -> tuple[FittedModel, RowCounts]:
    """Return the trained model; it is judged and its rows are scored elsewhere."""
    with ExitStack() as done:
        model, _, counts = _Learning(engine, plan, clock, done, {}).train(plan.relation)
        return model, counts


def judge(
    engine: Engine[Any], plan: ModelPlan, model: FittedModel, clock: Clock, parameters: Mapping[str, ParameterValue] | None = None
) -> tuple[Evaluation, tuple[GateResult, ...]]:
    """Return evaluation and gates of a model that was trained before on the same rows."""
    with ExitStack() as done:
        learning = _Learning(engine, plan, clock, done, parameters or {})
        learning.learner.resume(model)
        return learning.judge(learning.prepared(plan.relation, model.preparation), model)


def scores_of(engine: Engine[Any], plan: ModelPlan, model: FittedModel, clock: Clock) -> Relation:
    """Return the scores of the plan's rows by a model that was trained before. Nothing of it has been computed."""
    with ExitStack() as done:
        return _Learning(engine, plan, clock, done, {}).scores(plan.relation, model)


def _read_once(plan: ModelPlan) -> tuple[Relation, tuple[Materialise, ...]]:
    """Return the model's table so that reading it several times is cheap."""
    source = plan.relation
    while isinstance(source, Project | Filter):
        source = source.input
    if isinstance(source, Materialise | Scan):
        return plan.relation, ()
    node = Materialise(plan.relation, plan.table, f"read by the training and the scores of {plan.name}")
    return node, (node,)


class _Learning:
    """The steps of one training."""

    def __init__(
        self,
        engine: Engine[Any],
        plan: ModelPlan,
        clock: Clock,
        done: ExitStack,
        parameters: Mapping[str, ParameterValue],
    ) -> None:
        self.engine = engine
        self.plan = plan
        self.clock = clock
        self.done = done
        self.parameters = parameters
        self.learner = learner_of(engine, plan, self._release_at_the_end)
        self.training = call("not", Column(TEST))

    def run(self, base: Relation, kept: tuple[Materialise, ...]) -> Learned:
        model, prepared, counts = self.train(base)
        evaluation, gates = self.judge(prepared, model)
        scores = self.scores(base, model)
        warnings = (*model.preparation.warnings, *model.warnings)
        return Learned(model, counts, evaluation, gates, scores, schema_of(scores), warnings, kept)

    def train(self, base: Relation) -> tuple[FittedModel, Matrix, RowCounts]:
        """Return the model, the prepared rows that it learned from or is judged by, and how many there are."""
        plan = self.plan
        with self.clock("features"):
            self.learner.look_at(Filter(self._flagged(base), self._learns()))
            flagged = self._flagged(base)
            counts = self._count(flagged)
            learning = Filter(flagged, self._learns())
            label = LABEL if plan.label and self.learner.takes_label_means else None
            known = counts.training, counts.positives
            preparation = fit(self.engine, learning, plan.schema, plan.inputs, label, plan.key, self.training, known)
            prepared = apply(preparation, learning, self._carried(), self.training)
            replaced = self.learner.training_columns(Filter(learning, self.training))
            matrix = self._training_matrix(prepared, preparation, counts.training, replaced)
        with self.clock("train"), counted() as made, self._kept(matrix) as kept:
            trained = self.learner.train(kept, prepared, preparation)
        label_type = plan.schema[plan.label].type.name if plan.label else None
        model = FittedModel(plan.name, trained.solution, preparation, plan.label, label_type, _with_iterations(trained.facts, made.total), trained.warnings)
        return model, prepared, counts

    def prepared(self, base: Relation, preparation: Preparation) -> Matrix:
        """Return the rows that a model learned from or is judged by, as `train` prepared them."""
        return apply(preparation, Filter(self._flagged(base), self._learns()), self._carried(), self.training)

    def judge(self, prepared: Matrix, model: FittedModel) -> tuple[Evaluation, tuple[GateResult, ...]]:
        with self.clock("evaluate"):
            evaluation = self.learner.evaluate(self._test_rows(prepared), model)
            return evaluation, check_gates(self.engine, self.plan.gates, evaluation.metrics, self._lower_gate)

    def scores(self, base: Relation, model: FittedModel) -> Relation:
        flagged = self._flagged(base)
        rows = Filter(flagged, Column(TEST)) if self.plan.score_rows == "test" else flagged
        return score_relation(apply(model.preparation, rows, self.plan.keep), model, self.plan.keep)

    # rows

    def _flagged(self, base: Relation) -> Relation:
        """Return the columns that learning and scoring read, with TEST, PICKED and LABEL."""
        plan = self.plan
        inputs = (name for each in plan.inputs for name in each.columns)
        columns: dict[str, Expression] = {name: Column(name) for name in (*plan.keep, *plan.key, *inputs, *self.learner.sampled_by())}
        columns |= self.learner.carried()
        columns |= self._sides()
        columns[PICKED] = literal(True) if plan.rows is None else call("coalesce", plan.rows, literal(False))
        label = self.learner.label()
        if label is not None:
            columns[LABEL] = label
        return Project(base, tuple(columns.items()))

    def _sides(self) -> dict[str, Expression]:
        """On which side of the split a row is, if on any."""
        split, schema = self.plan.split, self.plan.schema
        sides: dict[str, Expression] = {TEST: is_test(split, self.plan.key, schema)}
        if split is None or split.time is None or split.test_from is None:
            return sides
        beyond: Expression = literal(False)
        for each in self.plan.horizons:
            beyond = call("or", beyond, reaches(each.at, each.within, split.test_from, schema))
        timeless = call("is_null", Column(split.time))
        return sides | {REACHES: call("and", call("not", sides[TEST]), beyond), TIMELESS: timeless}

    @property
    def _by_time(self) -> bool:
        return self.plan.split is not None and self.plan.split.time is not None

    def _has_label(self) -> Expression:
        """Whether `rows` is true of a row, and its label is known."""
        if not self.plan.label:
            return Column(PICKED)
        return call("and", Column(PICKED), call("not", call("is_null", Column(LABEL))))

    def _learns(self) -> Expression:
        """Whether a row is learned from or judged by."""
        return call("and", self._has_label(), call("not", Column(REACHES))) if self._by_time else self._has_label()

    def _carried(self) -> tuple[str, ...]:
        """Columns that go through the preparation: for the samples, the evaluation, the split and the label."""
        label = (LABEL,) if self.plan.label else ()
        return (*self.learner.sampled_by(), *self.learner.carried(), TEST, *label)

    def _count(self, flagged: Relation) -> RowCounts:
        """Count and check in one query. Raises DataError if the rows do not allow to learn from them."""
        plan, learns = self.plan, self._learns()
        seen = literal(True) if plan.score_rows == "all" else call("or", learns, Column(TEST))
        checks = checks_of(plan.schema, plan.inputs)
        at_once = len(checks) <= BATCH
        counts = {name: case(flag, literal(1)) for name, flag in self._flags().items()} | counted_among(seen, checks if at_once else ())
        calls = [(name, AggregateCall("count", name)) for name in counts]
        columns: dict[str, Expression] = dict(counts)
        if plan.label:
            columns[LABEL] = case(learns, Column(LABEL))
            calls += [("low", AggregateCall("min", LABEL)), ("high", AggregateCall("max", LABEL))]
            if self.learner.takes_label_means and schema_of(flagged)[LABEL].type == INT:
                columns["learned"] = case(call("and", learns, self.training), Column(LABEL))
                calls.append(("positives", AggregateCall("sum", "learned")))
        row = one_row(self.engine.collect(Aggregate(Project(flagged, tuple(columns.items())), (), tuple(calls))))
        self.learner.check_label(row.get("low"), row.get("high"))
        counted = {name: int(row[name] or 0) for name in counts}
        found = self._row_counts(counted)
        if at_once:
            refuse_counted(counted, checks)
        else:
            refuse_unseen(self.engine, Filter(flagged, seen), plan.schema, plan.inputs)
        return replace(found, positives=int(row["positives"] or 0) if "learned" in columns else None)

    def _flags(self) -> dict[str, Expression]:
        """Which rows are counted, by the name of their number."""
        learns = self._learns()
        flags = {"rows": Column(PICKED), "learning": learns, "test": call("and", learns, Column(TEST))}
        if self._by_time:
            flags |= {name: call("and", self._has_label(), Column(flag)) for name, flag in (("reaching", REACHES), ("timeless", TIMELESS))}
        return flags

    def _row_counts(self, counted: Mapping[str, int]) -> RowCounts:
        rows, learning, test = (counted[name] for name in ("rows", "learning", "test"))
        reaching, timeless = counted.get("reaching", 0), counted.get("timeless", 0)
        if timeless and self.plan.split:
            column = self.plan.split.time
            raise DataError(f"model {self.plan.name}: `{column}` is null in {timeless} rows, and it says which rows are test rows")
        if self.plan.split and not test:
            raise DataError(f"model {self.plan.name}: no row is a test row (of {learning} that learn)")
        return RowCounts(rows, rows - learning - reaching, learning - test, test, reaching)

    # training

    def _training_matrix(
        self, prepared: Matrix, preparation: Preparation, rows: int, replaced: Mapping[str, Expression]
    ) -> Matrix:
        """Return the matrix of the training rows; `replaced` are its label and weight where they are not those of the rows."""
        weight = WEIGHT if WEIGHT in replaced else None
        matrix = replace(prepared, label=LABEL if self.plan.label else None, rows=rows, weight=weight)
        relation: Relation = Filter(matrix.relation, self.training)
        columns: dict[str, Expression] = {name: Column(name) for name in matrix.columns} | dict(replaced)
        if self.learner.scales_inside:
            columns |= standardised(preparation)
        relation = Project(relation, tuple(columns.items()))
        if weight:
            # a row without weight says nothing, and is none of those that an uncertainty counts
            relation = Filter(relation, call("less", literal(0.0), Column(weight)))
        return replace(matrix, relation=relation)

    @contextmanager
    def _kept(self, matrix: Matrix) -> Iterator[Matrix]:
        """Give the matrix materialised. Afterwards it is released: it would lie beside the test rows and their scores."""
        node = Materialise(matrix.relation, f"{self.plan.name} training", "training matrix")
        try:
            yield replace(matrix, relation=node)
        finally:
            self.engine.release(node)

    def _release_at_the_end(self, node: Materialise) -> None:
        self.done.callback(self.engine.release, node)

    # evaluation

    def _test_rows(self, prepared: Matrix) -> Matrix:
        """Return the rows that are evaluated: the test rows, or all without a split."""
        return replace(prepared, relation=Filter(prepared.relation, Column(TEST))) if self.plan.split else prepared

    def _lower_gate(self, expression: Expression, schema: Schema) -> Expression:
        return lower(expression, schema, self.parameters, table="the metrics", expected=BOOLEAN).expression


def _with_iterations(facts: Mapping[str, Any], made: int | None) -> Mapping[str, Any]:
    """Return the facts with all passes of the training: the library's iterations, and the steps that polish its answer."""
    return facts if made is None else {**facts, "iterations": made + facts.get("newton_steps", 0)}


def score_relation(matrix: Matrix, model: FittedModel, keep: tuple[str, ...]) -> Relation:
    """Return the scores of the prepared rows of a matrix, whose relation holds the columns of `keep`."""
    if isinstance(model.solution, LogisticRegression):
        return with_probability(matrix, model.solution, keep, model.label_type or "boolean")
    if isinstance(model.solution, LinearRegression):
        return with_prediction(matrix, model.solution, keep)
    if isinstance(model.solution, MultinomialRegression):
        return with_classes(matrix, model.solution, keep)
    return with_cluster(matrix, model.solution, keep)
