"""The pandas engine: verbs and actions, each done by the module of its name."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from crossover.engines.base import WrittenFile
from crossover.engines.pandas import aggregates, blocks, joins, relations, sources, windows
from crossover.engines.pandas.capabilities import CAPABILITIES
from crossover.engines.pandas.frames import Frame, frame_to_arrow
from crossover.engines.single_node.blocks import Blocks
from crossover.engines.single_node.engine import SingleNodeEngine
from crossover.engines.single_node.neighbours import neighbours_of
from crossover.learning.models.matrix import Matrix
from crossover.relations import nodes
from crossover.relations.compute import Neighbours

ROW_GROUP = 1_000_000


class PandasEngine(SingleNodeEngine[Frame]):
    """Relations on NumPy arrays and pandas' hash tables, computed at once."""

    name = "pandas"
    capabilities = CAPABILITIES

    # relations

    def scan(self, node: nodes.Scan) -> Frame:
        return sources.scan(node)

    def project(self, node: nodes.Project, input: Frame) -> Frame:
        return relations.project(node, input)

    def filter(self, node: nodes.Filter, input: Frame) -> Frame:
        return relations.filtered(node, input)

    def join(self, node: nodes.Join, left: Frame, right: Frame) -> Frame:
        return joins.join(node, left, right)

    def aggregate(self, node: nodes.Aggregate, input: Frame) -> Frame:
        return aggregates.aggregate(node, input)

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
        """Frames are in memory already; columns that wait are gathered, so that their sources can go."""
        for column in input.columns.values():
            _ = column.vector
        return Frame(input.rows, input.columns)

    # actions

    def collect(self, relation: nodes.Relation) -> pa.Table:
        return frame_to_arrow(self.evaluate(relation))

    def write(self, relation: nodes.Relation, folder: Path) -> list[WrittenFile]:
        frame = self.evaluate(relation)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "part-00000.parquet"
        pq.write_table(
            frame_to_arrow(frame, dictionaries=True),
            path,
            compression="zstd",
            write_page_checksum=True,
            write_statistics=True,
            row_group_size=ROW_GROUP,
            # without it readers would be told of dictionaries; it is an encoding here, not a type
            store_schema=False,
        )
        return [WrittenFile(path.name, frame.rows, path.stat().st_size)]

    def neighbours(
        self, relation: nodes.Relation, wanted: Mapping[str, Sequence[float]]
    ) -> dict[str, tuple[Neighbours | None, ...]]:
        frame = self.evaluate(relation)
        result: dict[str, tuple[Neighbours | None, ...]] = {}
        for name, shares in wanted.items():
            vector = frame[name].spread(frame.rows)
            data = vector.data if vector.known is None else vector.data[vector.known]
            result[name] = neighbours_of(data, shares)
        return result

    def explain(self, relation: nodes.Relation) -> str:
        return relations.explained(relation)

    def blocks_of(self, frame: Frame, matrix: Matrix) -> Blocks:
        return blocks.blocks_of(frame, matrix)

    def versions(self) -> dict[str, str]:
        return {
            "python": platform.python_version(),
            "pandas": pd.__version__,
            "numpy": np.__version__,
            "pyarrow": pa.__version__,
            "scikit-learn": version("scikit-learn"),
        }
