"""Metrics of a binary classifier as formulas over relations: the same numbers whatever the engine.

AUC is the exact one (Mann-Whitney, ties by half) and AUPR average precision. Both need running counts in the
order of the score. One window over all rows would be one task, so scores fall into buckets, whose offsets are
added on the driver, and windows stay inside a bucket.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from crossover.language.tree import Column, Expression, call, case, literal
from crossover.relations.compute import Compute
from crossover.relations.nodes import (
    Aggregate,
    AggregateCall,
    InlineTable,
    Join,
    Order,
    Project,
    Relation,
    Rows,
    Scan,
    Window,
)

BUCKETS = 4096
EPSILON = 2.220446049250313e-16
"""Probabilities are at least this far from 0 and 1 in the log loss, as in scikit-learn."""

Metrics = dict[str, float | int | None]


@dataclass(frozen=True)
class Bucket:
    """Counts over the rows of one bucket of scores."""

    number: int
    rows: int
    positives: int
    predicted: int
    hits: int
    loss: float


def evaluate(compute: Compute, scored: Relation, label: str, probability: str, threshold: float) -> Metrics:
    """Return the metrics over all rows of a relation; those that are not defined are None.

    Parameters
    ----------
    scored : is read twice; without nulls in its two columns.
    label : int column of 0 and 1.
    probability : double column within 0 and 1.
    threshold : a row is predicted positive if its probability is at least this.
    """
    rows = _with_loss(scored, label, probability, threshold)
    buckets = [Bucket(**row) for row in compute.collect(_by_bucket(rows)).to_pylist()]
    buckets.sort(key=lambda bucket: -bucket.number)
    totals = Totals.of(buckets)
    auc, precision = _ranking(compute, rows, buckets, totals)
    return {
        "rows": totals.rows,
        "positives": totals.positives,
        "auc": auc,
        "aupr": precision,
        "log_loss": totals.loss / totals.rows if totals.rows else None,
        **decisions(totals.rows, totals.positives, totals.predicted, totals.hits),
    }


@dataclass(frozen=True)
class Totals:
    """Sums over all buckets."""

    rows: int
    positives: int
    predicted: int
    hits: int
    loss: float

    @staticmethod
    def of(buckets: list[Bucket]) -> Totals:
        return Totals(
            sum(each.rows for each in buckets),
            sum(each.positives for each in buckets),
            sum(each.predicted for each in buckets),
            sum(each.hits for each in buckets),
            sum(each.loss for each in buckets),
        )


def decisions(rows: int, positives: int, predicted: int, hits: int) -> Metrics:
    """Return the confusion matrix and its ratios; `hits` are rows predicted positive that are."""
    return {
        "accuracy": _ratio(hits + (rows - positives - predicted + hits), rows),
        "precision": _ratio(hits, predicted),
        "recall": _ratio(hits, positives),
        "f1": _ratio(2 * hits, predicted + positives),
        "true_positives": hits,
        "false_positives": predicted - hits,
        "false_negatives": positives - hits,
        "true_negatives": rows - positives - predicted + hits,
    }


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _with_loss(scored: Relation, label: str, probability: str, threshold: float) -> Relation:
    """Return (bucket, score, label, predicted, hit, loss) of each row."""
    score, positive = Column(probability), call("equal", Column(label), literal(1))
    clipped = call("least", call("greatest", score, literal(EPSILON)), literal(1.0 - EPSILON))
    of_label = case(positive, clipped, call("subtract", literal(1.0), clipped))
    predicted = call("less_equal", literal(float(threshold)), score)
    bucket = call("double_to_int", call("floor", call("multiply", score, literal(float(BUCKETS)))))
    columns: dict[str, Expression] = {
        "bucket": bucket,
        "score": score,
        "positive": call("boolean_to_int", positive),
        "predicted": call("boolean_to_int", predicted),
        "hit": call("boolean_to_int", call("and", positive, predicted)),
        "loss": call("multiply", literal(-1.0), call("ln", of_label)),
    }
    return Project(scored, tuple(columns.items()))


def _by_bucket(rows: Relation) -> Relation:
    sums = {"positives": "positive", "predicted": "predicted", "hits": "hit", "loss": "loss"}
    calls = (("rows", AggregateCall("count_rows")), *((name, AggregateCall("sum", column)) for name, column in sums.items()))
    counted = Aggregate(rows, ("bucket",), calls)
    return Project(counted, (("number", Column("bucket")), *((name, Column(name)) for name in ("rows", *sums))))


def _ranking(
    compute: Compute, rows: Relation, buckets: list[Bucket], totals: Totals
) -> tuple[float | None, float | None]:
    """Return AUC and AUPR. `buckets` begin with the highest scores."""
    negatives = totals.rows - totals.positives
    if not totals.positives:
        return None, None
    # Pairs of a positive with a negative: won ones count 2, ties 1, so that halves stay whole numbers.
    query = _pairs(rows, _offsets(buckets), negatives)
    ((pairs, precision),) = (tuple(row.values()) for row in compute.collect(query).to_pylist())
    auc = pairs / (2.0 * totals.positives * negatives) if negatives else None
    return auc, precision / totals.positives


def _offsets(buckets: list[Bucket]) -> InlineTable:
    """Return how many rows and positives have scores above each bucket."""
    rows, positives, above = 0, 0, []
    for bucket in buckets:
        above.append((bucket.number, rows, positives))
        rows, positives = rows + bucket.rows, positives + bucket.positives
    number, rows_above, positives_above = (pa.array(column, pa.int64()) for column in zip(*above, strict=True))
    table = pa.table({"bucket": number, "rows_above": rows_above, "positives_above": positives_above})
    return InlineTable(table, "score buckets")


def _pairs(rows: Relation, offsets: InlineTable, negatives: int) -> Relation:
    """Return one row: pairs won (2 each) or tied (1 each), and the sum of precisions at each positive."""
    counts = (("rows", AggregateCall("count_rows")), ("positives", AggregateCall("sum", "positive")))
    groups = Aggregate(rows, ("bucket", "score"), counts)
    running = (("rows_so_far", AggregateCall("sum", "rows")), ("positives_so_far", AggregateCall("sum", "positives")))
    window = Window(groups, ("bucket",), (Order("score", descending=True),), running, Rows(None))
    scan = Scan(offsets, ("bucket", "rows_above", "positives_above"))
    take = (("rows_above", "rows_above"), ("positives_above", "positives_above"))
    placed = Join(window, scan, "inner", (("bucket", "bucket"),), take, "many_to_one", ("scores", offsets.name))
    rows_down = call("int_to_double", call("add", Column("rows_so_far"), Column("rows_above")))
    positives_down = call("int_to_double", call("add", Column("positives_so_far"), Column("positives_above")))
    columns = (
        ("rows", call("int_to_double", Column("rows"))),
        ("positives", call("int_to_double", Column("positives"))),
        ("rows_down", rows_down),
        ("positives_down", positives_down),
    )
    down = Project(placed, columns)
    # negatives below = all - those down to here; the group's own negatives tie
    below = call("subtract", literal(float(negatives)), call("subtract", Column("rows_down"), Column("positives_down")))
    tied = call("subtract", Column("rows"), Column("positives"))
    worth = call("add", call("multiply", literal(2.0), below), tied)
    precision = call("divide", Column("positives_down"), Column("rows_down"))
    parts = Project(
        down,
        (
            ("pairs", call("multiply", Column("positives"), worth)),
            ("precision", call("multiply", Column("positives"), precision)),
        ),
    )
    return Aggregate(parts, (), (("pairs", AggregateCall("sum", "pairs")), ("precision", AggregateCall("sum", "precision"))))
