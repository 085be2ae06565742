"""Aggregate before joining, where the groups allow it: fewer rows are matched, and fewer columns carried.

An aggregate over a join to at most one row, whose groups contain the join's left keys, is the join of the aggregate:
all rows of a group match the same row, so a column of the right side is one value in a group. Yan and Larson,
"Performing Group-By before Join" (ICDE 1994), with a key on the right side. `prune` first: what it leaves is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from crossover.language.tree import Column, Expression, call, case, columns_of, literal, transform, walk
from crossover.relations import nodes
from crossover.relations.graph import readers_of, rewrite
from crossover.relations.nodes import REASON, Aggregate, AggregateCall, Filter, Join, Project, Relation
from crossover.relations.schema import schema_of

_TAKEN = "__taken_"
_CALL = "__call_"
_ROWS = "__call_rows"

ONE_VALUE = ("min", "max", "first", "last")
"""Aggregates that give the value itself where all rows of a group have the same."""
COUNTS = ("count", "count_distinct")
LARGEST = 50
"""Parts of an expression over the right side that is computed after the join, its columns put in, at most."""


def aggregate_before_joining(roots: Iterable[Relation]) -> dict[Relation, Relation]:
    """Return each root with its aggregates below the joins where that gives the same rows; what is shared stays shared."""
    wanted = list(roots)
    readers = readers_of(wanted)

    def change(node: Relation) -> Relation:
        return _pushed(node, readers) or node if isinstance(node, Aggregate) else node

    known: dict[Relation, Relation] = {}
    return {each: rewrite(each, change, known) for each in wanted}


@dataclass(frozen=True, eq=False)
class _Below:
    """What lies between an aggregate and the join that it may go below."""

    join: Join
    left: Relation
    """Projections and filters over the join's left side alone."""
    own: frozenset[str]
    """Columns of `left`."""
    right: Mapping[str, Expression]
    """The other columns that the aggregate can read, over those that the join takes."""
    keys: Mapping[str, str]
    """What the join's left keys are called in `left`."""


def _pushed(aggregate: Aggregate, readers: Mapping[Relation, int]) -> Relation | None:
    """Return an aggregate's rows by a join of an aggregate; None where that is not possible or not worth it."""
    below = _below(aggregate.input, readers)
    if below is None or not set(below.keys.values()) <= set(aggregate.by):
        return None
    read = {*aggregate.by, *(each.column for _, each in aggregate.calls if each.column)}
    if not read <= below.own | set(below.right) or not {each.column for each in aggregate.order} <= below.own:
        return None
    early = {f"{_CALL}{place}": each for place, (_, each) in enumerate(aggregate.calls) if each.column is None or each.column in below.own}
    late = [each for _, each in aggregate.calls if each.column is not None and each.column not in below.own]
    if any(each.function not in (*ONE_VALUE, *COUNTS) for each in late):
        return None
    if any(each.function == "count" for each in late):
        early[_ROWS] = AggregateCall("count_rows")
    by = tuple(name for name in aggregate.by if name in below.own)
    grouped = Aggregate(below.left, by, tuple(early.items()), aggregate.order)
    return _finished(aggregate, below, _joined(below, grouped))


def _joined(below: _Below, grouped: Aggregate) -> Join:
    join = below.join
    keys = tuple((below.keys[mine], theirs) for mine, theirs in join.keys)
    take = tuple((name, f"{_TAKEN}{new}") for name, new in join.take)
    return Join(grouped, join.right, join.kind, keys, take, join.expect, join.names, join.title)


def _finished(aggregate: Aggregate, below: _Below, joined: Join) -> Project:
    columns: list[tuple[str, Expression]] = []
    for name in aggregate.by:
        columns.append((name, Column(name) if name in below.own else below.right[name]))
    for place, (name, each) in enumerate(aggregate.calls):
        if each.column is None or each.column in below.own:
            columns.append((name, Column(f"{_CALL}{place}")))
        else:
            columns.append((name, _of_one_value(each.function, below.right[each.column])))
    return Project(joined, tuple(columns))


def _of_one_value(function: str, value: Expression) -> Expression:
    if function in ONE_VALUE:
        return value
    known = Column(_ROWS) if function == "count" else literal(1)
    return case(call("is_null", value), literal(0), known)


def _below(relation: Relation, readers: Mapping[Relation, int]) -> _Below | None:
    """Return what an aggregate of the relation stands on; None if that is no join that it may go below.

    A relation with several readers is computed for them anyway.
    """
    if readers.get(relation, 1) > 1:
        return None
    match relation:
        case Join():
            return _at_join(relation)
        case Filter(input=input, condition=condition):
            below = _below(input, readers)
            if below is None or not set(columns_of(condition)) <= below.own:
                return None
            return _Below(below.join, Filter(below.left, condition), below.own, below.right, below.keys)
        case Project(input=input, columns=columns):
            below = _below(input, readers)
            return None if below is None else _projected(below, dict(columns))
        case _:
            return None


def _at_join(join: Join) -> _Below | None:
    if join.expect != "many_to_one" or join.kind not in ("left", "inner") or (join.kind == "inner" and _drops_rows(join.right)):
        return None
    own = frozenset(schema_of(join.left))
    right: dict[str, Expression] = {new: Column(f"{_TAKEN}{new}") for _, new in join.take}
    return _Below(join, join.left, own, right, {mine: mine for mine, _ in join.keys})


def _drops_rows(relation: Relation) -> bool:
    """Whether a relation has fewer rows than its source by intent: then the join is what makes the left side small."""
    match relation:
        case Filter(input=input, condition=condition):
            return condition != call("is_null", Column(REASON)) or _drops_rows(input)
        case Join(kind="inner") | nodes.TopN():
            return True
        case _:
            return any(_drops_rows(each) for each in nodes.inputs_of(relation)[:1])


def _projected(below: _Below, columns: Mapping[str, Expression]) -> _Below | None:
    """Return the same with a projection's columns, each on the side that it reads; None if a key is lost.

    A column that reads both sides is on neither.
    """
    own = {name: each for name, each in columns.items() if set(columns_of(each)) <= below.own}
    right = {
        name: transform(each, lambda node: below.right[node.name] if isinstance(node, Column) else node)
        for name, each in columns.items()
        if name not in own and set(columns_of(each)) <= set(below.right)
    }
    names = {each.name: name for name, each in own.items() if isinstance(each, Column)}
    if not set(below.keys.values()) <= set(names) or any(_size(each) > LARGEST for each in right.values()):
        return None
    keys = {mine: names[now] for mine, now in below.keys.items()}
    return _Below(below.join, Project(below.left, tuple(own.items())), frozenset(own), right, keys)


def _size(expression: Expression) -> int:
    return sum(1 for _ in walk(expression))
