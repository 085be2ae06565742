"""Metrics of predicted numbers, each beside that of the constant answer: the mean label of the training rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Any

from crossover.language.tree import Column, Expression, call
from crossover.learning.evaluation.arithmetic import minus, square, value
from crossover.learning.evaluation.baseline import PREFIX
from crossover.learning.evaluation.findings import Findings, Metrics, ratio
from crossover.learning.evaluation.groups import KEYS, MOST_GROUPS, Group, check_few, findings, in_groups
from crossover.relations.compute import Compute, one_row
from crossover.relations.nodes import Aggregate, AggregateCall, Order, Project, Relation, TopN

QUANTILES = (5, 25, 50, 75, 95)
"""Of the residuals, in percent."""
TOLD = ("rows", "rmse", "mae", "r2")
"""Metrics of each group."""


def evaluate(compute: Compute, scored: Relation, label: str, prediction: str, training_mean: float) -> Findings:
    """Return metrics over all rows of a relation; those that are not defined are None.

    A residual is label - prediction. R2 is 1 - (sum of squared residuals) / (sum of squares around the mean label), not
    defined where the label is constant.

    Parameters
    ----------
    scored : is read twice; without nulls in its two columns, which are double.
    """
    residual = minus(Column(label), Column(prediction))
    from_mean = minus(Column(label), value(training_mean))
    columns = {**_of("residual", residual), **_of("from_mean", from_mean)}
    rows = Project(scored, tuple(columns.items()))
    # of the label less a number near its mean, so that no digits cancel
    calls = [("rows", AggregateCall("count_rows")), *_spread_of("from_mean")]
    calls += [(name, AggregateCall("sum", name)) for name in columns if name not in ("residual", "from_mean")]
    sums: dict[str, Any] = one_row(compute.collect(Aggregate(rows, (), tuple(calls))))
    shares = [percent / 100 for percent in QUANTILES]
    found = compute.neighbours(rows, {"residual": shares, "from_mean": shares})
    quantiles = {name: [None if pair is None else pair.quantile for pair in pairs] for name, pairs in found.items()}
    count = int(sums["rows"])
    spread = _spread(sums, count)
    metrics = _judged(sums, "residual", count, spread) | _named(quantiles["residual"])
    constant = _judged(sums, "from_mean", count, spread) | _named(quantiles["from_mean"])
    return Findings({"rows": count, **metrics, **{PREFIX + name: metric for name, metric in constant.items()}})


def _of(name: str, difference: Expression) -> dict[str, Expression]:
    return {name: difference, f"{name}_square": square(difference), f"{name}_size": call("absolute", difference)}


def _spread_of(name: str) -> list[tuple[str, AggregateCall]]:
    return [(each, AggregateCall(each, name)) for each in ("stddev", "min", "max")]


def _spread(sums: Mapping[str, Any], rows: int) -> float:
    """Return the sum of squares around the mean. Of equal values it is 0, though a deviation of them may be a last bit."""
    return 0.0 if sums["min"] == sums["max"] else sums["stddev"] ** 2 * (rows - 1)


def _judged(sums: dict[str, Any], of: str, rows: int, spread: float) -> Metrics:
    squares, sizes = sums[f"{of}_square"] or 0.0, sums[f"{of}_size"] or 0.0
    unexplained = ratio(squares, spread)
    return {
        "rmse": sqrt(squares / rows) if rows else None,
        "mae": ratio(sizes, rows),
        "r2": None if unexplained is None else 1.0 - unexplained,
    }


def _named(quantiles: list[float | None]) -> Metrics:
    return {f"residual_{percent}": quantile for percent, quantile in zip(QUANTILES, quantiles, strict=True)}


def evaluate_groups(compute: Compute, scored: Relation, label: str, prediction: str, groups: Sequence[Group]) -> Findings:
    """Return the metrics of each group, and the least and the most of each of TOLD, in one query.

    `scored` has the carried columns of the groups. Raises DataError for a column of too many values.
    """
    if not groups:
        return Findings({})
    columns = {"label": Column(label), **_of("residual", minus(Column(label), Column(prediction)))}
    sums = tuple((name, AggregateCall("sum", name)) for name in ("residual_square", "residual_size"))
    calls = (("rows", AggregateCall("count_rows")), *_spread_of("label"), *sums)
    every = Aggregate(in_groups(scored, columns, groups), KEYS, calls)
    most = len(groups) * MOST_GROUPS + 1
    found = {}
    for row in compute.collect(TopN(every, tuple(map(Order, KEYS)), most)).to_pylist():
        found[tuple(row[name] for name in KEYS)] = {"rows": row["rows"], **_judged(row, "residual", row["rows"], _spread(row, row["rows"]))}
    check_few(found, groups)
    return findings(groups, found, TOLD)
