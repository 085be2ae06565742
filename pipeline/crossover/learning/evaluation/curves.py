"""Tables of a binary classifier for readers: calibration, points of the ROC and precision-recall curves, lift."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crossover.language.tree import Expression, call
from crossover.learning.evaluation.arithmetic import minus, over, times, value
from crossover.learning.evaluation.buckets import BUCKETS, Buckets, total
from crossover.learning.evaluation.findings import ratio
from crossover.learning.evaluation.ranking import POSITIVES, ROWS_ABOVE, ROWS_TIED

BINS = 10
"""Of equal width, in the calibration table."""
POINTS = 200
"""Of the curves, at most."""
PARTS = 10
"""Of equally many rows, in the lift table."""


def calibration(buckets: Buckets) -> list[dict[str, Any]]:
    """Return for each tenth of the scores: its rows, their mean probability and the share that is positive."""
    table = []
    for place in range(BINS):
        within = total(bucket for bucket in buckets if min(bucket.number * BINS // BUCKETS, BINS - 1) == place)
        table.append(
            {
                "from": place / BINS,
                "to": (place + 1) / BINS,
                "rows": within.rows,
                "mean_probability": ratio(within.score, within.rows),
                "share_positive": ratio(within.positives, within.rows),
            }
        )
    return table


def expected_calibration_error(table: Sequence[dict[str, Any]]) -> float | None:
    """Return how far mean probability and share lie apart, on the mean over rows."""
    rows = sum(line["rows"] for line in table)
    apart = (line["rows"] * abs(line["mean_probability"] - line["share_positive"]) for line in table if line["rows"])
    return ratio(sum(apart), rows)


def curve(buckets: Buckets) -> list[dict[str, Any]]:
    """Return points of both curves for falling thresholds, each the lower edge of a bucket, about equally many rows apart."""
    whole = total(buckets)
    points, rows, positives, step = [], 0, 0, 0
    for place, bucket in enumerate(buckets):
        rows, positives = rows + bucket.rows, positives + bucket.positives
        reached = rows * (POINTS - 1) // whole.rows
        if reached == step and place < len(buckets) - 1:
            continue
        step = reached
        points.append(
            {
                "threshold": bucket.number / BUCKETS,
                "false_positive_rate": ratio(rows - positives, whole.rows - whole.positives),
                "recall": ratio(positives, whole.positives),
                "precision": positives / rows,
            }
        )
    return points


def gained(rows: int) -> dict[str, Expression]:
    """Return, for each cell, its positives among the first tenths of the rows in the order of the score.

    Rows of one score share: a cut through them takes of each the part that it takes of all.
    """
    found: dict[str, Expression] = {}
    for place in range(1, PARTS):
        reach = over(minus(value(rows * place / PARTS), ROWS_ABOVE), ROWS_TIED)
        found[f"gained_{place}"] = times(POSITIVES, call("greatest", value(0.0), call("least", value(1.0), reach)))
    return found


def lift(rows: int, positives: int, gains: Sequence[float]) -> list[dict[str, Any]]:
    """Return for each tenth of the rows, highest scores first, its positives and how many times the mean that is.

    `gains` are the positives among the first 1, 2 ... 9 tenths.
    """
    ends = [0.0, *gains, float(positives)]
    size = rows / PARTS
    return [
        {
            "tenth": place,
            "rows": size,
            "positives": ends[place] - ends[place - 1],
            "share_positive": ratio(ends[place] - ends[place - 1], size),
            "lift": ratio((ends[place] - ends[place - 1]) * PARTS, positives),
            "recall_so_far": ratio(ends[place], positives),
        }
        for place in range(1, PARTS + 1)
    ]
