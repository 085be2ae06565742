"""The Davies-Bouldin index (1979): how wide clusters are, compared with how far apart they lie. Smaller is better."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pyarrow as pa

from crossover.language.tree import Column, Expression, call
from crossover.learning.evaluation.cluster_sums import ClusterSums
from crossover.learning.models.as_expressions import balanced_sum
from crossover.learning.models.matrix import Floats, Matrix
from crossover.learning.models.scorer import code_squares
from crossover.relations.compute import Compute
from crossover.relations.nodes import Aggregate, AggregateCall, InlineTable, Join, Project, Relation, Scan


def davies_bouldin(compute: Compute, clustered: Relation, matrix: Matrix, sums: ClusterSums) -> float | None:
    """Return the mean over clusters i of max over j of (s_i + s_j) / |c_i - c_j|; None with fewer than two clusters.

    c are the means of the rows of each cluster, s their mean distance to it. Clusters at one place are not compared.
    """
    present = np.flatnonzero(sums.rows)
    if len(present) < 2:
        return None
    width = np.zeros(len(sums.rows))
    for row in compute.collect(_distances(clustered, matrix, sums.means)).to_pylist():
        width[int(row["cluster"])] = row["distance"]
    return index(sums.means[present], width[present] / sums.rows[present])


def index(means: Floats, widths: Floats) -> float:
    """Return the index of clusters with means (k, d) and mean distances to them (k,)."""
    apart = np.sqrt(((means[:, None, :] - means[None, :, :]) ** 2).sum(axis=2))
    apart[apart == 0] = np.inf
    return float(((widths[:, None] + widths[None, :]) / apart).max(axis=1).mean())


def _distances(clustered: Relation, matrix: Matrix, means: Floats) -> Relation:
    """Return for each cluster the sum of distances of its rows to its mean."""
    table = _with_means(clustered, means[:, : len(matrix.dense)])
    terms: list[Expression] = []
    for place, name in enumerate(matrix.dense):
        difference = call("subtract", Column(name), Column(f"__mean_{place}"))
        terms.append(call("multiply", difference, difference))
    ends = np.cumsum([len(matrix.dense), *(block.width for block in matrix.codes)])
    for block, (begin, end) in zip(matrix.codes, pairwise(ends), strict=True):
        squares = f"__own_square_of{block.column}"
        table = _with_code_squares(table, block.column, squares, means[:, begin:end])
        terms.append(Column(squares))
    distance = call("sqrt", balanced_sum(terms))
    rows = Project(table, (("cluster", Column("cluster")), ("distance", distance)))
    return Aggregate(rows, ("cluster",), (("distance", AggregateCall("sum", "distance")),))


def _with_means(clustered: Relation, means: Floats) -> Relation:
    names = [f"__mean_{place}" for place in range(means.shape[1])]
    columns = {name: pa.array(means[:, place], pa.float64()) for place, name in enumerate(names)}
    return _joined(clustered, ("cluster",), {"cluster": pa.array(range(len(means)), pa.int64()), **columns}, names, "means of clusters")


def _with_code_squares(table: Relation, code: str, name: str, shares: Floats) -> Relation:
    clusters, width = shares.shape
    columns = {
        "cluster": pa.array(np.repeat(np.arange(clusters), width), pa.int64()),
        code: pa.array(np.tile(np.arange(width), clusters), pa.int64()),
        name: pa.array(np.concatenate([code_squares(each) for each in shares]), pa.float64()),
    }
    return _joined(table, ("cluster", code), columns, [name], f"squares of {code}")


def _joined(table: Relation, keys: Sequence[str], columns: dict[str, pa.Array], names: Sequence[str], title: str) -> Relation:
    if not names:
        return table
    small = Scan(InlineTable(pa.table(columns), title), tuple(columns))
    pairs = tuple((key, key) for key in keys)
    # inner: every cluster and code is in the table, and so the results are not nullable
    return Join(table, small, "inner", pairs, tuple((name, name) for name in names), "many_to_one", ("rows", small.source.name))
