"""Aggregates in expressions: `sum(a) / count(*)` is two aggregates of columns and an expression over their results."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from crossover.language.errors import ExpressionError
from crossover.language.primitives import AGGREGATES, WINDOW_FUNCTIONS
from crossover.language.tree import Call, Column, Expression, Literal, children, rebuild
from crossover.language.types import BOOLEAN, DOUBLE, INT, Fact

_NAMES = {"count_rows": "count", "count_distinct": "count"}
_NUMERIC = frozenset({"sum", "avg", "stddev", "variance"})


@dataclass(frozen=True)
class AggregateUse:
    """An aggregate as written: its function, its argument (None for count(*)), and lag's number of rows."""

    function: str
    argument: Expression | None
    offset: int
    call: Call


def split_aggregates(expression: Expression, allowed: Collection[str], prefix: str) -> tuple[Expression, dict[str, AggregateUse]]:
    """Return the expression over aggregate results named `prefix`0, `prefix`1 ..., and the aggregates.

    Raises ExpressionError for an aggregate that is not allowed here, or one inside another.
    """
    found: dict[str, AggregateUse] = {}

    def visit(node: Expression) -> Expression:
        if isinstance(node, Call) and (node.function in AGGREGATES or node.function in WINDOW_FUNCTIONS):
            use = _use(node, allowed)
            name = next((name for name, other in found.items() if other.call == node), f"{prefix}{len(found)}")
            found[name] = use
            return Column(name, node.span)
        parts = children(node)
        return rebuild(node, tuple(visit(part) for part in parts)) if parts else node

    return visit(expression), found


def _use(call: Call, allowed: Collection[str]) -> AggregateUse:
    name = call.function
    if name not in allowed:
        raise ExpressionError(f"`{_NAMES.get(name, name)}` cannot stand here", call.span, code="aggregate")
    if name in ("count_rows", "row_number", "rank", "dense_rank"):
        if call.arguments:
            raise ExpressionError(f"{name} takes no argument", call.span, code="arguments")
        return AggregateUse(name, None, 1, call)
    arguments = list(call.arguments)
    offset = 1
    if name == "lag" and len(arguments) == 2:
        last = arguments.pop()
        if not isinstance(last, Literal) or last.type != INT or not isinstance(last.value, int) or last.value < 1:
            raise ExpressionError("lag takes lag(x, n) with n a literal from 1 on", call.span, code="arguments")
        offset = last.value
    if len(arguments) != 1:
        raise ExpressionError(f"{_NAMES.get(name, name)} takes one argument, got {len(arguments)}", call.span, code="arguments")
    return AggregateUse(name, arguments[0], offset, call)


def fact_of_aggregate(use: AggregateUse, argument: Fact | None) -> Fact:
    """Return what is known of an aggregate's result. Raises ExpressionError where the argument's type does not fit."""
    name = use.function
    if name in _NUMERIC and argument is not None and not argument.type.numeric:
        hint = "; count(*) filter (where ...) counts what is true" if argument.type == BOOLEAN else ""
        raise ExpressionError(f"{name} takes a number, this is {argument.type}{hint}", use.call.span, code="type")
    if name == "count_distinct" and argument is not None and not argument.exact:
        raise ExpressionError("an inexact double has no stable distinct values", use.call.span, code="inexact")
    return aggregate_fact(name, argument)


def aggregate_fact(name: str, argument: Fact | None) -> Fact:
    """Return what is known of an aggregate's result, its argument being of a type that fits."""
    if name in ("count_rows", "count", "count_distinct"):
        return Fact(INT, False, True, (0, 2**62))
    if name in ("row_number", "rank", "dense_rank"):
        return Fact(INT, False, True, (1, 2**62))
    assert argument is not None
    if name in ("min", "max", "first", "last", "lag"):
        return replace(argument, nullable=True)
    if name == "sum" and argument.type == INT:
        return Fact(INT)
    return Fact(DOUBLE, exact=False)
