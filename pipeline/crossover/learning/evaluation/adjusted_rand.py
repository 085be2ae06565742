"""The adjusted Rand index (Hubert and Arabie 1985) of clusters and a known column, counted by relations.

Of all pairs of rows it counts those that lie together on both sides, beyond what chance would give: 1 for equal
partitions, about 0 for clusters that have nothing to do with the truth.
"""

from __future__ import annotations

from fractions import Fraction

from crossover.language.tree import Column, call, literal
from crossover.relations.compute import Compute
from crossover.relations.nodes import Aggregate, AggregateCall, Filter, Project, Relation, Union

CELL, CLUSTER, TRUTH = 0, 1, 2


def adjusted_rand(compute: Compute, rows: Relation, cluster: str, truth: str) -> tuple[float | None, float | None, int]:
    """Return the index, that of one cluster of all rows, and the rows whose truth is known; other rows count nowhere.

    The index of no row is None.
    """
    known = Filter(rows, call("not", call("is_null", Column(truth))))
    cells = Aggregate(known, (cluster, truth), (("rows", AggregateCall("count_rows")),))
    sums = (("rows", AggregateCall("sum", "rows")),)
    groups = {CELL: cells, CLUSTER: Aggregate(cells, (cluster,), sums), TRUTH: Aggregate(cells, (truth,), sums)}
    query = Union(tuple(_pairs(groups[which], which) for which in groups))
    found = {int(row["which"]): row for row in compute.collect(query).to_pylist()}
    count = int(found[CELL]["rows"] or 0)
    if not count:
        return None, None, 0
    together, of_clusters, of_truth = (int(found[which]["pairs"]) for which in (CELL, CLUSTER, TRUTH))
    every = count * (count - 1)
    return index(together, of_clusters, of_truth, every), index(of_truth, every, of_truth, every), count


def index(together: int, left: int, right: int, every: int) -> float:
    """Return the index from numbers of pairs: together on both sides, on each of them, and all. Exact until the last division."""
    product = left * right
    most = every * (left + right) - 2 * product
    # both sides are one cluster, or both are rows on their own: they are equal
    return float(Fraction(2 * (every * together - product), most)) if most else 1.0


def _pairs(groups: Relation, which: int) -> Relation:
    """Return one row: the ordered pairs of rows inside the groups, and the rows."""
    size = Column("rows")
    pairs = call("multiply", size, call("subtract", size, literal(1)))
    summed = Aggregate(
        Project(groups, (("rows", size), ("pairs", pairs))),
        (),
        (("rows", AggregateCall("sum", "rows")), ("pairs", AggregateCall("sum", "pairs"))),
    )
    return Project(summed, (("which", literal(which)), ("rows", size), ("pairs", Column("pairs"))))
