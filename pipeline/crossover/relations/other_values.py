"""The check that a pivot has a column for each value: one small query, and the error, the same on every engine."""

from __future__ import annotations

from collections.abc import Sequence

from crossover.core.errors import DataError
from crossover.language.tree import Column, call, literal
from crossover.relations.nodes import Aggregate, AggregateCall, Check, Filter, Order, Relation, TopN

EXAMPLES = 3
"""Values that the message shows."""


def others_of(check: Check) -> Relation:
    """Return a few of the values that nothing is made for: no row if there is none."""
    counted = Filter(check.input, call("less", literal(0), Column(check.count)))
    values = Aggregate(counted, (check.example,), ((check.count, AggregateCall("sum", check.count)),))
    return TopN(values, (Order(check.count, descending=True), Order(check.example)), EXAMPLES)


def other_values(check: Check, examples: Sequence[str | None]) -> DataError:
    """Return the error for values that nothing is made for."""
    shown = ", ".join("null" if value is None else value for value in examples)
    remedy = "next: add them to values, or say others: drop to leave their rows out"
    return DataError(f"{check.title}: `{check.of}` has values that are not in `values`", notes=[f"for example: {shown}", remedy])
