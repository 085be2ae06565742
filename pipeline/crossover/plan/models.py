"""What a model sees, learns from and is judged by: checked against its table, without data."""

from __future__ import annotations

from crossover.core.nearest import did_you_mean
from crossover.document.load import Loaded
from crossover.document.sections import ModelSection
from crossover.language.errors import ExpressionError
from crossover.language.lower import lower
from crossover.language.parse import parse
from crossover.language.tree import Column, Expression, Parameter, columns_of, literal, transform
from crossover.language.types import BOOLEAN, DATE, DOUBLE, INT, STRING, TIMESTAMP, Fact, Type
from crossover.learning.models.specification import Train, TrainKMeans, TrainLinearRegression, TrainLogisticRegression
from crossover.learning.preparation.specification import Input, Split
from crossover.operations.context import Refused
from crossover.operations.prefix import with_places
from crossover.operations.table import Horizon, Path, Table
from crossover.plan.clusters import check_clusters
from crossover.plan.evaluation import check_evaluation
from crossover.plan.leaks import check_input, check_label, check_rows_kept
from crossover.plan.metrics import metrics_of
from crossover.plan.plan import RESERVED_MODEL_NAMES, ModelPlan
from crossover.plan.prefixes import resolved
from crossover.plan.weights import check_weight, weight_of
from crossover.relations.nodes import Project

_CLASSES = (BOOLEAN, INT, STRING)
_LABELS: dict[type, tuple[tuple[Type, ...], str]] = {
    TrainLogisticRegression: ((BOOLEAN, INT), "a label is boolean, or int of 0 and 1; write `multinomial: true` under `train` to learn several values of a string or int"),
    TrainLinearRegression: ((INT, DOUBLE), "the label of a linear_regression is int or double"),
}
"""Types of the label of each kind of model that has one."""


def _labels_of(train: Train) -> tuple[tuple[Type, ...], str]:
    """Return the types of the label, and a message for all others."""
    if isinstance(train, TrainLogisticRegression) and train.multinomial:
        return _CLASSES, "with `multinomial: true` a label is string, int or boolean"
    return _LABELS[type(train)]


def build_model(name: str, section: ModelSection, table: Table, loaded: Loaded) -> ModelPlan:
    """Return the plan of a model. Raises Refused where mistakes were reported."""
    return _Model(name, section, table, loaded).build()


class _Model:
    def __init__(self, name: str, section: ModelSection, table: Table, loaded: Loaded) -> None:
        self.name = name
        self.table = table
        self.report = loaded.problems
        self.parameters = loaded.parameters
        self.path: Path = ("models", name)
        self.failed = False
        self.written = section
        self.section = section = resolved(section, table, self._prefix)
        self.seen: set[tuple[str, str]] = set()
        """Columns and kinds of the inputs so far: what is fitted is known by both."""
        self.supervised = not isinstance(section.train, TrainKMeans)

    def build(self) -> ModelPlan:
        section, table = self.section, self.table
        if self.name in RESERVED_MODEL_NAMES:
            self._problem((), "name", f"a model cannot be called `{self.name}`: the run folder uses that name", key=True)
        self._label()
        rows = self._rows()
        split = self._split()
        horizons = self._horizons(split)
        for index, each in enumerate(section.inputs):
            self._input(index, each)
        keep = self._keep()
        gates = self._gates()
        if self.supervised:
            self.failed |= check_rows_kept(self.name, table, self.report)
        else:
            self._sample_key()
        mistakes = (*check_clusters(section, table), *check_evaluation(section, table), *check_weight(section, table))
        for where, code, message, *notes in mistakes:
            self._problem(where, code, message, *notes)
        if self.failed:
            raise Refused()
        columns = self._columns(rows, split, keep, horizons)
        relation = Project(table.relation, tuple((column, Column(column)) for column in columns))
        return ModelPlan(
            self.name,
            section.table,
            relation,
            {column: table.schema[column] for column in columns},
            table.key,
            section.label,
            rows,
            split,
            section.inputs,
            section.train,
            section.evaluate,
            gates,
            section.score.rows,
            keep,
            horizons,
        )

    def _problem(self, where: Path, code: str, message: str, *notes: str, offset: int | None = None, key: bool = False) -> None:
        self.failed = True
        self.report.problem((*self.path, *where), code, message, *notes, offset=offset, key=key)

    def _prefix(self, where: Path, code: str, message: str) -> None:
        """A prefix without a column; without a code what it may have meant is reported above."""
        self.failed = True
        if code:
            self._problem(where, code, message)

    def _fact(self, where: Path, column: str) -> Fact | None:
        """The column's fact; None after a mistake here or above."""
        fact = self.table.schema.get(column)
        if fact is not None:
            return fact
        self.failed = True
        if column not in self.table.broken and not self.table.unknown:
            hint = did_you_mean(column, self.table.schema)
            self._problem(where, "unknown-column", f"no column `{column}` in `{self.table.name}` here{hint}")
        return None

    def _label(self) -> None:
        label = self.section.label
        if not self.supervised:
            if label is not None:
                self._problem(("label",), "label", f"{self.section.train.kind} has no label")
            return
        if label is None:
            self._problem((), "label", f"`{self.name}` needs a `label`: the column that it learns to predict", key=True)
            return
        fact = self._fact(("label",), label)
        if fact is None:
            return
        allowed, told = _labels_of(self.section.train)
        if fact.type not in allowed:
            self._problem(("label",), "label", f"`{label}` is {fact.type}; {told}")
        self.failed |= check_label(self.name, label, self.table, self.report)

    def _expression(self, where: Path, text: str) -> Expression | None:
        try:
            tree = parse(text)
            names = columns_of(tree)
            if any(name in self.table.broken or (self.table.unknown and name not in self.table.schema) for name in names):
                self.failed = True
                return None
            return lower(tree, self.table.schema, self.parameters, table=self.table.name, expected=BOOLEAN).expression
        except ExpressionError as error:
            self._problem(where, error.code, error.message, *error.notes, offset=error.span.start)
            return None

    def _rows(self) -> Expression | None:
        return None if self.section.rows is None else self._expression(("rows",), self.section.rows)

    def _split(self) -> Split | None:
        split = self.section.split
        if split is None:
            return None
        if split.time is not None:
            fact = self._fact(("split", "time"), split.time)
            if fact is not None and fact.type not in (DATE, TIMESTAMP):
                self._problem(("split", "time"), "split", f"`{split.time}` is {fact.type}; a split by time needs a date or a timestamp")
            return split
        by = split.by or self.table.key
        if not by:
            self._problem(("split",), "split", f"`{self.table.name}` has no key: say what to split by", "split: {by: [column], test: 0.2}")
        for place, column in with_places(split.by, getattr(self.written.split, "by", ())):
            where: Path = ("split", "by", place)
            fact = self._fact(where, column)
            if fact is not None and not fact.exact:
                self._problem(where, "inexact", f"`{column}` is an inexact double: rows would change sides")
        return split.model_copy(update={"by": tuple(by)})

    def _horizons(self, split: Split | None) -> tuple[Horizon, ...]:
        """How far ahead that looks which the model learns from, if it is split by time.

        Of a label that is derived the way is not followed back: then these are all look_aheads of the table.
        """
        if split is None or split.time is None:
            return ()
        names = [name for each in self.section.inputs for name in each.columns] if not self.supervised else [self.section.label or ""]
        marks = {name: self.table.outcomes[name] for name in names if name in self.table.outcomes}
        found = [each for each in self.table.horizons if marks.keys() & set(each.columns)]
        if any(name not in each.columns for name in marks for each in found) or not found:
            found = list(self.table.horizons) if marks else []
        lost = [mark for mark in marks.values() if "look_ahead" in mark.made] if not found else []
        lost_moments = [each.at for each in found if each.at not in self.table.schema]
        if lost or lost_moments:
            column = lost[0].column if lost else next(each for each in found if each.at in lost_moments).columns[0]
            self._problem(
                ("split",), "split", f"a split by time needs the moment from which `{column}` looks ahead, and it is not in `{self.table.name}`",
                "look ahead in the table that the model is from, and keep the column of `at:`",
            )
        return tuple(found)

    def _input(self, index: int, settings: Input) -> None:
        for place, column in with_places(settings.columns, self.written.inputs[index].columns):
            where: Path = ("inputs", index, "columns", place)
            fact = self._fact(where, column)
            if fact is None:
                continue
            if (column, settings.kind) in self.seen:
                self._problem(where, "listed-twice", f"`{column}` is an input twice as {settings.kind}", "derive a copy of it above")
                continue
            self.seen.add((column, settings.kind))
            if column == self.section.label:
                self._problem(where, "label-input", f"`{column}` is the label, so it cannot be an input of `{self.name}`")
                continue
            if settings.encode is None and not (fact.type.numeric or fact.type == BOOLEAN):
                self._problem(
                    where, "input-type", f"`{column}` is {fact.type}: a model takes numbers and booleans",
                    "encode: one_hot makes a column of each value, encode: label_mean the mean label of each",
                )
            elif settings.impute == "most_common" and not fact.exact:
                self._problem(where, "inexact", f"`{column}` is an inexact double: none of its values is the most common", "impute: median")
            elif settings.encode and not fact.exact:
                self._problem(where, "inexact", f"`{column}` is an inexact double: it has no values to encode")
            elif settings.encode and fact.type not in (STRING, INT, BOOLEAN):
                self._problem(where, "input-type", f"`{column}` is {fact.type}: encode takes string, int and boolean", "derive an int of it above")
            elif settings.encode == "label_mean" and not self.table.key:
                self._problem(where, "label-mean-key", f"label_mean needs the key of `{self.table.name}`, and it has none")
            elif settings.encode == "label_mean" and not self.supervised:
                self._problem(where, "label", f"label_mean needs a label, and {self.section.train.kind} has none")
            elif settings.encode == "label_mean" and _labels_of(self.section.train)[0] == _CLASSES:
                self._problem(where, "label", "label_mean needs a label that has a mean, and classes have none", "encode: one_hot")
            if self.supervised:
                self.failed |= check_input(self.name, column, (*self.path, *where), self.table, self.report)

    def _keep(self) -> tuple[str, ...]:
        wanted = self.section.score.keep or ()
        for place, column in with_places(wanted, self.written.score.keep or ()):
            self._fact(("score", "keep", place), column)
        return tuple(dict.fromkeys([*self.table.key, *wanted]))

    def _gates(self) -> tuple[tuple[str, Expression], ...]:
        schema = {metric: Fact(DOUBLE, exact=False) for metric in metrics_of(self.section.train, self.section.evaluate)}
        gates = []
        for reason, text in self.section.evaluate.require.items():
            where = ("evaluate", "require", reason)
            try:
                tree = parse(text)
                lower(tree, schema, self.parameters, table="the metrics", expected=BOOLEAN)
                gates.append((reason, transform(tree, self._with_value)))
            except ExpressionError as error:
                notes = (*error.notes, f"metrics: {', '.join(schema)}") if error.code == "unknown-column" else error.notes
                message = error.message.replace("no column", "no metric").replace(" in `the metrics` here", "")
                self._problem(where, error.code, message, *notes, offset=error.span.start)
        return tuple(gates)

    def _with_value(self, node: Expression) -> Expression:
        value = self.parameters[node.name] if isinstance(node, Parameter) else None
        return node if value is None or isinstance(value, tuple) else literal(value)

    def _sample_key(self) -> None:
        if not self.table.key and not any(fact.exact for fact in self.table.schema.values()) and not self.table.unknown:
            self._problem(
                ("from",), "sample-key", f"`{self.table.name}` has neither a key nor an exact column to draw centres by",
                "declare `key:` at the source, or aggregate by columns that identify a row",
            )

    def _columns(
        self, rows: Expression | None, split: Split | None, keep: tuple[str, ...], horizons: tuple[Horizon, ...]
    ) -> list[str]:
        """The columns that the model reads, in the table's order."""
        section = self.section
        used = {column for each in section.inputs for column in each.columns} | set(keep) | set(self.table.key)
        used |= set(columns_of(rows)) if rows is not None else set()
        used |= {*split.by, *((split.time,) if split.time else ())} if split is not None else set()
        used |= {each.at for each in horizons}
        used |= {name for name in (section.label, section.evaluate.truth, *section.evaluate.by, weight_of(section)) if name}
        if not self.supervised and not self.table.key:
            used |= {column for column, fact in self.table.schema.items() if fact.exact}
        return [column for column in self.table.schema if column in used]
