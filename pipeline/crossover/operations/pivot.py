"""pivot: a column for each of some values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar
from typing import Literal as Choice

from pydantic import Field

from crossover.language.tree import Case, Column, Literal, call, literal
from crossover.language.types import BOOLEAN, INT, STRING
from crossover.operations.aggregate import FUNCTIONS
from crossover.operations.calls import Calls, build_calls
from crossover.operations.constants import constant
from crossover.operations.context import Context, Refused
from crossover.operations.operation import Operation
from crossover.operations.outcomes import dropped, mark_of_columns
from crossover.operations.pivot_cells import Cells, as_text, column_name, text_of
from crossover.operations.table import Path, Table
from crossover.relations.levels import with_columns
from crossover.relations.nodes import Aggregate, AggregateCall, Check, Filter, Materialise, Project, Relation

_AT_MOST = 1000
"""Columns that a pivot makes."""
_RANGE = re.compile(r"\s*(\d+)\s*\.\.\s*(\d+)\s*")
_NAME_ENDS = re.compile(r"[A-Za-z0-9_]+")
_OTHER, _OTHERS = "__other", "__others"


class Pivot(Operation):
    """One row for each group of `by`, which becomes the table's key, with a column NAME_value for each of `values`.

    The column holds the aggregate over those rows of the group whose `across` is the value. The values are written,
    so that the columns are known without data: `[a, b]`, or `0..23` for whole numbers. `empty` stands where a group
    has no row of a value. A row with another value, or null, stops the run with examples (`others: refuse`), or is
    left out (`others: drop`).

    Nulls: null is a group of its own; aggregates skip nulls; without `empty` counts of nothing are 0, all else is
    null. Order: none, so first and last cannot stand here. Numbers: as aggregate.
    """

    verb: ClassVar[str] = "pivot"
    aggregates: dict[str, str] = Field(alias="pivot", min_length=1)
    by: tuple[str, ...] = ()
    across: str
    values: tuple[Any, ...] | str
    empty: Any = None
    others: Choice["refuse", "drop"] = "refuse"

    def apply(self, table: Table, context: Context) -> Table:
        context.every(lambda: self._by(table, context), lambda: self._values(table, context))
        by, values = self._by(table, context), self._values(table, context)
        self._check_names(by, values, context)
        outer = {name: table.schema[name] for name in by}
        calls = build_calls(context, self.verb, self.aggregates, table, FUNCTIONS, outer, replace(table, unknown=False))
        if not calls.results:
            raise Refused()
        cells = Cells(self.across, values, calls, self._empty(calls, context))
        mark = mark_of_columns([self.across], table, (*context.path, self.verb))
        filters = (*table.filters, *(dropped(mark, (*context.path, "across"), self.verb) if self.others == "drop" else ()))
        cause = mark_of_columns([*by, self.across], table, (*context.path, self.verb))
        return replace(
            table,
            relation=self._relation(table, by, cells, context),
            key=by,
            outcomes={**{name: made for name, made in table.outcomes.items() if name in by}, **cells.marks(cause)},
            filters=filters,
            broken=frozenset(column_name(name, value) for name in calls.broken for value in values),
        )

    def _by(self, table: Table, context: Context) -> tuple[str, ...]:
        by = tuple(context.columns(("by",), self.by, table))
        context.exact(("by",), by, table, "group key", self.by)
        return by

    def _values(self, table: Table, context: Context) -> list[Literal]:
        name = context.column(("across",), self.across, table)
        type_ = table.schema[name].type
        if name in self.by:
            raise context.refuse(("across",), "pivot", f"`{name}` is a column of `by`, so it cannot be `across`")
        if type_ not in (INT, STRING, BOOLEAN):
            raise context.refuse(("across",), "type", f"`{name}` is {type_}; `across` is int, string or boolean")
        found: list[Literal] = []
        for index, value in enumerate(self._written(context)):
            at: Path = ("values", index) if isinstance(self.values, tuple) else ("values",)
            each = constant(context, at, value, type_, f"`{name}` is {type_}")
            if each in found:
                raise context.refuse(at, "listed-twice", f"`{value}` is in the list already")
            if not _NAME_ENDS.fullmatch(text_of(each)):
                raise context.refuse(
                    at, "pivot", f"`{value}` cannot be the end of a column's name: letters, digits and _", f"derive another {name} above"
                )
            found.append(each)
        return found

    def _written(self, context: Context) -> Sequence[Any]:
        if isinstance(self.values, tuple):
            if not self.values:
                raise context.refuse(("values",), "pivot", "`values` is empty")
            return self.values
        form = _RANGE.fullmatch(self.values)
        if form is None or int(form[1]) > int(form[2]):
            raise context.refuse(("values",), "pivot", f"`values` is a list as [a, b] or a range as 0..23, not `{self.values}`")
        low, high = int(form[1]), int(form[2])
        self._check_count(high - low + 1, context)
        return range(low, high + 1)

    def _check_count(self, values: int, context: Context) -> None:
        count = values * len(self.aggregates)
        if count > _AT_MOST:
            raise context.refuse(("values",), "pivot", f"this pivot would make {count:,} columns; it makes {_AT_MOST:,} at most")

    def _check_names(self, by: Sequence[str], values: Sequence[Literal], context: Context) -> None:
        self._check_count(len(values), context)
        present = {name.lower(): name for name in by}
        for aggregate in self.aggregates:
            for value in values:
                name = column_name(aggregate, value)
                other = present.setdefault(name.lower(), name)
                if other != name or name in by:
                    raise context.refuse(
                        (self.verb, aggregate), "name-exists", f"the new column `{name}` and `{other}` would have one name", key=True
                    )

    def _empty(self, calls: Calls, context: Context) -> dict[str, Literal] | None:
        if self.empty is None:
            return None
        return {
            name: constant(context, ("empty",), self.empty, fact.type, f"`{name}` is {fact.type}") for name, fact in calls.facts.items()
        }

    def _relation(self, table: Table, by: tuple[str, ...], cells: Cells, context: Context) -> Relation:
        inside = call("in", Column(self.across), *cells.values)
        relation = table.relation if self.others == "refuse" else Filter(table.relation, inside)
        columns = list(table.all_columns)
        relation = cells.calls.prepare(relation, columns)
        columns += cells.calls.arguments
        if self.others == "drop":
            grouped: Relation = Aggregate(with_columns(relation, columns, cells.arguments()), by, tuple(cells.aggregates().items()))
        else:
            other = {_OTHER: Case(((inside, Literal(None, STRING)),), as_text(self.across, table.schema[self.across])),
                     _OTHERS: Case(((inside, Literal(None, INT)),), literal(1))}  # fmt: skip
            counted = {_OTHER: AggregateCall("min", _OTHER), _OTHERS: AggregateCall("count", _OTHERS)}
            relation = with_columns(relation, columns, {**cells.arguments(), **other})
            aggregated = Aggregate(relation, by, tuple({**cells.aggregates(), **counted}.items()))
            kept = Materialise(aggregated, table.name, "its values are checked before it is read")
            grouped = Check(kept, _OTHERS, _OTHER, self.across, context.title(f"{self.verb} of {table.name} across {self.across}"))
        return Project(grouped, (*((name, Column(name)) for name in by), *cells.results().items()))
