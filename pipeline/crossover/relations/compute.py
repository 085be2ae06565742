"""What learning asks of an engine beside training: results of relations that are small enough for the driver."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import pyarrow as pa

from crossover.relations.nodes import Materialise, Relation

BATCH = 30
"""Columns in one aggregation at most: 600 in one query took four times as long as in batches (DESIGN 6)."""


class Compute(Protocol):
    """The actions of an engine that give small results. Their meaning is written in `engines.base`."""

    def collect(self, relation: Relation) -> pa.Table: ...

    def quantiles(self, relation: Relation, wanted: Mapping[str, Sequence[float]]) -> dict[str, tuple[float | None, ...]]: ...

    def release(self, node: Materialise) -> None: ...


def batches(names: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the names in groups of at most BATCH, in order."""
    return [tuple(names[start : start + BATCH]) for start in range(0, len(names), BATCH)]


def one_row(table: pa.Table) -> dict[str, float | int | None]:
    """Return the only row of an aggregation without groups."""
    (row,) = table.to_pylist()
    return dict(row)
