"""The exact ranking of rows by their score: AUC (Mann-Whitney, ties by half), AUPR (average precision).

Both need running counts in the order of the score. One window over all rows would be one task, so windows stay inside
a bucket of scores, and what lies above the bucket is added from its offsets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from crossover.language.tree import Column, Expression
from crossover.learning.evaluation.arithmetic import minus, number, over, plus, times, value
from crossover.learning.evaluation.buckets import Buckets, Key, total
from crossover.learning.evaluation.findings import ratio
from crossover.relations.compute import Compute
from crossover.relations.nodes import Aggregate, AggregateCall, InlineTable, Join, Order, Project, Relation, Rows, Scan, Window

POSITIVES, NEGATIVES = Column("positives"), Column("negatives")
"""Rows of a cell."""
ROWS_ABOVE, POSITIVES_ABOVE = Column("rows_above"), Column("positives_above")
"""Rows with a higher score than the cell's."""
ROWS_TIED, POSITIVES_TIED = Column("rows_tied"), Column("positives_tied")
"""Rows with the cell's score."""
ALL_POSITIVES, ALL_NEGATIVES = Column("all_positives"), Column("all_negatives")
"""Rows of the cell's key."""


@dataclass(frozen=True)
class Ranking:
    """How well positives rank above negatives; None where a class that it needs is missing."""

    auc: float | None
    aupr: float | None


def cells(rows: Relation, buckets: Mapping[Key, Buckets], keys: Sequence[str] = (), clusters: Sequence[str] = ()) -> Relation:
    """Return one row for each score of a cluster of a key, all counts as doubles, with `score`.

    `rows` are those of `buckets.ranked_rows` with `keys` and `clusters`, and `buckets` their buckets.
    """
    counts = (("rows", AggregateCall("count_rows")), ("positives", AggregateCall("sum", "positive")))
    alike = Aggregate(rows, (*keys, "bucket", "score", *clusters), counts)
    running = (("rows_so_far", AggregateCall("sum", "rows")), ("positives_so_far", AggregateCall("sum", "positives")))
    down = Window(alike, (*keys, "bucket"), (Order("score", descending=True),), running, Rows(None))
    level = _of_score(down, keys, clusters)
    offsets = _offsets(buckets, keys)
    take = tuple((name, name) for name in ("rows_before", "positives_before", "all_rows", "all_positives"))
    scan = Scan(offsets, (*keys, "bucket", *(name for name, _ in take)))
    pairs = tuple((name, name) for name in (*keys, "bucket"))
    placed = Join(level, scan, "inner", pairs, take, "many_to_one", ("scores", offsets.name))
    columns: dict[str, Expression] = {
        **{name: Column(name) for name in (*keys, *clusters, "score")},
        "positives": number("positives"),
        "negatives": minus(number("rows"), number("positives")),
        "rows_above": plus(number("rows_before"), minus(number("rows_down"), number("rows_tied"))),
        "positives_above": plus(number("positives_before"), minus(number("positives_down"), number("positives_tied"))),
        "rows_tied": number("rows_tied"),
        "positives_tied": number("positives_tied"),
        "all_positives": number("all_positives"),
        "all_negatives": minus(number("all_rows"), number("all_positives")),
    }
    return Project(placed, tuple(columns.items()))


def _of_score(down: Window, keys: Sequence[str], clusters: Sequence[str]) -> Relation:
    """Return the counts of all rows with a cell's score, and of those from the top of the bucket down to them."""
    names = {"rows_down": "rows_so_far", "positives_down": "positives_so_far", "rows_tied": "rows", "positives_tied": "positives"}
    if not clusters:
        kept = (*keys, "bucket", "score", "rows", "positives")
        return Project(down, (*((name, Column(name)) for name in kept), *((new, Column(old)) for new, old in names.items())))
    # among clusters of one score the order is chance, but the last of them has counted all
    calls = {new: AggregateCall("max" if new.endswith("down") else "sum", old) for new, old in names.items()}
    return Window(down, (*keys, "bucket", "score"), (), tuple(calls.items()))


def _offsets(buckets: Mapping[Key, Buckets], keys: Sequence[str]) -> InlineTable:
    """Return how many rows and positives of its key have scores above each bucket, and how many there are in all."""
    names = (*keys, "bucket", "rows_before", "positives_before", "all_rows", "all_positives")
    lines = []
    for key, each in buckets.items():
        rows, positives, whole = 0, 0, total(each)
        for bucket in each:
            lines.append((*key, bucket.number, rows, positives, whole.rows, whole.positives))
            rows, positives = rows + bucket.rows, positives + bucket.positives
    columns = zip(*lines, strict=True)
    arrays = [pa.array(column, pa.string() if isinstance(column[0], str) else pa.int64()) for column in columns]
    return InlineTable(pa.table(arrays, names=list(names)), "score buckets")


def negatives_below() -> Expression:
    """Return the negatives with a lower score."""
    return minus(minus(ALL_NEGATIVES, minus(ROWS_ABOVE, POSITIVES_ABOVE)), minus(ROWS_TIED, POSITIVES_TIED))


def won_pairs() -> Expression:
    """Return the pairs of a positive of the cell with a negative: won ones count 2, ties 1, so that halves stay whole."""
    tied = minus(ROWS_TIED, POSITIVES_TIED)
    return times(POSITIVES, plus(times(value(2.0), negatives_below()), tied))


def precisions() -> Expression:
    """Return the sum of the precision at each positive of the cell."""
    return times(POSITIVES, over(plus(POSITIVES_ABOVE, POSITIVES_TIED), plus(ROWS_ABOVE, ROWS_TIED)))


def rankings(compute: Compute, rows: Relation, buckets: Mapping[Key, Buckets], keys: Sequence[str]) -> dict[Key, Ranking]:
    """Return the ranking of each key, all in one query."""
    if not buckets:
        return {}
    parts = Project(
        cells(rows, buckets, keys), (*((name, Column(name)) for name in keys), ("pairs", won_pairs()), ("precision", precisions()))
    )
    sums = tuple((name, AggregateCall("sum", name)) for name in ("pairs", "precision"))
    found = {}
    for row in compute.collect(Aggregate(parts, tuple(keys), sums)).to_pylist():
        key = tuple(row[name] for name in keys)
        found[key] = ranking_of(row["pairs"], row["precision"], buckets[key])
    return found


def ranking_of(pairs: float, precision: float, buckets: Buckets) -> Ranking:
    """Return the ranking from sums over all cells."""
    whole = total(buckets)
    return Ranking(ratio(pairs, 2.0 * whole.positives * (whole.rows - whole.positives)), ratio(precision, whole.positives))
