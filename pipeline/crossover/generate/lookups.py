"""What a plan matches rows by: which columns of which sources must stay equal, and what would grow if copies met."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from crossover.language.tree import Column, columns_of
from crossover.relations import nodes
from crossover.relations.graph import topological
from crossover.relations.nodes import Relation, inputs_of
from crossover.sources.specification import HIDDEN, CsvSource, ParquetSource

Place = tuple[str, str]
"""A column of a source."""
Origins = Mapping[str, frozenset[Place]]
"""Of each column of a relation, the columns of sources whose very values it holds."""


@dataclass(frozen=True)
class Lookup:
    """Rows meet rows: those of `sources` that have equal values in all pairs of columns."""

    sources: frozenset[str]
    """Where the rows come from that are met."""
    pairs: tuple[tuple[frozenset[Place], frozenset[Place]], ...]
    joins: bool
    """Whether rows of two tables meet, and not those of one table in a group."""


@dataclass(frozen=True)
class Reading:
    """How a plan reads its sources."""

    facts: frozenset[str]
    """Sources whose rows become the rows that models see."""
    lookups: tuple[Lookup, ...]
    computed: frozenset[Place]
    """Columns that expressions and models see by their values."""


def reading_of(roots: Iterable[Relation], model_inputs: Iterable[tuple[Relation, str]]) -> Reading:
    """Return how relations read their sources."""
    roots = tuple(roots)
    known: dict[Relation, Origins] = {}
    lookups: list[Lookup] = []
    computed: set[Place] = set()
    for node in topological(roots):
        known[node] = _origins(node, known)
        lookups += _lookups(node, known)
        for column, relation in _computed(node):
            computed |= known[relation].get(column, frozenset())
    for relation, column in model_inputs:
        computed |= known[relation].get(column, frozenset())
    return Reading(frozenset(_facts(roots)), tuple(lookups), frozenset(computed))


def _origins(node: Relation, known: Mapping[Relation, Origins]) -> Origins:
    match node:
        case nodes.Scan(source=CsvSource() | ParquetSource() as source, columns=columns):
            return {name: frozenset({(source.name, name)}) for name in columns if name not in HIDDEN}
        case nodes.Scan():
            return {}
        case nodes.Project(input=input, columns=columns):
            kept = {name: each.name for name, each in columns if isinstance(each, Column)}
            return {name: known[input][old] for name, old in kept.items() if old in known[input]}
        case nodes.Join(left=left, right=right, take=take):
            taken = {new: known[right][old] for old, new in take if old in known[right]}
            return {**known[left], **taken}
        case nodes.AsOfJoin(left=left):
            return known[left]
        case nodes.Aggregate(input=input, by=by):
            return {name: known[input][name] for name in by if name in known[input]}
        case nodes.Union(inputs=inputs):
            names = {name for each in inputs for name in known[each]}
            return {name: frozenset().union(*(known[each].get(name, frozenset()) for each in inputs)) for name in names}
        case _:
            return known[inputs_of(node)[0]]


def _lookups(node: Relation, known: Mapping[Relation, Origins]) -> Iterator[Lookup]:
    match node:
        case nodes.Join(left=left, right=right, keys=keys) | nodes.AsOfJoin(left=left, right=right, keys=keys):
            nothing: frozenset[Place] = frozenset()
            pairs = ((known[left].get(one, nothing), known[right].get(other, nothing)) for one, other in keys)
            yield Lookup(_sources(right), tuple(pairs), joins=True)
        case nodes.Aggregate(input=input, by=by) | nodes.Window(input=input, by=by) | nodes.FirstByKey(input=input, by=by):
            groups = (known[input].get(name, frozenset()) for name in by)
            yield Lookup(_sources(input), tuple((each, each) for each in groups), joins=False)
        case _:
            return


def _computed(node: Relation) -> Iterator[tuple[str, Relation]]:
    """Yield the columns that the expressions of a relation compute with."""
    match node:
        case nodes.Project(input=input, columns=columns):
            for _, expression in columns:
                if not isinstance(expression, Column):
                    yield from ((name, input) for name in columns_of(expression))
        case nodes.Filter(input=input, condition=condition):
            yield from ((name, input) for name in columns_of(condition))
        case _:
            return


def _facts(roots: Iterable[Relation]) -> Iterator[str]:
    """Yield the sources that are reached without being looked into."""
    for node in roots:
        match node:
            case nodes.Scan(source=CsvSource() | ParquetSource() as source):
                yield source.name
            case nodes.Join(left=left) | nodes.AsOfJoin(left=left):
                yield from _facts([left])
            case _:
                yield from _facts(inputs_of(node))


def _sources(relation: Relation) -> frozenset[str]:
    scans = (node for node in topological([relation]) if isinstance(node, nodes.Scan))
    return frozenset(scan.source.name for scan in scans if isinstance(scan.source, CsvSource | ParquetSource))
