"""Relations in which no row needs another row of the same source: they can be computed block by block."""

from __future__ import annotations

from collections.abc import Iterable

from crossover.relations import nodes
from crossover.relations.graph import rewrite, topological
from crossover.relations.nodes import InlineTable, Join, Materialise, Relation, Scan, StoredTable

ROW_BY_ROW = ("left", "inner", "semi", "anti")
"""Kinds of joins that leave no row to the right table alone."""
_ANY_LEFT_ROW = ("many_to_one", "many_to_many")
"""Joins that do not look at the left rows together."""


def driving_scan(relation: Relation) -> Scan | None:
    """Return the scan of files of which each block gives its part of the relation's rows; None if there is none."""
    others: list[Relation] = []
    while not isinstance(relation, Scan):
        match relation:
            case nodes.Project(input=input) | nodes.Filter(input=input) | nodes.Materialise(input=input):
                relation = input
            case nodes.Join(left=left, right=right, kind=kind, expect=expect) if kind in ROW_BY_ROW and expect in _ANY_LEFT_ROW:
                others.append(right)
                relation = left
            case _:
                return None
    if isinstance(relation.source, InlineTable | StoredTable) or _reads(others, relation.source.name):
        return None
    return relation


def _reads(relations: Iterable[Relation], source: str) -> bool:
    return any(isinstance(each, Scan) and each.source.name == source for each in topological(relations))


def with_kept_right_sides(roots: Iterable[Relation]) -> dict[Relation, Relation]:
    """Return each root with what is joined to it computed once and kept, however many blocks it is joined to."""
    kept: dict[Relation, Relation] = {}

    def change(node: Relation) -> Relation:
        if not isinstance(node, Join) or isinstance(node.right, Materialise) or _is_inline(node.right):
            return node
        if node.right not in kept:
            kept[node.right] = Materialise(node.right, node.names[1], "joined to each block of rows")
        return nodes.with_inputs(node, (node.left, kept[node.right]))

    known: dict[Relation, Relation] = {}
    return {each: rewrite(each, change, known) for each in roots}


def _is_inline(relation: Relation) -> bool:
    return isinstance(relation, Scan) and isinstance(relation.source, InlineTable)


def over_block(relation: Relation, scan: Scan, block: Scan, known: dict[Relation, Relation]) -> Relation:
    """Return the relation over one block of a scan's rows. What does not read the scan stays the same object."""
    return rewrite(relation, lambda node: block if node is scan else node, known)
