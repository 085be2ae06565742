"""Whether engines gave the truth, where the truth does not hang on the last bits of an inexact primitive."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from crossover.language.primitives import PRIMITIVES
from crossover.language.tree import Call, Case, Column, Expression, children, walk
from crossover.relations.nodes import Project, Scan
from tests.engines.conformance.reference import value_of
from tests.same import identical, near

LAST_BITS = 4e-16
"""How far two libraries' answers may lie apart, relative; about two units in the last place."""
NUDGES = 4
"""Times the truth is computed again with all inexact primitives moved by LAST_BITS."""

Records = list[dict[str, Any]]


def moved(seed: int) -> Any:
    chance = random.Random(seed)

    def nudge(name: str, value: Any) -> Any:
        return value if PRIMITIVES[name].exact or value is None else value * (1 + chance.choice([-1, 1]) * LAST_BITS)

    return nudge


class Truth:
    """What an expression is on each row, by plain Python; `fragile` are rows on which the last bits decide."""

    def __init__(self, expression: Expression, records: Records) -> None:
        self.values = [value_of(expression, record) for record in records]
        self.exact = all(PRIMITIVES[node.function].exact for node in walk(expression) if isinstance(node, Call))
        others = (
            [] if self.exact else [[value_of(expression, record, moved(seed)) for record in records] for seed in range(NUDGES)]
        )
        self.fragile = {
            row for row, value in enumerate(self.values) if not all(near(other[row], value, scale=0.0) for other in others)
        }

    def wrong(self, got: Sequence[Any]) -> list[int]:
        """Return the rows on which an answer differs."""
        return [
            row
            for row, (value, expected) in enumerate(zip(got, self.values, strict=True))
            if row not in self.fragile and not (identical(value, expected) if self.exact else near(value, expected, scale=0.0))
        ]


def projection(scan: Scan, expressions: Sequence[Expression]) -> Project:
    return Project(scan, (("id", Column("id")), *((f"e{number}", each) for number, each in enumerate(expressions))))


def complaints(table: pa.Table, expressions: Sequence[Expression], truths: Sequence[Truth], shown: Sequence[object]) -> list[str]:
    """Return a line for each expression that an engine got wrong, with the first such row."""
    ordered = table.sort_by("id")
    found = []
    for number, (expression, truth) in enumerate(zip(expressions, truths, strict=True)):
        got = ordered[f"e{number}"].to_pylist()
        if wrong := truth.wrong(got):
            row = wrong[0]
            found.append(
                f"{len(wrong)} rows, first {row}: got {got[row]!r}, expected {truth.values[row]!r}: {shown[number]} = {written(expression)}"
            )
    return found


def written(expression: Expression) -> str:
    """Return an expression as short text."""
    match expression:
        case Column(name=name):
            return name
        case Call(function=name):
            return f"{name}({', '.join(map(written, children(expression)))})"
        case Case(branches=branches, otherwise=otherwise):
            whens = " ".join(f"when {written(condition)} then {written(value)}" for condition, value in branches)
            return f"case {whens} else {written(otherwise)} end"
        case _:
            return repr(expression.value) if hasattr(expression, "value") else str(expression)
