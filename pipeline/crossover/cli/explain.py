"""`crossover explain`: our plan, and the engine's own plan beside it."""

from __future__ import annotations

from typing import Annotated

import typer

from crossover.cli.choose import choose_engines
from crossover.cli.options import Document, Settings, parse_settings
from crossover.cli.output import line
from crossover.cli.work import planned
from crossover.engines.registry import open_engine
from crossover.plan.explain import explain as explain_plan

Beside = Annotated[
    str | None, typer.Option("--engine", metavar="NAME", help="Show this engine's own plan too.", show_default=False)
]


def explain(document: Document, settings: Settings = None, engine: Beside = None) -> int:
    """Show the plan of a document: each node's schema, what is materialised and why, where it is released."""
    _, plan = planned(document, parse_settings(settings))
    if engine is None:
        line(explain_plan(plan))
        return 0
    for name in choose_engines(engine):
        with open_engine(name) as opened:
            line(explain_plan(plan, opened))
    return 0
