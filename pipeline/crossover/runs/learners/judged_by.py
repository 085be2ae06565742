"""Columns that a classifier's evaluation reads beside label and probability: groups, and what makes rows alike."""

from __future__ import annotations

from crossover.language.tree import Column, Expression
from crossover.learning.evaluation.groups import Group
from crossover.plan.plan import ModelPlan

CLUSTER = "__cluster_"


def groups_of(plan: ModelPlan) -> tuple[Group, ...]:
    """Return the columns by whose values metrics are told."""
    return tuple(Group(name, plan.schema[name].type, place) for place, name in enumerate(plan.evaluate.by))


def clusters_of(plan: ModelPlan) -> dict[str, Expression]:
    """Return the columns of `split.by` as they are carried; none where each row stands on a side of its own."""
    by = plan.split.by if plan.split is not None and plan.split.time is None else ()
    if plan.key and set(plan.key) <= set(by):
        return {}
    return {f"{CLUSTER}{place}": Column(name) for place, name in enumerate(by)}


def judged_by(plan: ModelPlan) -> dict[str, Expression]:
    """Return all of them, over the model's table."""
    columns = clusters_of(plan)
    for group in groups_of(plan):
        columns |= group.expressions()
    return columns
