"""The engine: a verb for each relation, and the actions that compute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import ClassVar

import polars as pl
import pyarrow as pa

from crossover.engines.base import EngineOptions, WrittenFile
from crossover.engines.capabilities import Capabilities
from crossover.engines.polars import blocks, relations, sources, windows
from crossover.engines.polars.capabilities import CAPABILITIES
from crossover.engines.polars.frames import Frame, collect, held, to_arrow
from crossover.engines.polars.written import write_parquet
from crossover.engines.single_node.blocks import Blocks
from crossover.engines.single_node.engine import SingleNodeEngine
from crossover.engines.single_node.neighbours import neighbours_of
from crossover.learning.models.matrix import Matrix
from crossover.relations import nodes
from crossover.relations.compute import Neighbours
from crossover.relations.graph import readers_of


class PolarsEngine(SingleNodeEngine[Frame]):
    """Frames are lazy queries; a relation that is read twice in one query is computed once."""

    name: ClassVar[str] = "polars"
    capabilities: ClassVar[Capabilities] = CAPABILITIES

    def __init__(self, options: EngineOptions) -> None:
        super().__init__(options)
        self._readers: dict[nodes.Relation, int] = {}

    @property
    def parallelism(self) -> int:
        """Threads that Polars really uses: the number is fixed when it is first loaded in a process."""
        return pl.thread_pool_size()

    def scan(self, node: nodes.Scan) -> Frame:
        return sources.scan(node)

    def project(self, node: nodes.Project, input: Frame) -> Frame:
        return relations.project(node, input)

    def filter(self, node: nodes.Filter, input: Frame) -> Frame:
        return relations.filter_rows(node, input)

    def join(self, node: nodes.Join, left: Frame, right: Frame) -> Frame:
        return relations.join(node, left, right)

    def aggregate(self, node: nodes.Aggregate, input: Frame) -> Frame:
        return relations.aggregate(node, input)

    def window(self, node: nodes.Window, input: Frame) -> Frame:
        return windows.window(node, input)

    def as_of_join(self, node: nodes.AsOfJoin, left: Frame, right: Frame) -> Frame:
        return windows.as_of_join(node, left, right)

    def first_by_key(self, node: nodes.FirstByKey, input: Frame) -> Frame:
        return relations.first_by_key(node, input)

    def top_n(self, node: nodes.TopN, input: Frame) -> Frame:
        return relations.top_n(node, input)

    def union(self, node: nodes.Union, inputs: Sequence[Frame]) -> Frame:
        return relations.union(node, inputs)

    def materialise(self, node: nodes.Materialise, input: Frame) -> Frame:
        source = sources.keep(node.input)
        if source is not None:
            return source
        rows = collect(input.lazy)
        absent = {name for name in (nodes.REASON, nodes.RAW) if name in input.schema and rows[name].null_count() == rows.height}
        return held(rows.drop(absent) if len(absent) < rows.width else rows, input.schema, frozenset(absent))

    def forget(self, input: Frame) -> None:
        if input.folder is not None:
            input.folder.cleanup()

    # actions

    def collect(self, relation: nodes.Relation) -> pa.Table:
        frame = self.evaluate(relation)
        return to_arrow(collect(frame.lazy), frame.schema)

    def write(self, relation: nodes.Relation, folder: Path) -> list[WrittenFile]:
        return write_parquet(self.evaluate(relation), folder)

    def neighbours(
        self, relation: nodes.Relation, wanted: Mapping[str, Sequence[float]]
    ) -> dict[str, tuple[Neighbours | None, ...]]:
        columns = collect(self.evaluate(relation).lazy.select(list(wanted)))
        return {name: neighbours_of(columns[name].drop_nulls().to_numpy(), shares) for name, shares in wanted.items()}

    def explain(self, relation: nodes.Relation) -> str:
        """Return the optimised plan. Nothing is computed: what would be materialised stands in it as a query."""
        return self._as_query(relation, {}).lazy.explain(engine="streaming")

    def blocks_of(self, frame: Frame, matrix: Matrix) -> Blocks:
        return blocks.blocks_of(frame, matrix)

    def versions(self) -> dict[str, str]:
        return {name: version(name) for name in ("polars", "scikit-learn", "numpy", "pyarrow")}

    # shared work

    def evaluate(self, relation: nodes.Relation) -> Frame:
        outer, self._readers = self._readers, readers_of([relation])
        try:
            return super().evaluate(relation)
        finally:
            self._readers = outer  # a check evaluates while another evaluation goes on

    def _compute(self, relation: nodes.Relation, inputs: Sequence[Frame]) -> Frame:
        """Polars finds common parts of a query by itself at one depth only: look_back on look_back doubled the work."""
        frame = super()._compute(relation, inputs)
        return Frame(frame.lazy.cache(), frame.schema, frame.absent) if self._readers.get(relation, 0) > 1 else frame

    def _as_query(self, relation: nodes.Relation, known: dict[nodes.Relation, Frame]) -> Frame:
        if relation not in known:
            if isinstance(relation, nodes.Materialise) and relation in self._kept:
                known[relation] = self._kept[relation]
            elif isinstance(relation, nodes.Materialise):
                known[relation] = self._as_query(relation.input, known)
            else:
                inputs = [self._as_query(each, known) for each in nodes.inputs_of(relation)]
                known[relation] = super()._compute(relation, inputs)
        return known[relation]
