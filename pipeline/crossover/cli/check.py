"""`crossover check`: every mistake that can be found without reading data, all at once."""

from __future__ import annotations

from crossover.cli.options import Document, Json, Settings, parse_settings
from crossover.cli.output import line, print_json
from crossover.cli.work import planned, tell_warnings


def check(document: Document, settings: Settings = None, as_json: Json = False) -> int:
    """Check a document without reading data. All its mistakes are reported at once."""
    found = planned(document, parse_settings(settings))
    plan, warnings = found.plan, found.problems.warnings
    if as_json:
        print_json({"pipeline": plan.pipeline, "warnings": [vars(warning) for warning in warnings]})
        return 0
    tell_warnings(found.problems)
    models = ", ".join(model.name for model in plan.models) or "none"
    if found.scoring is not None:
        line(f"{document}: correct. Scores with {models}, from {', '.join(plan.sources)}.")
        return 0
    tables = ", ".join(f"{name} ({len(table.schema)} columns)" for name, table in plan.tables.items())
    line(f"{document}: correct. Tables: {tables or 'none'}. Models: {models}.")
    return 0
