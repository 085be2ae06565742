"""In which order a plan is executed, and after which step a materialised table has no reader left."""

from __future__ import annotations

from dataclasses import dataclass

from crossover.plan.plan import ModelPlan, Plan, SetAside
from crossover.relations.graph import materialised
from crossover.relations.nodes import Materialise, Relation


@dataclass(frozen=True, eq=False)
class ModelTable:
    """The table that models read, computed and kept before the first of them is learned."""

    models: tuple[ModelPlan, ...]


@dataclass(frozen=True, eq=False)
class ExecutionStep:
    """A step that computes something: what it reads, for whom, and what is released behind it."""

    title: str
    reads: tuple[Relation, ...]
    what: SetAside | ModelTable | ModelPlan | str
    """Rows to count and set aside, a model's table, the model, or the name of a table to store."""
    releases: tuple[Materialise, ...] = ()


def execution_steps(plan: Plan) -> list[ExecutionStep]:
    """Return the steps of a placed plan in their order."""
    steps = [
        ExecutionStep(f"{stage.name}: {each.table}", (each.counts, each.rows), each)
        for stage in plan.stages
        for each in stage.set_aside
    ]
    steps += [ExecutionStep(f"store: {name}", (plan.tables[name].relation,), name) for name in plan.store]
    for relation, models in _models_by_relation(plan).items():
        steps.append(ExecutionStep(f"table: {models[0].table}", (relation,), ModelTable(models)))
    for model in plan.models:
        steps.append(ExecutionStep(f"model: {model.name}", (model.relation,), model))
    return _with_releases(steps)


def _models_by_relation(plan: Plan) -> dict[Relation, tuple[ModelPlan, ...]]:
    found: dict[Relation, tuple[ModelPlan, ...]] = {}
    for model in plan.models:
        found[model.relation] = (*found.get(model.relation, ()), model)
    return found


def _with_releases(steps: list[ExecutionStep]) -> list[ExecutionStep]:
    """Release each table after the last step that reads it while what stands on it is not kept yet."""
    result = []
    computed: set[Relation] = set()
    released: set[Relation] = set()
    for index, step in enumerate(steps):
        computed.update(materialised(step.reads, computed))
        later = [relation for each in steps[index + 1 :] for relation in each.reads]
        needed = set(materialised(later, computed))
        gone = [each for each in computed - released if isinstance(each, Materialise) and each not in needed]
        released.update(gone)
        result.append(ExecutionStep(step.title, step.reads, step.what, tuple(sorted(gone, key=lambda each: each.name))))
    return result
