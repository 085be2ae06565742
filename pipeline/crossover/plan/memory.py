"""How much memory a plan will take on one machine: an estimate before the run, from sizes of files and the plan.

What a step holds is what is kept at that moment and, a few times over, the heaviest table that it makes. The
constants were fitted to measured runs (docs/jobs.md) and are meant to be right within a factor of two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from crossover.engines.capabilities import Capabilities
from crossover.language.types import BOOLEAN, DATE, STRING, Fact, Schema
from crossover.plan.liveness import ExecutionStep, execution_steps
from crossover.plan.materialise import place
from crossover.plan.plan import ModelPlan, Plan
from crossover.relations import nodes
from crossover.relations.graph import topological
from crossover.relations.nodes import Materialise, Relation, inputs_of
from crossover.relations.schema import schema_of
from crossover.sources.extent import Extent
from crossover.sources.specification import CsvSource

LIBRARIES = 150 << 20
"""Bytes of an interpreter with the engine loaded."""
TRAINING_LIBRARY = 130 << 20
"""What scikit-learn and its solver add."""
READING = 3.0
"""Bytes held while a CSV is read and checked, for one of the file."""
WORKING = 1.0
"""How many times a step holds the heaviest table that it makes, beside what is kept."""
TRAINING = 5.0
"""How many times the training matrix is held: as columns, as the library's matrix, and inside its solver."""
GROUPS = 0.1
"""Rows of an aggregate for one of its input: nobody knows before, and few groups are what aggregates are for."""

Extents = Callable[[nodes.Scan], Extent]


@dataclass(frozen=True)
class Estimate:
    """The most bytes at one moment, and the step that needs them."""

    bytes: int
    step: str


def estimate(plan: Plan, capabilities: Capabilities, extents: Extents) -> Estimate:
    """Return the estimate for an engine that computes on one machine."""
    placed = place(plan, capabilities)
    sizes = _Sizes(extents, capabilities.spills_from)
    held: dict[Relation, float] = {}
    worst = Estimate(LIBRARIES, "start")
    for step in execution_steps(placed):
        fresh = _not_computed(step, held)
        held.update({each: 0.0 if sizes.spills(each) else sizes.bytes(each) for each in fresh if isinstance(each, Materialise)})
        needs = sum(held.values()) + _working(step, fresh, sizes) + LIBRARIES
        worst = max(worst, Estimate(round(needs), step.title), key=lambda each: each.bytes)
        for node in step.releases:
            held.pop(node, None)
    return worst


def _not_computed(step: ExecutionStep, held: Mapping[Relation, float]) -> list[Relation]:
    """The relations that a step computes: those not behind a table that is kept."""
    found: dict[Relation, None] = {}

    def visit(relation: Relation) -> None:
        if relation in found or relation in held:
            return
        for each in inputs_of(relation):
            visit(each)
        found[relation] = None

    for each in step.reads:
        visit(each)
    return list(found)


def _working(step: ExecutionStep, fresh: Iterable[Relation], sizes: _Sizes) -> float:
    in_memory = [each for each in fresh if not sizes.spills(each)]
    heaviest = max((sizes.bytes(each) for each in in_memory), default=0.0)
    reading = max((READING * sizes.file_bytes(each) for each in in_memory), default=0.0)
    working = max(WORKING * heaviest, reading)
    if isinstance(step.what, ModelPlan):
        return max(working, _training(step.what, sizes) + TRAINING_LIBRARY)
    return working


def _training(model: ModelPlan, sizes: _Sizes) -> float:
    """Bytes of training: doubles for numbers, a value and its place for each category."""
    rows = sizes.rows(model.relation)
    columns = sum(len(each.columns) * (2 if getattr(each, "flag_missing", False) else 1) for each in model.inputs)
    return TRAINING * rows * 8 * (columns + 2)


class _Sizes:
    """Rows and bytes of relations; each is looked at once."""

    def __init__(self, extents: Extents, spills_from: float) -> None:
        self._extents = extents
        self._spills_from = spills_from
        self._rows: dict[Relation, float] = {}
        self._schemas: dict[Relation, Schema] = {}
        self._texts: dict[Relation, float] = {}

    def rows(self, relation: Relation) -> float:
        for each in topological([relation]):
            if each not in self._rows:
                self._rows[each] = self._rows_of(each)
        return self._rows[relation]

    def bytes(self, relation: Relation) -> float:
        schema = schema_of(relation, self._schemas)
        return self.rows(relation) * sum(_width(fact) for fact in schema.values())

    def spills(self, relation: Relation) -> bool:
        """Whether a relation is a CSV source that is kept on the disk."""
        scan = relation.input if isinstance(relation, Materialise) else relation
        return isinstance(scan, nodes.Scan) and isinstance(scan.source, CsvSource) and self.file_bytes(scan) >= self._spills_from

    def file_bytes(self, relation: Relation) -> float:
        return self._extents(relation).bytes if isinstance(relation, nodes.Scan) else 0.0

    def _rows_of(self, relation: Relation) -> float:
        known = [self._rows[each] for each in inputs_of(relation)]
        match relation:
            case nodes.Scan():
                return self._extents(relation).rows
            case nodes.Aggregate(by=by):
                return known[0] * GROUPS if by else 1.0
            case nodes.TopN(count=count):
                return min(known[0], count)
            case nodes.Union():
                return sum(known)
            case nodes.Join(expect=expect):
                return known[0] if expect in ("many_to_one", "one_to_one") else max(known)
            case _:
                return known[0]


def _width(fact: Fact) -> float:
    """Bytes of a value: a text is 16 for its place and about as many for itself."""
    return {BOOLEAN: 1.0, DATE: 8.0, STRING: 24.0}.get(fact.type, 8.0)
