"""`expect` of a join: one job over the keys, and examples where it is not kept."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import functions as F

from crossover.engines.spark.frames import SparkFrame
from crossover.relations import nodes
from crossover.relations.cardinality import EXAMPLES, several_rows

ROWS = "__rows"


def check_cardinality(node: nodes.Join, left: SparkFrame, right: SparkFrame) -> None:
    """Raise DataError if a side that shall have one row for a key has more. Null keys match nothing and are not counted."""
    mine, theirs = zip(*node.keys, strict=True)
    if node.expect in ("many_to_one", "one_to_one"):
        _check(node, right, theirs, node.names[1])
    if node.expect in ("one_to_many", "one_to_one"):
        _check(node, left, mine, node.names[0])


def _check(node: nodes.Join, frame: SparkFrame, keys: Sequence[str], name: str) -> None:
    if frame.is_unique(frozenset(keys)):
        return
    known = frame.data.select(*keys).dropna()
    repeated = known.groupBy(*keys).agg(F.count(F.lit(1)).alias(ROWS)).filter(F.col(ROWS) > 1)
    found = repeated.orderBy(*keys).limit(EXAMPLES).collect()
    if not found:
        return
    count = len(found) if len(found) < EXAMPLES else repeated.count()
    raise several_rows(node, name, count, [({key: row[key] for key in keys}, row[ROWS]) for row in found])
