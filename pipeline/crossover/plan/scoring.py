"""From the plan that trained a model to the one that scores with it: what inputs and kept columns need, and no more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from crossover.language.tree import Column, Expression
from crossover.plan.plan import ModelPlan, Plan, SetAside, StagePlan
from crossover.relations.graph import rewrite, topological
from crossover.relations.nodes import Filter, InlineTable, Project, Relation, Scan, StoredTable, inputs_of
from crossover.relations.prune import prune, reached
from crossover.sources.specification import FileSource


@dataclass(frozen=True)
class Asked:
    """What a scoring run asks for: `rows` is lowered and boolean (None: all); `keep` None: what the training kept."""

    rows: Expression | None = None
    keep: Sequence[str] | None = None


def scoring_plan(plan: Plan, model: ModelPlan, asked: Asked) -> Plan:
    """Return the plan of one model without label, split, `rows` and gates, over sources without the columns nobody reads.

    Outcomes that the training kept are not known yet, so they are kept only where `asked` names them. A step that sets
    rows aside stays where its table is read.
    """
    table = plan.tables[model.table]
    wanted = [name for name in model.keep if name not in table.outcomes] if asked.keep is None else asked.keep
    keep = tuple(dict.fromkeys([*model.key, *wanted]))
    used = {*keep, *(column for each in model.inputs for column in each.columns)}
    columns = [name for name in table.schema if name in used]
    picked = table.relation if asked.rows is None else Filter(table.relation, asked.rows)
    relation = Project(picked, tuple((name, Column(name)) for name in columns))
    schema = {name: table.schema[name] for name in columns}
    scored = replace(
        model, relation=relation, schema=schema, keep=keep, label=None, rows=None, split=None, gates=(), score_rows="all", trained=True
    )
    return _narrowed(replace(plan, models=(scored,), store=(), tables={}))


def _narrowed(plan: Plan) -> Plan:
    """Leave out steps that set rows aside for nobody, sources that are not read, and columns of sources that are not."""
    (model,) = plan.models
    still_read = reached([model.relation])
    stages = tuple(
        StagePlan(stage.name, tuple(each for each in stage.set_aside if _stands_on(each) in still_read), ()) for stage in plan.stages
    )
    roots = [model.relation, *(relation for stage in stages for each in stage.set_aside for relation in (each.counts, each.rows))]
    slim = prune(roots)
    known: dict[Relation, Relation] = {}

    def rewritten(relation: Relation) -> Relation:
        return rewrite(slim[relation], _only_read_columns, known)

    relation = rewritten(model.relation)
    stages = tuple(replace(stage, set_aside=_each(stage.set_aside, rewritten)) for stage in stages)
    return replace(
        plan, stages=stages, models=(replace(model, relation=relation),), sources=_sources([relation], plan.sources)
    )


def _stands_on(each: SetAside) -> Relation:
    """The relation whose rows are counted: the scan of a source, or the table with the flags of a `require`."""
    (flags,) = inputs_of(each.counts)
    (base,) = inputs_of(flags)
    return base


def _each(set_aside: Iterable[SetAside], rewritten: Callable[[Relation], Relation]) -> tuple[SetAside, ...]:
    return tuple(replace(each, counts=rewritten(each.counts), rows=rewritten(each.rows)) for each in set_aside)


def _only_read_columns(relation: Relation) -> Relation:
    """A source declares what is read of it: no file need hold the rest, and no cell of the rest sets a row aside."""
    if not isinstance(relation, Scan) or isinstance(relation.source, InlineTable | StoredTable):
        return relation
    source = relation.source
    read = tuple(column for column in source.columns if column.name in relation.columns)
    return replace(relation, source=replace(source, columns=read))


def _sources(roots: Iterable[Relation], declared: Mapping[str, FileSource]) -> dict[str, FileSource]:
    """The sources that are read, as they are read, in the order of the document."""
    scans = (relation for relation in topological(roots) if isinstance(relation, Scan))
    found = {scan.source.name: scan.source for scan in scans if not isinstance(scan.source, InlineTable | StoredTable)}
    return {name: found[name] for name in declared if name in found}
