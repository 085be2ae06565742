"""The plots of one model's evaluation: calibration, the two curves, the sizes of clusters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crossover.report.amounts import NOT_KNOWN, count, share, times
from crossover.report.blocks import Grid, Picture
from crossover.report.charts import Axis, Lines, Place, Series

LOOK, BESIDE = 0, 5
DATA = "The data of this plot"
MOST_POINTS = 20
"""Of a curve, in the table beside its plot."""


def pictures(identifier: str, evaluation: Mapping[str, Any]) -> tuple[Picture, ...]:
    """Return the plots that an evaluation has data for; their names begin with the identifier."""
    found = [*_calibration(identifier, evaluation.get("calibration") or ())]
    found += _curves(identifier, [point for point in evaluation.get("curve") or () if None not in point.values()])
    found += _gains(identifier, [line for line in evaluation.get("lift") or () if line["recall_so_far"] is not None])
    return tuple(found)


def _calibration(identifier: str, lines: Sequence[Mapping[str, Any]]) -> Iterator[Picture]:
    known = [line for line in lines if line["rows"]]
    if not known:
        return
    points: tuple[Place, ...] = tuple((line["mean_probability"], line["share_positive"]) for line in known)
    rows = [
        (f"{line['from']:.1f} to {line['to']:.1f}", count(line["rows"]), _share(line["mean_probability"]), _share(line["share_positive"]))
        for line in lines
    ]
    yield Picture(
        f"{identifier}-calibration", "Calibration",
        "For each tenth of the scores: what the model said, and what share was positive. On the dotted line both are the same.",
        Lines(
            Axis("mean probability", "share", whole=True), Axis("share positive", "share", whole=True),
            (Series("model", points, LOOK), Series("exact", ((0.0, 0.0), (1.0, 1.0)), BESIDE, "dotted", marked=False)),
        ),
        Grid(("scores", "rows", "mean probability", "share positive"), rows, folded=DATA),
    )  # fmt: skip


def _curves(identifier: str, points: Sequence[Mapping[str, float]]) -> Iterator[Picture]:
    if not points:
        return
    every = -(-len(points) // MOST_POINTS)
    rows = [
        (f"{point['threshold']:.4f}", _share(point["false_positive_rate"]), _share(point["recall"]), _share(point["precision"]))
        for point in points[::every]
    ]
    data = Grid(("threshold", "false positive rate", "recall", "precision"), rows, folded=f"{DATA}, {len(rows)} of {len(points)} points")
    roc: tuple[Place, ...] = ((0.0, 0.0), *((point["false_positive_rate"], point["recall"]) for point in points), (1.0, 1.0))
    yield Picture(
        f"{identifier}-roc", "ROC curve", "Of the positives, the share that is found, by the share of negatives that are taken along. The dotted line is chance.",
        Lines(
            Axis("false positive rate", "share", whole=True), Axis("recall", "share", whole=True),
            (Series("model", roc, LOOK, marked=False), Series("chance", ((0.0, 0.0), (1.0, 1.0)), BESIDE, "dotted", marked=False)),
        ),
        data,
    )  # fmt: skip
    positive = points[-1]["precision"]
    precision: tuple[Place, ...] = tuple((point["recall"], point["precision"]) for point in points)
    yield Picture(
        f"{identifier}-precision", "Precision and recall", "Of what is called positive, the share that is, by the share of positives found. The dotted line is chance.",
        Lines(
            Axis("recall", "share", whole=True), Axis("precision", "share", whole=True),
            (Series("model", precision, LOOK, marked=False), Series("chance", ((0.0, positive), (1.0, positive)), BESIDE, "dotted", marked=False)),
        ),
        data,
    )  # fmt: skip


def _gains(identifier: str, lines: Sequence[Mapping[str, Any]]) -> Iterator[Picture]:
    if not lines:
        return
    points: tuple[Place, ...] = ((0.0, 0.0), *((line["tenth"] / len(lines), line["recall_so_far"]) for line in lines))
    rows = [
        (share(line["tenth"] / len(lines)), _share(line["recall_so_far"]), _share(line["share_positive"]), times(line["lift"])) for line in lines
    ]
    yield Picture(
        f"{identifier}-gains", "Gains", "Of the positives, the share among the rows with the highest scores. The dotted line is chance.",
        Lines(
            Axis("rows, highest scores first", "share", whole=True), Axis("positives found", "share", whole=True),
            (Series("model", points, LOOK), Series("chance", ((0.0, 0.0), (1.0, 1.0)), BESIDE, "dotted", marked=False)),
        ),
        Grid(("rows so far", "positives so far", "positive in this tenth", "of the mean"), rows, folded=DATA),
    )  # fmt: skip


def _share(value: float | None) -> str:
    return NOT_KNOWN if value is None else share(value)
