"""A plan cut at its stages, so that each can be a job of its own.

A stage hands on the tables that later ones use, with the columns that they use. A table that a stage leaves as it
is stays where it was written first, so the hand-overs of all stages before are read, not only the last one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from crossover.language.tree import Column
from crossover.language.types import Schema
from crossover.plan.plan import Plan, SetAside, StagePlan, StageTable, TablePlan
from crossover.relations.graph import rewrite, topological
from crossover.relations.nodes import Project, Relation, Scan, StoredTable
from crossover.relations.prune import prune
from crossover.relations.schema import schema_of

TRAIN, EVALUATE, SCORE = "train", "evaluate", "score"
LEARNING = (TRAIN, EVALUATE, SCORE)
"""What follows the stages of the document where it has models."""


@dataclass(frozen=True, eq=False)
class HandedTable:
    """A table in the hand-over of a stage, with the columns that are written."""

    stage: str
    table: StageTable
    schema: Schema

    @property
    def key(self) -> tuple[str, ...]:
        """The key, if all of it is handed on."""
        return self.table.key if set(self.table.key) <= set(self.schema) else ()


Stored = Callable[[HandedTable], Path]
"""Where a table of a stage before lies."""


def stage_names(plan: Plan) -> tuple[str, ...]:
    """Return the stages of a plan in the order in which they run."""
    return (*(stage.name for stage in plan.stages), *(LEARNING if plan.models else ()))


def handed_over(plan: Plan) -> tuple[HandedTable, ...]:
    """Return what all stages hand on, each table once: from the last stage to the first, what each must read."""
    found: dict[Relation, HandedTable] = {}
    for stage in reversed(stage_names(plan)):
        handed = [_table_plan(each).relation for each in found.values() if each.stage == stage]
        owned = _at_hand(plan, stage)
        read = _columns_read([*_own_roots(plan, stage), *handed], owned)
        for table, columns in read.items():
            each, before = owned[table], found.get(table)
            kept = columns | set(before.schema if before else ())
            found[table] = replace(each, schema={name: fact for name, fact in each.schema.items() if name in kept})
    return tuple(found[table] for table in _at_hand(plan, "") if table in found)


def part(plan: Plan, stage: str, stored: Stored) -> Plan:
    """Return the plan of one stage over the tables that the stages before it handed on.

    A stage of the document stores what it hands on. The last one of all stores the tables of `store`.
    """
    handed = handed_over(plan)
    kept = {name: plan.tables[name] for name in plan.store} if stage == stage_names(plan)[-1] else {}
    tables = {**{each.table.name: _table_plan(each) for each in handed if each.stage == stage}, **kept}
    mine = replace(
        plan,
        stages=tuple(each for each in plan.stages if each.name == stage),
        tables=tables,
        store=tuple(tables),
        models=plan.models if stage in LEARNING else (),
    )
    return _over(mine, _scans(plan, stage, handed, stored))


def _scans(plan: Plan, stage: str, handed: Iterable[HandedTable], stored: Stored) -> dict[Relation, Scan]:
    """The scan of each table at hand. It has the columns that were written and, until the plan is pruned, all others."""
    written = {each.table.relation: each for each in handed}
    found = {}
    for relation, each in _at_hand(plan, stage).items():
        if relation in written:
            source = StoredTable(each.table.name, str(stored(written[relation])), each.schema)
            found[relation] = Scan(source, tuple(each.schema))
    return found


def _over(plan: Plan, scans: Mapping[Relation, Scan]) -> Plan:
    """Return a plan with scans in the place of the relations that they hold, and without what nobody reads."""
    known: dict[Relation, Relation] = dict(scans)
    cut = {relation: rewrite(relation, _as_it_is, known) for relation in _roots(plan)}
    slim = prune(cut.values())

    def of(relation: Relation) -> Relation:
        return slim[cut[relation]]

    return replace(
        plan,
        stages=tuple(_each_place(stage, of) for stage in plan.stages),
        tables={name: replace(table, relation=of(table.relation)) for name, table in plan.tables.items()},
        models=tuple(replace(model, relation=of(model.relation)) for model in plan.models),
    )


def tables_read(plan: Plan) -> set[str]:
    """Return the folders of the stored tables that a part of a plan reads."""
    scans = (relation for relation in topological(_roots(plan)) if isinstance(relation, Scan))
    return {scan.source.folder for scan in scans if isinstance(scan.source, StoredTable)}


def _at_hand(plan: Plan, stage: str) -> dict[Relation, HandedTable]:
    """The tables as they stood at the end of each stage before, whole, each with the stage that made it so."""
    owned: dict[Relation, HandedTable] = {}
    for each in plan.stages:
        if each.name == stage:
            break
        for table in each.tables:
            if table.relation not in owned:
                owned[table.relation] = HandedTable(each.name, table, schema_of(table.relation))
    return owned


def _roots(plan: Plan) -> list[Relation]:
    """All that a plan computes."""
    places = [place for stage in plan.stages for place in stage.set_aside]
    roots = [relation for place in places for relation in (place.counts, place.rows)]
    return [*roots, *(plan.tables[name].relation for name in plan.store), *(model.relation for model in plan.models)]


def _own_roots(plan: Plan, stage: str) -> list[Relation]:
    """What a stage computes for itself and for the end of the run; what it only hands on is asked for by those after it."""
    is_last = stage == stage_names(plan)[-1]
    return _roots(
        replace(
            plan,
            stages=tuple(each for each in plan.stages if each.name == stage),
            store=plan.store if is_last else (),
            models=plan.models if stage in LEARNING else (),
        )
    )


def _columns_read(roots: Iterable[Relation], owned: Mapping[Relation, HandedTable]) -> dict[Relation, set[str]]:
    """The columns that roots read of tables made before."""
    scans = {table: Scan(StoredTable(each.table.name, "", each.schema), tuple(each.schema)) for table, each in owned.items()}
    tables = {scan.source: table for table, scan in scans.items()}
    known: dict[Relation, Relation] = dict(scans)
    slim = prune([rewrite(each, _as_it_is, known) for each in roots])
    found: dict[Relation, set[str]] = {}
    for relation in topological(slim.values()):
        if isinstance(relation, Scan) and relation.source in tables:
            found.setdefault(tables[relation.source], set()).update(relation.columns)
    return found


def _as_it_is(relation: Relation) -> Relation:
    return relation


def _table_plan(each: HandedTable) -> TablePlan:
    columns = tuple((name, Column(name)) for name in each.schema)
    return TablePlan(each.table.name, Project(each.table.relation, columns), each.schema, each.key, frozenset())


def _each_place(stage: StagePlan, change: Callable[[Relation], Relation]) -> StagePlan:
    def place(each: SetAside) -> SetAside:
        return replace(each, counts=change(each.counts), rows=change(each.rows))

    return replace(stage, set_aside=tuple(place(each) for each in stage.set_aside))
