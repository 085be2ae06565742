"""The functions that users write: each has its meaning, null rule, an example, and its lowering, written once.

The example is a test on every engine and a line of the reference. Where nothing is said of nulls, any null
argument gives null.
"""

from __future__ import annotations

from crossover.language.functions import arithmetic, logic, numbers, text, time
from crossover.language.functions.function import Function

FUNCTIONS: dict[str, Function] = {
    each.name: each
    for family in (arithmetic.FUNCTIONS, logic.FUNCTIONS, numbers.FUNCTIONS, text.FUNCTIONS, time.FUNCTIONS)
    for each in family
}

OPERATORS = frozenset({"+", "-", "*", "/", "%", "minus", "=", "!=", "<", "<=", ">", ">=", "and", "or", "not", "is null", "in", "between", "like", "cast"})
"""Names of Calls that the grammar makes of operators; a user cannot call them like a function."""

__all__ = ["FUNCTIONS", "OPERATORS", "Function"]
