"""Warnings for what a document defines and never uses: parameters, sources, tables, columns."""

from __future__ import annotations

from crossover.document.load import Loaded
from crossover.document.uses import parameters_used
from crossover.plan.plan import Plan
from crossover.relations.graph import topological
from crossover.relations.nodes import Scan
from crossover.relations.prune import prune
from crossover.relations.schema import schema_of


def warn_unused(loaded: Loaded, plan: Plan) -> None:
    """Warn of parameters, sources, tables and columns that nothing uses."""
    used = parameters_used(loaded.tree)
    for name in loaded.document.parameters:
        if name not in used:
            loaded.problems.warning(("parameters", name), "unused", f"parameter `{name}` is not used", key=True)
    reached = _reached(loaded, plan)
    _warn_columns(loaded, plan, reached)
    for name in loaded.document.sources:
        if name not in reached:
            loaded.problems.warning(("sources", name), "unused", f"nothing uses source `{name}`", key=True)
    for stage in loaded.document.stages:
        for section in stage.tables:
            if section.name not in reached:
                loaded.problems.warning(section.path, "unused", f"nothing uses table `{section.name}`", key=True)


def _warn_columns(loaded: Loaded, plan: Plan, reached: set[str]) -> None:
    """Warn of columns that no relation carries once what nobody reads is left out.

    A table that nothing uses is named without its columns. One that stands in `key` or `outcomes` is used there: an outcome that nothing reads keeps others from reading it.
    """
    roots = [*(plan.tables[name].relation for name in plan.store), *(model.relation for model in plan.models)]
    roots += [each.counts for stage in plan.stages for each in stage.set_aside]
    relations = topological(prune(roots).values())
    carried = {name for relation in relations for name in schema_of(relation)}
    read = {(scan.source.name, column) for scan in relations if isinstance(scan, Scan) for column in scan.columns}
    for name, source in loaded.document.sources.items():
        if name not in reached:
            continue
        named = {*source.key, *source.outcomes} if source is not None else set()
        for column in source.columns if source is not None else ():
            if (name, column) not in read and column not in named:
                path = ("sources", name, "columns", column)
                loaded.problems.warning(path, "unused", f"nothing uses column `{column}` of `{name}`", key=True)
    for stage in loaded.document.stages:
        for section in stage.tables:
            for step in section.steps if section.name in reached else ():
                made = getattr(step.operation, "columns", None)
                for column in made if isinstance(made, dict) else ():
                    if column not in carried:
                        message = f"nothing uses column `{column}` of `{section.name}`"
                        loaded.problems.warning((*step.path, step.verb, column), "unused", message, key=True)


def _reached(loaded: Loaded, plan: Plan) -> set[str]:
    """Tables and sources that a model or `store` needs, through the steps that name them."""
    needs: dict[str, set[str]] = {}
    for stage in loaded.document.stages:
        for section in stage.tables:
            for step in section.steps:
                operation = step.operation
                named = getattr(operation, "table", None) if operation is not None else None
                listed = (named,) if isinstance(named, str) else getattr(operation, "tables", ())
                needs.setdefault(section.name, set()).update(listed)
    reached: set[str] = set()
    waiting = list(plan.tables)
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += needs.get(name, ())
    return reached
