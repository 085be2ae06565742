"""Arguments that a primitive's line mentions more than once become columns of a projection below.

Without it a guard around a guard around a guard doubles the plan each time: twelve deep took half a second to
plan, fourteen 2.5 s. Only nested ones are lifted: a guard alone costs less than a projection.
"""

from __future__ import annotations

from collections.abc import Mapping

from crossover.engines.spark.expressions import BY_NAME, REPEATING
from crossover.language.tree import Call, Column, Expression, Literal, children, rebuild, walk


class Lifting:
    """Collects temporaries for the expressions of one projection, in levels from the bottom up."""

    def __init__(self) -> None:
        self.levels: list[dict[str, Expression]] = []
        self._names: dict[Expression, str] = {}
        self._depths: dict[str, int] = {}

    def lifted(self, expression: Expression) -> Expression:
        """Return the expression with columns where it had arguments that must be computed once."""
        parts = tuple(self.lifted(part) for part in children(expression))
        if isinstance(expression, Call) and expression.function in REPEATING:
            parts = tuple(self._column(part) if _is_worth_it(expression.function, part) else part for part in parts)
        return rebuild(expression, parts) if parts else expression

    def _column(self, expression: Expression) -> Column:
        if expression not in self._names:
            name = f"__lifted_{len(self._names)}"
            depth = 1 + max((self._depths.get(each.name, -1) for each in walk(expression) if isinstance(each, Column)), default=-1)
            while len(self.levels) <= depth:
                self.levels.append({})
            self.levels[depth][name] = expression
            self._names[expression], self._depths[name] = name, depth
        return Column(self._names[expression])


def _is_worth_it(function: str, argument: Expression) -> bool:
    if isinstance(argument, Column):
        return False
    if function in BY_NAME:
        return True
    if isinstance(argument, Literal):
        return False
    return any(isinstance(each, Call) and each.function in REPEATING for each in walk(argument))


def lift(expressions: Mapping[str, Expression]) -> tuple[list[dict[str, Expression]], dict[str, Expression]]:
    """Return temporaries in levels, each level using those below, and the expressions over them."""
    lifting = Lifting()
    rest = {name: lifting.lifted(expression) for name, expression in expressions.items()}
    return lifting.levels, rest
