"""What learning asks of an engine beside training: results of relations that are small enough for the driver."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pyarrow as pa

from crossover.relations.nodes import Materialise, Relation

BATCH = 30
"""Columns in one aggregation at most: 600 in one query took four times as long as in batches (DESIGN 6)."""


@dataclass(frozen=True)
class Neighbours:
    """The two values of a sorted column between which a linear quantile lies, and how far it is on the way."""

    low: float
    high: float
    fraction: float

    @property
    def quantile(self) -> float:
        # numpy's own mixture, so that every engine rounds alike
        return float(np.quantile(np.array([self.low, self.high]), self.fraction))


class Compute(Protocol):
    """The actions of an engine that give small results. Their meaning is written in `engines.base`."""

    def collect(self, relation: Relation) -> pa.Table: ...

    def neighbours(
        self, relation: Relation, wanted: Mapping[str, Sequence[float]]
    ) -> dict[str, tuple[Neighbours | None, ...]]: ...

    def release(self, node: Materialise) -> None: ...


def batches(names: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the names in groups of at most BATCH, in order."""
    return [tuple(names[start : start + BATCH]) for start in range(0, len(names), BATCH)]


def one_row(table: pa.Table) -> dict[str, float | int | None]:
    """Return the only row of an aggregation without groups."""
    (row,) = table.to_pylist()
    return dict(row)
