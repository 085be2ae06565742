"""The columns that a pivot makes: each of its aggregates for each of its values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crossover.language.tree import Case, Column, Expression, Literal, call, case, literal, transform
from crossover.language.types import INT, STRING, Fact
from crossover.operations.calls import Calls
from crossover.operations.outcomes import mark_all
from crossover.operations.table import Outcome
from crossover.relations.nodes import AggregateCall


class Cells:
    """The cells of a pivot: each aggregate for each value."""

    def __init__(self, across: str, values: Sequence[Literal], calls: Calls, empty: Mapping[str, Literal] | None) -> None:
        self.across = across
        self.values = values
        self.calls = calls
        self.empty = empty

    def arguments(self) -> dict[str, Expression]:
        """Columns that hold what is aggregated in the rows of one value, null in all others."""
        made: dict[str, Expression] = {}
        for index, value in enumerate(self.values):
            here = call("equal", Column(self.across), value)
            for name, each in self.calls.named:
                made[_part(name, index)] = case(here, Column(each.column) if each.column else literal(1))
            if self.empty is not None:
                made[_rows(index)] = case(here, literal(1))
        return made

    def aggregates(self) -> dict[str, AggregateCall]:
        made: dict[str, AggregateCall] = {}
        for index in range(len(self.values)):
            for name, each in self.calls.named:
                made[_part(name, index)] = AggregateCall("count" if each.column is None else each.function, _part(name, index))
            if self.empty is not None:
                made[_rows(index)] = AggregateCall("count", _rows(index))
        return made

    def results(self) -> dict[str, Expression]:
        """The columns NAME_value, over what was aggregated."""
        made: dict[str, Expression] = {}
        for name, expression in self.calls.results.items():
            for index, value in enumerate(self.values):
                cell = transform(expression, lambda node, index=index: self._in_cell(node, index))  # type: ignore[misc]
                if self.empty is not None:
                    cell = case(call("equal", Column(_rows(index)), literal(0)), self.empty[name], cell)
                made[column_name(name, value)] = cell
        return made

    def marks(self, cause: Outcome | None) -> dict[str, Outcome]:
        marks = {column_name(name, value): mark for name, mark in self.calls.marks.items() for value in self.values}
        return mark_all(self.results(), marks, cause)

    def _in_cell(self, node: Expression, index: int) -> Expression:
        return Column(_part(node.name, index)) if isinstance(node, Column) and node.name in self.calls.calls else node


def _part(name: str, index: int) -> str:
    return f"{name}_in_{index}"


def _rows(index: int) -> str:
    return f"__rows_in_{index}"


def column_name(name: str, value: Literal) -> str:
    return f"{name}_{text_of(value)}"


def text_of(value: Literal) -> str:
    return str(value.value).lower() if isinstance(value.value, bool) else str(value.value)


def as_text(name: str, fact: Fact) -> Expression:
    """A column's values as texts, for a message."""
    if fact.type == INT:
        return call("int_to_string", Column(name))
    if fact.type == STRING:
        return Column(name)
    return Case(((Column(name), literal("true")), (call("not", Column(name)), literal("false"))), Literal(None, STRING))
