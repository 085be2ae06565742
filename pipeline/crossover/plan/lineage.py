"""Over which rows the values of a column were computed."""

from __future__ import annotations

from collections.abc import Iterator

from crossover.language.tree import columns_of
from crossover.relations import nodes
from crossover.relations.graph import topological
from crossover.relations.nodes import Relation, inputs_of
from crossover.relations.schema import schema_of

Place = tuple[Relation, str]


def is_over_all_rows_of(relation: Relation, column: str, looked_into: Relation) -> bool:
    """Whether a column holds an aggregate, or a window without order, over all rows of a table, whatever their time.

    What look_back and look_ahead make is of rows chosen by their time, so nothing behind it counts.
    """
    base = _rows_of(looked_into)
    return any(base in topological(inputs_of(node)) for node in _aggregates(relation, column))


def _rows_of(relation: Relation) -> Relation:
    """The relation whose rows another one still has, whatever columns it has beside them."""
    while True:
        match relation:
            case nodes.Project(input=input) | nodes.Filter(input=input) | nodes.Window(input=input):
                relation = input
            case nodes.AsOfJoin(left=left):
                relation = left
            case nodes.Join(left=left, expect=("many_to_one" | "one_to_one")):
                relation = left
            case _:
                return relation


def _aggregates(relation: Relation, column: str) -> Iterator[Relation]:
    """Find the aggregates that a column's values come from."""
    waiting: list[Place] = [(relation, column)]
    seen: set[Place] = set()
    while waiting:
        place = waiting.pop()
        if place in seen:
            continue
        seen.add(place)
        node, name = place
        if isinstance(node, nodes.Aggregate | nodes.Window) and name in dict(node.calls) and not getattr(node, "order", ()):
            yield node
        waiting += _behind(node, name)


def _behind(node: Relation, name: str) -> list[Place]:
    """The columns of its inputs that a column of a relation is made of."""
    match node:
        case nodes.Project(input=input, columns=columns):
            return [(input, each) for each in columns_of(dict(columns)[name])]
        case nodes.Aggregate(input=input, calls=calls) | nodes.Window(input=input, calls=calls):
            call = dict(calls).get(name)
            below = name if call is None else call.column
            return [(input, below)] if below else []
        case nodes.AsOfJoin(left=left, calls=calls):
            return [] if name in dict(calls) else [(left, name)]
        case nodes.Join(left=left, right=right, take=take):
            theirs = next((old for old, new in take if new == name), None)
            return [(left, name)] if theirs is None else [(right, theirs)]
        case _:
            return [(each, name) for each in inputs_of(node) if name in schema_of(each)]
