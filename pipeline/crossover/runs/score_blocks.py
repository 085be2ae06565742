"""Scores a source block by block on one machine: memory is that of a few blocks, however large the files are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pyarrow as pa

from crossover.engines.base import Engine
from crossover.learning.models.fitted import FittedModel
from crossover.learning.preparation.apply import apply
from crossover.learning.preparation.missing import check_counts, checks_of, refuse_counted
from crossover.plan.build import INGEST
from crossover.plan.plan import Plan, SetAside
from crossover.relations.compute import one_row
from crossover.relations.graph import topological
from crossover.relations.nodes import InlineTable, Materialise, Relation, Scan, StoredTable
from crossover.relations.row_local import driving_scan, over_block, with_kept_right_sides
from crossover.relations.schema import schema_of
from crossover.runs.execute import Execution, key_of_quarantine
from crossover.runs.folder import Attempt
from crossover.runs.learn import FITTED, score_relation
from crossover.runs.parquet_sink import ParquetSink
from crossover.runs.progress import Progress
from crossover.runs.record import Outcome, SetAsideRecord
from crossover.sources.read import read_parts


def score_in_blocks(plan: Plan, fitted: FittedModel, engine: Engine[Any], attempt: Attempt, progress: Progress) -> Outcome | None:
    """Write the scores of all rows of a scoring plan; None, with nothing done, if some row needs others of its table."""
    if not _in_blocks(plan):
        return None
    return _Blocks(_with_kept_right_sides(plan), fitted, engine, attempt, progress).run()


def _in_blocks(plan: Plan) -> bool:
    """Whether each block of one source's rows has its own scores and its own rows that are set aside."""
    scan = driving_scan(plan.models[0].relation)
    if scan is None:
        return False
    relations = [relation for stage in plan.stages for each in stage.set_aside for relation in (each.rows,)]
    return all(scan not in topological([each]) or driving_scan(each) is scan for each in relations)


def _with_kept_right_sides(plan: Plan) -> Plan:
    set_aside = [each for stage in plan.stages for each in stage.set_aside]
    relations = [plan.models[0].relation, *(relation for each in set_aside for relation in (each.counts, each.rows))]
    kept = with_kept_right_sides(relations)
    stages = tuple(
        replace(stage, set_aside=tuple(replace(each, counts=kept[each.counts], rows=kept[each.rows]) for each in stage.set_aside))
        for stage in plan.stages
    )
    return replace(plan, stages=stages, models=tuple(replace(model, relation=kept[model.relation]) for model in plan.models))


class _Blocks:
    """One pass over the blocks of the driving source."""

    def __init__(self, plan: Plan, fitted: FittedModel, engine: Engine[Any], attempt: Attempt, progress: Progress) -> None:
        self.execution = Execution(plan, engine, attempt, progress)
        self.plan = self.execution.plan
        self.engine = engine
        self.attempt = attempt
        self.progress = progress
        (self.model,) = self.plan.models
        scan = driving_scan(self.model.relation)
        assert scan is not None
        self.scan = scan
        self.scores = score_relation(apply(fitted.preparation, self.model.relation, self.model.keep), fitted, self.model.keep)
        self.checks = checks_of(self.model.schema, self.model.inputs)
        self.nulls: Counter[str] = Counter()
        self.counted: dict[SetAside, Counter[str]] = {}
        self.sinks: dict[SetAside, ParquetSink] = {}

    def run(self) -> Outcome:
        set_aside = [each for stage in self.plan.stages for each in stage.set_aside]
        with_each_block = [each for each in set_aside if self.scan in topological([each.rows])]
        beside = {each: self.execution.set_aside(each) for each in set_aside if each not in with_each_block}
        self.counted = {each: Counter() for each in with_each_block}
        name = " + ".join(dict.fromkeys([INGEST, *(each.stage for each in with_each_block), "score"]))
        place = self.attempt.scores(self.model.name)
        with self.progress.clock(name, table=self.model.name) as clock, ParquetSink(place, schema_of(self.scores)) as sink:
            for block in self._blocks():
                self._block(block, sink)
            refuse_counted(self.nulls, self.checks)
            clock.rows = sink.rows
        self.execution.describe(self.scores, self.model.key, place, sink.rows, fitted=FITTED)
        for each in (each for each in with_each_block if each in self.sinks):
            self._name_quarantine(each, self.sinks[each])
        self.execution.release_all()
        records = [beside[each] if each in beside else _record(each, self.counted[each]) for each in set_aside]
        return Outcome({f"scores of {self.model.name}": sink.rows}, tuple(records), ())

    def _blocks(self) -> Iterator[pa.Table]:
        assert not isinstance(self.scan.source, InlineTable | StoredTable)
        return read_parts(self.scan.source, self.scan.columns)

    def _block(self, table: pa.Table, sink: ParquetSink) -> None:
        block = Scan(InlineTable(table, self.scan.source.name), self.scan.columns)
        known: dict[Relation, Relation] = {}

        def collected(relation: Relation) -> pa.Table:
            return self.engine.collect(over_block(relation, self.scan, block, known))

        for each, counted in self.counted.items():
            counts = {name: int(value or 0) for name, value in one_row(collected(each.counts)).items()}
            counted.update(counts)
            if counts["set_aside"]:
                self._sink(each).write(collected(each.rows))
        if self.checks:
            self.nulls.update({name: int(value or 0) for name, value in one_row(collected(check_counts(self.model.relation, self.checks))).items()})
        sink.write(collected(self.scores))
        kept = [node for node in known.values() if isinstance(node, Materialise) and block in topological([node])]
        for node in kept:
            self.engine.release(node)

    def _sink(self, each: SetAside) -> ParquetSink:
        if each not in self.sinks:
            self.sinks[each] = ParquetSink(self.attempt.quarantine(f".unnamed-{len(self.sinks)}"), schema_of(each.rows))
        return self.sinks[each]

    def _name_quarantine(self, each: SetAside, sink: ParquetSink) -> None:
        """Give a quarantine its name, which counts those before it in the document that have rows too."""
        sink.close()
        folder = self.execution.quarantine(each)
        sink.folder.rename(folder)
        self.execution.describe(each.rows, key_of_quarantine(each), folder, sink.rows)


def _record(each: SetAside, counted: Counter[str]) -> SetAsideRecord:
    reasons = {reason: counted[f"reason_{index}"] for index, reason in enumerate(each.reasons)}
    return SetAsideRecord(each.stage, each.table, counted["rows"], counted["set_aside"], reasons)
