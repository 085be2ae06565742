"""The condition on folders, `where`: checked and lowered with the document that says it, before any file is looked at."""

from __future__ import annotations

from collections.abc import Mapping

from crossover.document.parameters import Parameters
from crossover.document.problems import Problems
from crossover.document.scalars import Path
from crossover.language.errors import ExpressionError
from crossover.language.lower import lower
from crossover.language.parse import parse
from crossover.language.tree import Expression, Parameter, walk
from crossover.language.types import BOOLEAN, TYPES, Fact
from crossover.sources.conditions import unsupported


def condition(
    text: str, partitions: Mapping[str, str], parameters: Parameters, path: Path, problems: Problems
) -> Expression | None:
    """Return `where` in primitives over the partitions (name and type); None after a mistake, which is reported."""
    schema = {name: Fact(TYPES[type_name]) for name, type_name in partitions.items()}
    try:
        tree = parse(text)
        if any(isinstance(node, Parameter) and node.name in parameters.broken for node in walk(tree)):
            return None
        found = lower(tree, schema, parameters.values, table="partitions", expected=BOOLEAN).expression
    except ExpressionError as error:
        notes = [f"`where` speaks of partitions alone: {', '.join(partitions) or 'none is declared'}"] if error.code == "unknown-column" else []
        problems.problem(path, error.code, error.message, *error.notes, *notes, offset=error.span.start if error.span else None)
        return None
    if lacking := unsupported(found):
        message = f"`where` is answered before an engine starts, which knows no `{lacking}`: compare the partitions themselves"
        problems.problem(path, "wrong-value", message)
        return None
    return found
