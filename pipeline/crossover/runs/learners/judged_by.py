"""Columns that an evaluation reads beside label and prediction: groups, and what makes rows alike."""

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


def carried_groups(plan: ModelPlan) -> dict[str, Expression]:
    """Return the columns of groups as they are carried, over the model's table."""
    return {name: each for group in groups_of(plan) for name, each in group.expressions().items()}


def judged_by(plan: ModelPlan) -> dict[str, Expression]:
    """Return clusters and groups, over the model's table."""
    return clusters_of(plan) | carried_groups(plan)
