"""Sums over the rows of each cluster: what centroids, inertia and profiles are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from crossover.language.tree import Column, literal
from crossover.learning.models.as_expressions import SQUARE
from crossover.learning.models.matrix import Floats, Matrix
from crossover.relations.compute import Compute, batches
from crossover.relations.nodes import Aggregate, AggregateCall, Project, Relation, Union

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class ClusterSums:
    """Of k clusters, those without rows among them: rows (k,), inertia (k,) around the model's centres, means (k, d).

    `raw` has sums (k,) and counts (k,) of further columns, nulls ignored. The mean of a cluster without rows is 0.
    """

    rows: Counts
    inertia: Floats
    means: Floats
    raw: Mapping[str, tuple[Floats, Counts]]


def cluster_sums(compute: Compute, clustered: Relation, matrix: Matrix, clusters: int, raw: Sequence[str]) -> ClusterSums:
    """Return the sums, from one query for each batch of columns and one for all codes.

    Parameters
    ----------
    clustered : the columns of the matrix and of `raw` (doubles), beside those of `with_cluster(..., square=True)`.
    """
    rows, inertia = np.zeros(clusters, np.int64), np.zeros(clusters)
    sums = {name: np.zeros(clusters) for name in (*matrix.dense, *raw)}
    counts = {name: np.zeros(clusters, np.int64) for name in raw}
    for batch in batches(tuple(sums)) or [()]:
        for row in compute.collect(_of_batch(clustered, batch, counts)).to_pylist():
            at = int(row["cluster"])
            rows[at], inertia[at] = row["rows"], row["inertia"]
            for place, name in enumerate(batch):
                sums[name][at] = row[f"sum_{place}"] or 0.0
                if name in counts:
                    counts[name][at] = row[f"count_{place}"]
    dense = np.stack([sums[name] for name in matrix.dense], axis=1) if matrix.dense else np.zeros((clusters, 0))
    totals = np.concatenate([dense, _codes(compute, clustered, matrix, clusters)], axis=1)
    means = totals / np.maximum(rows, 1)[:, None]
    return ClusterSums(rows, inertia, means, {name: (sums[name], counts[name]) for name in raw})


def _of_batch(clustered: Relation, batch: Sequence[str], counted: Mapping[str, object]) -> Relation:
    calls = [("rows", AggregateCall("count_rows")), ("inertia", AggregateCall("sum", SQUARE))]
    for place, name in enumerate(batch):
        calls.append((f"sum_{place}", AggregateCall("sum", name)))
        if name in counted:
            calls.append((f"count_{place}", AggregateCall("count", name)))
    return Aggregate(clustered, ("cluster",), tuple(calls))


def _codes(compute: Compute, clustered: Relation, matrix: Matrix, clusters: int) -> Floats:
    """Return how many rows of each cluster have each code, the blocks side by side."""
    blocks = [np.zeros((clusters, block.width)) for block in matrix.codes]
    if not blocks:
        return np.zeros((clusters, 0))
    parts: list[Relation] = []
    for place, block in enumerate(matrix.codes):
        grouped = Aggregate(clustered, ("cluster", block.column), (("rows", AggregateCall("count_rows")),))
        columns = (("block", literal(place)), ("cluster", Column("cluster")), ("code", Column(block.column)), ("rows", Column("rows")))
        parts.append(Project(grouped, columns))
    for row in compute.collect(Union(tuple(parts)) if len(parts) > 1 else parts[0]).to_pylist():
        blocks[row["block"]][int(row["cluster"]), int(row["code"])] = row["rows"]
    return np.concatenate(blocks, axis=1)
