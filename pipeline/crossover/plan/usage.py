"""Warnings for what a document defines and never uses."""

from __future__ import annotations

import re

from crossover.document.load import Loaded
from crossover.plan.plan import Plan

_PARAMETER = re.compile(r"\$\{?([A-Za-z_]\w*)")


def warn_unused(loaded: Loaded, plan: Plan) -> None:
    """Warn of parameters, sources and tables that nothing uses."""
    used = set(_PARAMETER.findall(loaded.text))
    for name in loaded.document.parameters:
        if name not in used:
            loaded.problems.warning(("parameters", name), "unused", f"parameter `{name}` is not used", key=True)
    reached = _reached(loaded, plan)
    for name in loaded.document.sources:
        if name not in reached:
            loaded.problems.warning(("sources", name), "unused", f"nothing uses source `{name}`", key=True)
    for stage in loaded.document.stages:
        for section in stage.tables:
            if section.name not in reached:
                loaded.problems.warning(section.path, "unused", f"nothing uses table `{section.name}`", key=True)


def _reached(loaded: Loaded, plan: Plan) -> set[str]:
    """Tables and sources that a model or `store` needs, through the steps that name them."""
    needs: dict[str, set[str]] = {}
    for stage in loaded.document.stages:
        for section in stage.tables:
            for step in section.steps:
                operation = step.operation
                named = getattr(operation, "table", None) if operation is not None else None
                if isinstance(named, str):
                    needs.setdefault(section.name, set()).add(named)
    reached: set[str] = set()
    waiting = list(plan.tables)
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += needs.get(name, ())
    return reached
