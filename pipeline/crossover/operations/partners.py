"""Which rows have a partner in another table: what semi, anti and full joins are made of."""

from __future__ import annotations

from crossover.language.tree import Column, call
from crossover.operations.columns import kept
from crossover.operations.using import Keys
from crossover.relations.nodes import Aggregate, AggregateCall, Filter, Join, Relation

_FOUND = "__found"


def with_partner(relation: Relation, other: Relation, keys: Keys) -> Relation:
    """Return the rows for which the other relation has a row of equal keys; null has none."""
    return Join(relation, _values(other, keys), "inner", keys, ())


def without_partner(relation: Relation, other: Relation, keys: Keys, columns: list[str]) -> Relation:
    """Return the `columns` of the rows for which the other relation has no row of equal keys, null keys among them."""
    looked_up = Join(relation, _values(other, keys), "left", keys, ((_FOUND, _FOUND),))
    return kept(Filter(looked_up, call("is_null", Column(_FOUND))), columns)


def _values(other: Relation, keys: Keys) -> Relation:
    """The other relation's keys, each once."""
    by = tuple(dict.fromkeys(theirs for _, theirs in keys))
    return Aggregate(other, by, ((_FOUND, AggregateCall("count_rows")),))
