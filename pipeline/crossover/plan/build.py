"""From a document to a plan: names, types, keys and outcomes are followed from step to step.

All mistakes are found at once. A name whose definition was refused is known as broken, so that its users are not
reported as well.
"""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa

from crossover.core.nearest import did_you_mean
from crossover.document.canonical import canonical
from crossover.document.literals import as_setting
from crossover.document.load import Loaded
from crossover.document.sections import SourceSection, TableSection
from crossover.language.tree import Column, call, case, literal
from crossover.operations.context import Context, Refused
from crossover.operations.from_ import From
from crossover.operations.operation import RowsSetAside
from crossover.operations.table import Outcome, Table
from crossover.plan.models import build_model
from crossover.plan.plan import ModelPlan, Plan, SetAside, StagePlan, StageTable, TablePlan
from crossover.plan.row_local import row_local
from crossover.plan.usage import warn_unused
from crossover.relations.nodes import (
    FILE,
    RAW,
    REASON,
    ROW,
    Aggregate,
    AggregateCall,
    Filter,
    InlineTable,
    Project,
    Relation,
    Scan,
)

INGEST = "ingest"


def build_plan(loaded: Loaded) -> Plan:
    """Return the plan of a document.

    Raises
    ------
    ConfigError
        with every mistake of the document, those that `load_document` found among them.
    """
    builder = _Builder(loaded)
    plan = builder.build()
    loaded.problems.raise_if_any()
    warn_unused(loaded, plan)
    return plan


class _Builder:
    def __init__(self, loaded: Loaded) -> None:
        self.loaded = loaded
        self.document = loaded.document
        self.report = loaded.problems
        self.tables: dict[str, Table] = {}
        self.broken_parameters = frozenset(self.document.parameters) - frozenset(loaded.parameters)
        self.stages: list[StagePlan] = []

    def build(self) -> Plan:
        self._sources()
        for stage in self.document.stages:
            set_aside: list[SetAside] = []
            for section in stage.tables:
                self._table(stage.name, section, set_aside)
            self.stages.append(StagePlan(stage.name, tuple(set_aside), (), self._tables_now()))
        store = self._store()
        models = self._models()
        named = dict.fromkeys([*store, *(model.table for model in models)])
        tables = {name: _table_plan(self.tables[name]) for name in named}
        return Plan(
            self.document.pipeline,
            dict(self.loaded.parameters),
            tuple(self.stages),
            tables,
            store,
            models,
            canonical(self.loaded.tree),
            {name: section.specification(name) for name, section in self.document.sources.items() if section is not None},
            self.loaded.text,
            self.loaded.path,
            {name: as_setting(value) for name, value in self.loaded.parameters.items()},
        )

    def _sources(self) -> None:
        set_aside = []
        for name, section in self.document.sources.items():
            if section is None:
                self.tables[name] = Table(name, Scan(_nothing(name), ()), unknown=True)
                continue
            scan = _scan(name, section)
            set_aside.append(_source_set_aside(name, scan))
            self.tables[name] = self._source_table(name, section, scan)
        self.stages.append(StagePlan(INGEST, tuple(set_aside), (), self._tables_now()))

    def _tables_now(self) -> tuple[StageTable, ...]:
        return tuple(StageTable(name, table.relation, table.key) for name, table in self.tables.items())

    def _source_table(self, name: str, section: SourceSection, scan: Scan) -> Table:
        kept = [*section.columns, *section.partitions, FILE, ROW]
        fits = Filter(scan, call("is_null", Column(REASON)))
        relation = Project(fits, tuple((column, Column(column)) for column in kept))
        for field in ("key", "outcomes"):
            self._check_columns(name, section, field, getattr(section, field))
        outcomes = {column: Outcome(column, name) for column in section.outcomes if column in section.types()}
        key = tuple(column for column in section.key if column in section.types())
        return Table(name, relation, key, outcomes)

    def _check_columns(self, name: str, section: SourceSection, field: str, columns: tuple[str, ...]) -> None:
        for index, column in enumerate(columns):
            if column not in section.types():
                hint = did_you_mean(column, section.types())
                message = f"source `{name}` has no column `{column}`{hint}"
                self.report.problem(("sources", name, field, index), "unknown-column", message)

    def _table(self, stage: str, section: TableSection, set_aside: list[SetAside]) -> None:
        table = self._begin(section)
        if table is None:
            return
        for step in section.steps:
            context = Context(step.path, stage, {**self.tables, table.name: table}, self.loaded.parameters, self.report, self.broken_parameters)
            if step.operation is None:
                table = replace(table, unknown=True)
                continue
            try:
                if isinstance(step.operation, From) and step is not section.steps[0]:
                    raise context.refuse(("from",), "from-first", "`from` is only the first step of a table", key=True)
                result = step.operation.apply(table, context)  # type: ignore[attr-defined]
            except Refused:
                table = replace(table, unknown=True)
                continue
            if isinstance(result, tuple):
                table, rows = result
                set_aside.append(_step_set_aside(stage, table.name, rows))
            else:
                table = result
        self.tables[table.name] = table

    def _begin(self, section: TableSection) -> Table | None:
        """The table that the steps continue, or the empty beginning of a new one."""
        first = section.steps[0] if section.steps else None
        starts = first is not None and (isinstance(first.operation, From) or (first.operation is None and first.verb == "from"))
        if section.name in self.tables:
            if starts and first is not None:
                message = f"`{section.name}` exists already: its steps continue it, so `from` cannot stand here"
                self.report.problem((*first.path, "from"), "from-exists", message, "give the branch a new name", key=True)
            return self.tables[section.name]
        if first is not None and first.operation is None and not starts:
            self.tables[section.name] = Table(section.name, Scan(_nothing(section.name), ()), unknown=True)
            return None  # what the first step should have been is reported already
        if not starts:
            hint = did_you_mean(section.name, self.tables)
            message = f"no table or source `{section.name}` above{hint}"
            self.report.problem(section.path, "unknown-table", message, "a new table begins with `- from: OTHER`", key=True)
            self.tables[section.name] = Table(section.name, Scan(_nothing(section.name), ()), unknown=True)
            return None
        return Table(section.name, Scan(_nothing(section.name), ()), unknown=True)

    def _store(self) -> tuple[str, ...]:
        kept = []
        for index, name in enumerate(self.document.store):
            if name in self.tables:
                kept.append(name)
            else:
                message = f"no table `{name}`{did_you_mean(name, self.tables)}"
                self.report.problem(("store", index), "unknown-table", message)
        return tuple(kept)

    def _models(self) -> tuple[ModelPlan, ...]:
        models = []
        for name, section in self.document.models.items():
            if section is None:
                continue
            if section.table not in self.tables:
                message = f"no table `{section.table}`{did_you_mean(section.table, self.tables)}"
                self.report.problem(("models", name, "from"), "unknown-table", message)
                continue
            try:
                model = build_model(name, section, self.tables[section.table], self.loaded)
                models.append(replace(model, row_local=row_local(model.relation, model.inputs)))
            except Refused:
                continue
        return tuple(models)


def _scan(name: str, section: SourceSection) -> Scan:
    return Scan(section.specification(name), (*section.columns, *section.partitions, FILE, ROW, REASON, RAW))


def _nothing(name: str) -> InlineTable:
    return InlineTable(pa.table({}), name)


def _source_set_aside(name: str, scan: Scan) -> SetAside:
    bad = call("not", call("is_null", Column(REASON)))
    flag = Project(scan, (("set_aside", case(bad, literal(1))),))
    counts = Aggregate(flag, (), (("rows", AggregateCall("count_rows")), ("set_aside", AggregateCall("count", "set_aside"))))
    named = (("file", Column(FILE)), ("row", Column(ROW)), ("reason", Column(REASON)), ("raw", Column(RAW)))
    return SetAside(INGEST, name, (), counts, Project(Filter(scan, bad), named))


def _step_set_aside(stage: str, table: str, rows: RowsSetAside) -> SetAside:
    return SetAside(stage, table, rows.reasons, rows.counts, rows.rows)


def _table_plan(table: Table) -> TablePlan:
    return TablePlan(table.name, _visible(table), table.schema, table.key, frozenset(table.outcomes))


def _visible(table: Table) -> Relation:
    """The table without the hidden columns of its source."""
    if list(table.all_columns) == list(table.schema):
        return table.relation
    return Project(table.relation, tuple((name, Column(name)) for name in table.schema))
