"""What look_back and look_ahead have in common: rows of a table seen from a row's moment."""

from __future__ import annotations

from abc import abstractmethod
from functools import partial

from crossover.language.tree import Column, Expression, call
from crossover.language.types import DATE, TIMESTAMP
from crossover.operations.calls import Calls, build_calls
from crossover.operations.context import Context, Refused
from crossover.operations.duration import duration
from crossover.operations.operation import Operation
from crossover.operations.table import Path, Table
from crossover.operations.using import Keys, Using, keys_of
from crossover.relations.nodes import Project, Relation

FUNCTIONS = frozenset({"count_rows", "count", "sum", "avg", "min", "max", "stddev", "variance", "first", "last"})
AT = "__at"
KNOWN_AT = "__known_at"


class Look(Operation):
    """Its options and checks."""

    columns: dict[str, str]
    table: str
    using: Using
    at: str
    known_at: str
    within: str | None = None

    def apply(self, table: Table, context: Context) -> Table:
        other = context.table(("in",), self.table)
        context.every(
            lambda: keys_of(self.using, table, other, context),
            lambda: self._asked(table, context),
            lambda: self._moment(("known_at",), self.known_at, other, context),
            lambda: self._within(context),
            *(partial(context.new_name, (self.verb,), name, table) for name in self.columns),
        )
        calls = build_calls(context, self.verb, self.columns, other, FUNCTIONS, table.schema, table)
        if not calls.results:
            raise Refused()
        self._check_ties(other, calls, context)
        return self.looked(table, other, keys_of(self.using, table, other, context), calls, self._within(context), context)

    @abstractmethod
    def looked(self, table: Table, other: Table, keys: Keys, calls: Calls, within: int | None, context: Context) -> Table:
        """Return the table with what is seen; `within` is in microseconds."""

    def _asked(self, table: Table, context: Context) -> None:
        self._moment(("at",), self.at, table, context)
        outcome = table.outcomes.get(self.at)
        if outcome is not None:
            raise context.refuse(
                ("at",), "outcome-at", f"`{self.at}` is not known when the question is asked, so it cannot be its moment",
                f"it depends on `{outcome.column}`, an outcome of source {outcome.source}",
            )

    def _within(self, context: Context) -> int | None:
        return duration(context, ("within",), self.within) if self.within is not None else None

    def _moment(self, where: Path, name: str, table: Table, context: Context) -> None:
        context.column(where, name, table)
        if table.schema[name].type not in (TIMESTAMP, DATE):
            raise context.refuse(where, "type", f"`{name}` is {table.schema[name].type}; a moment is a timestamp or a date")

    def _check_ties(self, other: Table, calls: Calls, context: Context) -> None:
        if ordered(calls) and not other.key:
            raise context.refuse(
                ("in",), "order-tie",
                f"rows of `{other.name}` may be known at the same moment, and it has no key that says which is first",
                "declare `key:` at the source, or aggregate by columns that identify a row",
            )

    def seen(self, other: Table, keys: Keys, calls: Calls) -> Relation:
        """Return the table looked into: keys, moment, key, and the arguments, nothing else."""
        prepared = calls.prepare(other.relation, other.all_columns)
        arguments = [each.column for _, each in calls.named if each.column]
        names = dict.fromkeys([*(theirs for _, theirs in keys), *(other.key if ordered(calls) else ()), *arguments])
        columns: list[tuple[str, Expression]] = [(name, Column(name)) for name in names]
        return Project(prepared, (*columns, (KNOWN_AT, as_timestamp(self.known_at, other))))


def ordered(calls: Calls) -> bool:
    return any(each.function in ("first", "last") for _, each in calls.named)


def as_timestamp(name: str, table: Table) -> Expression:
    return call("date_to_timestamp", Column(name)) if table.schema[name].type == DATE else Column(name)
