"""Walking a graph of relations. A relation that is used twice is visited once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from crossover.relations.nodes import Materialise, Relation, inputs_of, with_inputs


def topological(roots: Iterable[Relation]) -> list[Relation]:
    """Return all relations that the roots stand on, inputs before readers."""
    order: dict[Relation, None] = {}

    def visit(relation: Relation) -> None:
        if relation not in order:
            for each in inputs_of(relation):
                visit(each)
            order[relation] = None

    for root in roots:
        visit(root)
    return list(order)


def readers_of(roots: Sequence[Relation]) -> dict[Relation, int]:
    """Return how often each relation of a graph is read: by other relations, and once for each root that it is."""
    readers = dict.fromkeys(topological(roots), 0)
    for relation in [*readers]:
        for each in inputs_of(relation):
            readers[each] += 1
    for root in roots:
        readers[root] += 1
    return readers


def rewrite(relation: Relation, change: Callable[[Relation], Relation], known: dict[Relation, Relation]) -> Relation:
    """Return the relation with `change` applied to each of its graph, readers before inputs.

    `known` keeps what was rewritten, so that what several roots share stays shared.
    """
    if relation not in known:
        changed = change(relation)
        inputs = tuple(rewrite(each, change, known) for each in inputs_of(changed))
        known[relation] = with_inputs(changed, inputs)
    return known[relation]


def materialised(roots: Iterable[Relation], computed: Iterable[Relation] = ()) -> list[Materialise]:
    """Return the materialisations that the roots still read, not looking behind those that are computed."""
    stop = set(computed)
    found: dict[Materialise, None] = {}
    seen: set[Relation] = set()

    def visit(relation: Relation) -> None:
        if relation in seen:
            return
        seen.add(relation)
        if isinstance(relation, Materialise):
            found[relation] = None
            if relation in stop:
                return
        for each in inputs_of(relation):
            visit(each)

    for root in roots:
        visit(root)
    return list(found)
