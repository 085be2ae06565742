"""Leave out what nobody reads: columns, and joins that would add none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from crossover.language.tree import Column, columns_of
from crossover.relations import nodes
from crossover.relations.graph import topological
from crossover.relations.nodes import Relation
from crossover.relations.schema import schema_of

Needs = dict[Relation, set[str]]


def prune(roots: Iterable[Relation]) -> dict[Relation, Relation]:
    """Return each root's pruned form; what the roots share stays shared.

    A root keeps all its columns. Everything below keeps what something above reads; a left join that adds no
    column is left out where it cannot multiply rows.
    """
    wanted = list(roots)
    needs = _needs(wanted)
    known: dict[Relation, Relation] = {}
    for relation in needs:
        known[relation] = _rewrite(relation, needs[relation], known)
    return {each: known[each] for each in wanted}


def reached(roots: Iterable[Relation]) -> set[Relation]:
    """Return the relations of the roots' graph that their pruned form still computes."""
    wanted = list(roots)
    needs = _needs(wanted)
    found: set[Relation] = set()
    while wanted:
        relation = wanted.pop()
        if relation not in found:
            found.add(relation)
            wanted += nodes.inputs_of(relation)[:1] if _leaves_out(relation, needs[relation]) else nodes.inputs_of(relation)
    return found


def _needs(roots: list[Relation]) -> Needs:
    """Return what is read of each relation that is still computed, inputs before readers."""
    needs: Needs = {each: set() for each in topological(roots)}
    for each in roots:
        needs[each] |= set(schema_of(each))
    computed = set(roots)
    for relation in reversed(list(needs)):
        if relation in computed:
            _ask(relation, needs)
            inputs = nodes.inputs_of(relation)
            computed.update(inputs[:1] if _leaves_out(relation, needs[relation]) else inputs)
    return {relation: own for relation, own in needs.items() if relation in computed}


def _leaves_out(relation: Relation, own: set[str]) -> bool:
    """Whether a relation would be left out in favour of its first input."""
    match relation:
        case nodes.Join():
            return not _needed(relation, own)
        case nodes.AsOfJoin(calls=calls):
            return not own & {name for name, _ in calls}
        case _:
            return False


def _ask(relation: Relation, needs: Needs) -> None:
    """Add to the inputs' needs what this relation reads for its own."""
    own = needs[relation]
    match relation:
        case nodes.Scan():
            pass
        case nodes.Project(input=input, columns=columns):
            # of a projection that is only counted the first column stays
            projected = [expression for new, expression in columns if new in own] or [columns[0][1]]
            needs[input] |= {name for expression in projected for name in columns_of(expression)}
        case nodes.Filter(input=input, condition=condition):
            needs[input] |= own | set(columns_of(condition))
        case nodes.Join(left=left, right=right, keys=keys, take=take):
            taken = {new for _, new in take}
            needs[left] |= (own - taken) | ({mine for mine, _ in keys} if _needed(relation, own) else set())
            if _needed(relation, own):
                needs[right] |= {theirs for _, theirs in keys} | {name for name, new in take if new in own}
        case nodes.Aggregate(input=input, by=by, calls=calls, order=order):
            needs[input] |= set(by) | _call_columns(calls, own) | {each.column for each in order}
        case nodes.Window(input=input, by=by, calls=calls, order=order, ties=ties):
            made = {name for name, _ in calls}
            reads = set(by) | _call_columns(calls, own) | {each.column for each in order} | set(ties)
            needs[input] |= (own - made) | (reads if own & made else set())
        case nodes.AsOfJoin(left=left, right=right, keys=keys, at=at, known_at=known_at, calls=calls, ties=ties):
            made = {name for name, _ in calls}
            used = bool(own & made)
            needs[left] |= (own - made) | ({at, *(mine for mine, _ in keys)} if used else set())
            if used:
                needs[right] |= {known_at, *(theirs for _, theirs in keys), *ties} | _call_columns(calls, own)
        case nodes.FirstByKey(input=input, by=by, order=order):
            needs[input] |= own | set(by) | {each.column for each in order}
        case nodes.TopN(input=input, order=order):
            needs[input] |= own | {each.column for each in order}
        case nodes.Union(inputs=inputs):
            for each in inputs:
                needs[each] |= own
        case nodes.Materialise(input=input):
            needs[input] |= own
        case nodes.Check(input=input, count=count, example=example):
            needs[input] |= own | {count, example}


def _needed(join: nodes.Join, own: set[str]) -> bool:
    """A left join to at most one row changes nothing but the columns it adds; its check is kept where it is read."""
    adds = bool(own & {new for _, new in join.take})
    return adds or join.kind != "left" or join.expect not in ("many_to_one", "one_to_one")


def _call_columns(calls: tuple[tuple[str, nodes.AggregateCall], ...], own: set[str]) -> set[str]:
    return {call.column for name, call in calls if name in own and call.column}


def _rewrite(relation: Relation, own: set[str], known: dict[Relation, Relation]) -> Relation:
    match relation:
        case nodes.Scan(columns=columns):
            kept = tuple(name for name in columns if name in own)
            return relation if kept == columns else replace(relation, columns=kept or columns[:1])
        case nodes.Project(input=input, columns=projected):
            used_columns = tuple((name, expression) for name, expression in projected if name in own) or projected[:1]
            below = known[input]
            if [(name, Column(name)) for name in schema_of(below)] == list(used_columns):
                return below  # it would only repeat its input
            return replace(relation, input=below, columns=used_columns)
        case nodes.Join(left=left, right=right, take=take):
            if not _needed(relation, own):
                return known[left]
            return replace(relation, left=known[left], right=known[right], take=tuple(each for each in take if each[1] in own))
        case nodes.AsOfJoin(left=left, right=right, calls=calls):
            used = tuple(each for each in calls if each[0] in own)
            return replace(relation, left=known[left], right=known[right], calls=used) if used else known[left]
        case nodes.Aggregate(input=input, calls=calls):
            return replace(relation, input=known[input], calls=tuple(each for each in calls if each[0] in own))
        case nodes.Window(input=input, calls=calls):
            used = tuple(each for each in calls if each[0] in own)
            return replace(relation, input=known[input], calls=used) if used else known[input]
        case nodes.Union(inputs=inputs):
            return replace(relation, inputs=tuple(_exactly(known[each], own, relation) for each in inputs))
        case _:
            return replace(relation, input=known[relation.input])


def _exactly(input: Relation, own: set[str], union: nodes.Union) -> Relation:
    """The branches of a union have the same columns, whatever else their own tables keep."""
    names = [name for name in schema_of(union.inputs[0]) if name in own] or list(schema_of(union.inputs[0]))[:1]
    if list(schema_of(input)) == names:
        return input
    return nodes.Project(input, tuple((name, Column(name)) for name in names))
