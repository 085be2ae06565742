"""How much each training row counts: a column of the document, the classes' balance, or both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crossover.core.errors import DataError
from crossover.language.tree import Column, Expression, call, case, literal
from crossover.learning.models.specification import Regression
from crossover.learning.preparation.impute import as_double
from crossover.plan.plan import ModelPlan
from crossover.relations.compute import Compute
from crossover.relations.nodes import Aggregate, AggregateCall, Project, Relation
from crossover.runs.learners.base import LABEL, WEIGHT

GROUP = "__group"


@dataclass(frozen=True)
class Group:
    """Training rows of one class, or all: their number, the rows with a weight, the least weight and the sum."""

    label: int | None
    rows: int
    known: int
    least: float
    weight: float


def carried_weight(plan: ModelPlan) -> dict[str, Expression]:
    """Return the weight as a double column, if the document names one."""
    assert isinstance(plan.train, Regression)
    name = plan.train.weight
    return {WEIGHT: as_double(name, plan.schema[name].type.name)} if name else {}


def weight_column(
    compute: Compute, plan: ModelPlan, rows: Relation, *, balanced: bool = False, classes: Sequence[object] = ()
) -> dict[str, Expression]:
    """Return WEIGHT over the training rows, {} if every row counts 1.

    `balanced` multiplies by sum w / (classes * sum w of the class), with classes the int values of LABEL; `classes` are
    what these stand for. Raises DataError for a weight that is null or negative, and where a class, or all, has none.
    """
    assert isinstance(plan.train, Regression)
    name = plan.train.weight
    if name is None and not balanced:
        return {}
    groups = _groups(compute, rows, weighted=name is not None, by_class=balanced or bool(classes))
    if name is not None:
        _check(f"model {plan.name}: weight `{name}`", groups, classes)
    own: Expression = call("coalesce", Column(WEIGHT), literal(0.0)) if name is not None else literal(1.0)
    if not balanced:
        return {WEIGHT: own}
    total = sum(group.weight for group in groups)
    factors = {group.label: total / (len(groups) * group.weight) for group in groups if group.label is not None and group.weight}
    return {WEIGHT: call("multiply", own, _by_class(factors))}


def _groups(compute: Compute, rows: Relation, *, weighted: bool, by_class: bool) -> list[Group]:
    columns: dict[str, Expression] = {WEIGHT: Column(WEIGHT) if weighted else literal(1.0)}
    if by_class:
        columns[GROUP] = Column(LABEL)
    calls = (
        ("rows", AggregateCall("count_rows")),
        ("known", AggregateCall("count", WEIGHT)),
        ("least", AggregateCall("min", WEIGHT)),
        ("weight", AggregateCall("sum", WEIGHT)),
    )
    grouped = Aggregate(Project(rows, tuple(columns.items())), (GROUP,) if by_class else (), calls)
    found = compute.collect(grouped).to_pylist()
    groups = [Group(row.get(GROUP), row["rows"], row["known"], row["least"] or 0.0, row["weight"] or 0.0) for row in found]
    return sorted(groups, key=lambda group: group.label or 0)


def _check(what: str, groups: list[Group], classes: Sequence[object]) -> None:
    rows = sum(group.rows for group in groups)
    unknown = rows - sum(group.known for group in groups)
    if unknown:
        raise DataError(
            f"{what} is null in {unknown} of {rows} training rows", notes=["say what it is there: fill it, or leave such rows out by `rows`"]
        )
    if min(group.least for group in groups) < 0:
        raise DataError(f"{what} is {min(group.least for group in groups):g} in a training row, and a weight is 0 or more")
    for group in groups:
        if not group.weight:
            of_class = "" if group.label is None else f" of class {classes[group.label] if classes else group.label}"
            raise DataError(f"{what} is 0 in all {group.rows} training rows{of_class}, so there is nothing to learn from")


def _by_class(factors: Mapping[int, float]) -> Expression:
    *others, (_, last) = factors.items()
    expression: Expression = literal(last)
    for label, factor in others:
        expression = case(call("equal", Column(LABEL), literal(label)), literal(factor), expression)
    return expression
