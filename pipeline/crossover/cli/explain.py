"""`crossover explain`: our plan, and the engine's own plan beside it."""

from __future__ import annotations

from typing import Annotated

import typer

from crossover.cli.choose import choose_engines
from crossover.cli.options import Document, Settings, parse_settings
from crossover.cli.output import line
from crossover.cli.work import planned
from crossover.core.errors import ConfigError
from crossover.engines.registry import open_engine
from crossover.plan.explain import explain as explain_plan
from crossover.plan.scoring import Asked, scoring_plan

Beside = Annotated[
    str | None, typer.Option("--engine", metavar="NAME", help="Show this engine's own plan too.", show_default=False)
]


Scoring = Annotated[bool, typer.Option("--scoring", help="Show what scoring with each of its models would compute.")]


def explain(document: Document, settings: Settings = None, engine: Beside = None, scoring: Scoring = False) -> int:
    """Show the plan of a document: each node's schema, what is materialised and why, where it is released."""
    found = planned(document, parse_settings(settings))
    plans = [found.plan]
    if scoring and found.scoring is None:
        plans = [scoring_plan(found.plan, model, Asked()) for model in found.plan.models]
        if not plans:
            raise ConfigError(f"{document}: no model, so there is nothing to score with")
    if engine is None:
        for plan in plans:
            line(explain_plan(plan))
        return 0
    for name in choose_engines(engine):
        with open_engine(name) as opened:
            for plan in plans:
                line(explain_plan(plan, opened))
    return 0
