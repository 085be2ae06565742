"""Where tables are kept, and until when.

What two actions read is kept: a source that is counted and then used, a table behind a join, group or window with
two readers, a model's table. On one machine also what costs little, as keeping it costs nothing; but not a Parquet
source, of which a query reads its own columns as it goes. A branch that needs only columns of a source takes them
there instead of keeping a wide table (a `look_back` into the table itself reads three columns before the joins), and
what is aggregated is aggregated before it is joined, where its groups allow it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from crossover.engines.capabilities import Capabilities
from crossover.language.tree import Expression, columns_of
from crossover.plan.plan import ModelPlan, Plan, SetAside, TablePlan
from crossover.relations import nodes
from crossover.relations.eager_aggregation import aggregate_before_joining
from crossover.relations.graph import rewrite, topological
from crossover.relations.nodes import Materialise, Relation, inputs_of
from crossover.relations.prune import prune
from crossover.sources.specification import ParquetSource

Replaced = dict[Relation, Relation]


def place(plan: Plan, capabilities: Capabilities) -> Plan:
    """Return the plan with unread columns left out and materialisations put in, for an engine."""
    plan = _models_of_one_table(plan)
    roots = _roots(plan, rows=not capabilities.distributed)
    apart = [] if not capabilities.distributed else [each.rows for stage in plan.stages for each in stage.set_aside]
    known: Replaced = {}
    lighter = {each: _lighten(each, known) for each in roots}
    slim = prune(lighter.values())
    early = aggregate_before_joining(slim.values())
    kept = _keep([early[slim[lighter[each]]] for each in roots], capabilities)
    result = {each: kept[early[slim[lighter[each]]]] for each in roots}
    for each in apart:
        result[each] = rewrite(prune([each])[each], _read_again, {})
    return _with_relations(plan, result)


def _models_of_one_table(plan: Plan) -> Plan:
    """Return the plan in which models of one table read one relation with the columns of all, so it is kept once."""
    found: dict[Relation, dict[str, Expression]] = {}
    for model in plan.models:
        if isinstance(model.relation, nodes.Project):
            found.setdefault(model.relation.input, {}).update(model.relation.columns)
    shared = {base: nodes.Project(base, tuple(columns.items())) for base, columns in found.items()}

    def changed(model: ModelPlan) -> ModelPlan:
        columns = shared.get(inputs_of(model.relation)[0]) if isinstance(model.relation, nodes.Project) else None
        return model if columns is None else replace(model, relation=columns)

    return replace(plan, models=tuple(changed(model) for model in plan.models))


def _roots(plan: Plan, rows: bool) -> list[Relation]:
    found: list[Relation] = []
    for stage in plan.stages:
        for each in stage.set_aside:
            found += [each.counts, each.rows] if rows else [each.counts]
    found += [plan.tables[name].relation for name in plan.store]
    found += [model.relation for model in plan.models]
    return list(dict.fromkeys(found))


def _read_again(relation: Relation) -> Relation:
    """Keep a source that is read a second time: rows are set aside rarely, and a cluster need not carry their names.

    It also keeps Spark from putting the reading of each cell into the condition for each use of it.
    """
    if isinstance(relation, nodes.Filter | nodes.Project) and isinstance(relation.input, nodes.Scan):
        scan = relation.input
        return replace(relation, input=Materialise(scan, scan.source.name, "read again to name rows that are set aside"))
    return relation


def _lighten(relation: Relation, known: Replaced) -> Relation:
    """Let each Project that reads few columns of a wide table read them before the joins, where that is possible."""

    def change(node: Relation) -> Relation:
        if not isinstance(node, nodes.Project):
            return node
        needs = {name for _, expression in node.columns for name in columns_of(expression)}
        shortcut = _cheap(node.input, needs)
        return node if shortcut is None or shortcut is node.input else replace(node, input=shortcut)

    return rewrite(relation, change, known)


def _cheap(relation: Relation, needs: set[str]) -> Relation | None:
    """The columns by projections and filters of a source alone; None if anything else must be computed."""
    match relation:
        case nodes.Scan():
            return relation
        case nodes.Filter(input=input, condition=condition):
            below = _cheap(input, needs | set(columns_of(condition)))
            return None if below is None else relation if below is input else replace(relation, input=below)
        case nodes.Project(input=input, columns=columns):
            used = tuple(each for each in columns if each[0] in needs) or columns[:1]
            below = _cheap(input, {name for _, expression in used for name in columns_of(expression)})
            if below is None:
                return None
            return relation if below is input else replace(relation, input=below, columns=used)
        case nodes.Join(left=left, take=take, kind="left", expect=("many_to_one" | "one_to_one")):
            return None if needs & {new for _, new in take} else _cheap(left, needs)
        case nodes.AsOfJoin(left=left, calls=calls):
            return None if needs & {name for name, _ in calls} else _cheap(left, needs)
        case nodes.Window(input=input, calls=calls):
            return None if needs & {name for name, _ in calls} else _cheap(input, needs)
        case _:
            return None


def _keep(roots: Sequence[Relation], capabilities: Capabilities) -> Replaced:
    """Put a Materialise above each relation that is worth keeping."""
    readers = _readers(roots)

    def change(old: Relation, new: Relation) -> Relation:
        reason = _reason(old, readers[old], capabilities)
        return new if reason is None else Materialise(new, _name(old), reason)

    known: Replaced = {}
    for relation in topological(roots):
        rebuilt = nodes.with_inputs(relation, tuple(known[each] for each in inputs_of(relation)))
        known[relation] = change(relation, rebuilt)
    return known


def _readers(roots: Iterable[Relation]) -> Mapping[Relation, int]:
    wanted = list(roots)
    readers = dict.fromkeys(topological(wanted), 0)
    for relation in readers:
        for each in inputs_of(relation):
            readers[each] += 1
    for root in wanted:
        readers[root] += 1
    return readers


def _reason(relation: Relation, readers: int, capabilities: Capabilities) -> str | None:
    if readers < 2 or isinstance(relation, nodes.Materialise):
        return None
    match relation:
        case nodes.Scan(source=nodes.InlineTable()):
            return None
        case nodes.Scan(source=nodes.StoredTable() | ParquetSource()) if capabilities.distributed or capabilities.lazy:
            # each query reads its own columns as it goes: 23 million rows take Polars 3.6 CPU s to keep and 0.2 to count,
            # a Spark of two cores 20 and 1.4
            return None
        case nodes.Scan():
            return f"a source with {readers} readers"
        case nodes.Project() | nodes.Filter():
            # a column computed twice is cheaper than a table kept in the memory of a cluster
            return None if capabilities.distributed else f"{readers} readers"
        case _:
            return f"{readers} readers of a {type(relation).__name__}"


def _name(relation: Relation) -> str:
    """The name of the source that a relation continues."""
    while not isinstance(relation, nodes.Scan):
        relation = inputs_of(relation)[0]
    return relation.source.name


def _with_relations(plan: Plan, relations: Mapping[Relation, Relation]) -> Plan:
    def set_aside(each: SetAside) -> SetAside:
        return replace(each, counts=relations[each.counts], rows=relations[each.rows])

    def table(each: TablePlan) -> TablePlan:
        found = relations.get(each.relation)
        return each if found is None else replace(each, relation=found)

    def model(each: ModelPlan) -> ModelPlan:
        return replace(each, relation=kept(each))

    kept_models: dict[Relation, Relation] = {}

    def kept(each: ModelPlan) -> Relation:
        relation = relations[each.relation]
        if relation not in kept_models:
            reason = "preparation, training, evaluation and scores read it"
            kept_models[relation] = relation if isinstance(relation, Materialise) else Materialise(relation, each.table, reason)
        return kept_models[relation]

    stages = tuple(replace(stage, set_aside=tuple(set_aside(each) for each in stage.set_aside)) for stage in plan.stages)
    tables = {name: table(each) for name, each in plan.tables.items()}
    return replace(plan, stages=stages, tables=tables, models=tuple(model(each) for each in plan.models))
