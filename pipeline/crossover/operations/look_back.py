"""look_back: the past of a table as it was known at this row's moment."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import ClassVar

from pydantic import Field

from crossover.core.nearest import did_you_mean
from crossover.language.tree import Column, Expression, call
from crossover.language.types import DATE, TIMESTAMP
from crossover.operations.calls import Calls, build_calls
from crossover.operations.context import Context, Refused
from crossover.operations.duration import duration
from crossover.operations.operation import Operation
from crossover.operations.outcomes import mark_all, mark_of_columns
from crossover.operations.table import Path, Table
from crossover.relations.levels import with_columns
from crossover.relations.nodes import AsOfJoin, Project, Relation

_FUNCTIONS = frozenset({"count_rows", "count", "sum", "avg", "min", "max", "stddev", "variance", "first", "last"})
_AT = "__at"
_KNOWN_AT = "__known_at"


class LookBack(Operation):
    """Adds columns computed over those rows of table `in` that were known at this row's moment.

    Seen are rows with equal `using` and `at - within <= known_at < at`, exact to the microsecond; without
    `within` all with `known_at < at`. Rows stay as they are. What a look_back makes is never an outcome: it was
    known. `at` may not be one.

    Nulls: a null in `using` matches nothing, a null `known_at` is never seen, a null `at` sees nothing; where no
    row is seen counts are 0, all else null. Order: (known_at, key of the table looked into) for first and last.
    Numbers: sums are sums of the rows seen. Time: a day is 24 hours, a date its midnight.
    """

    verb: ClassVar[str] = "look_back"
    columns: dict[str, str] = Field(alias="look_back", min_length=1)
    table: str = Field(alias="in")
    using: tuple[str, ...] | dict[str, str]
    at: str
    known_at: str
    within: str | None = None

    def apply(self, table: Table, context: Context) -> Table:
        other = context.table(("in",), self.table)
        context.every(
            lambda: self._keys(table, other, context),
            lambda: self._asked(table, context),
            lambda: self._moment(("known_at",), self.known_at, other, context),
            lambda: self._within(context),
            *(partial(context.new_name, (self.verb,), name, table) for name in self.columns),
        )
        keys, within = self._keys(table, other, context), self._within(context)
        calls = build_calls(context, self.verb, self.columns, other, _FUNCTIONS, table.schema, table)
        if not calls.results:
            raise Refused()
        self._check_ties(other, calls, context)
        joined = AsOfJoin(
            _with_moment(table.relation, list(table.all_columns), _AT, self.at, table),
            self._right(other, keys, calls),
            keys,
            _AT,
            _KNOWN_AT,
            calls.named,
            within,
            other.key if _ordered(calls) else (),
        )
        matched = mark_of_columns((mine for mine, _ in keys), table, (*context.path, self.verb))
        done = replace(table, relation=calls.finish(joined, table.all_columns), broken=table.broken | calls.broken)
        return done.with_outcomes(mark_all(calls.results, {}, matched))

    def _keys(self, table: Table, other: Table, context: Context) -> tuple[tuple[str, str], ...]:
        pairs = list(self.using.items()) if isinstance(self.using, dict) else [(name, name) for name in self.using]
        for index, (mine, theirs) in enumerate(pairs):
            at: Path = ("using", mine) if isinstance(self.using, dict) else ("using", index)
            _known(mine, table, at, context)
            _known(theirs, other, at, context)
            if table.schema[mine].type != other.schema[theirs].type:
                raise context.refuse(
                    at, "join-type",
                    f"`{mine}` is {table.schema[mine].type}, `{theirs}` of `{other.name}` is {other.schema[theirs].type}",
                )
            if not (table.schema[mine].exact and other.schema[theirs].exact):
                raise context.refuse(at, "inexact", f"`{mine}` is a sum, mean or other inexact double: it cannot be a key")
        return tuple(pairs)

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
        _known(name, table, where, context)
        if table.schema[name].type not in (TIMESTAMP, DATE):
            raise context.refuse(where, "type", f"`{name}` is {table.schema[name].type}; a moment is a timestamp or a date")

    def _check_ties(self, other: Table, calls: Calls, context: Context) -> None:
        if _ordered(calls) and not other.key:
            raise context.refuse(
                ("in",), "order-tie",
                f"rows of `{other.name}` may be known at the same moment, and it has no key that says which is first",
                "declare `key:` at the source, or aggregate by columns that identify a row",
            )

    def _right(self, other: Table, keys: tuple[tuple[str, str], ...], calls: Calls) -> Relation:
        """The table looked into: keys, moment, key, and the arguments, nothing else."""
        prepared = calls.prepare(other.relation, other.all_columns)
        arguments = [each.column for _, each in calls.named if each.column]
        names = dict.fromkeys([*(theirs for _, theirs in keys), *(other.key if _ordered(calls) else ()), *arguments])
        columns: list[tuple[str, Expression]] = [(name, Column(name)) for name in names]
        return Project(prepared, (*columns, (_KNOWN_AT, _as_timestamp(self.known_at, other))))


def _ordered(calls: Calls) -> bool:
    return any(each.function in ("first", "last") for _, each in calls.named)


def _known(name: str, table: Table, where: Path, context: Context) -> None:
    if name in table.broken or (table.unknown and name not in table.schema):
        raise Refused()
    if name not in table.schema:
        hint = did_you_mean(name, table.schema)
        raise context.refuse(where, "unknown-column", f"no column `{name}` in `{table.name}` here{hint}")


def _as_timestamp(name: str, table: Table) -> Expression:
    return call("date_to_timestamp", Column(name)) if table.schema[name].type == DATE else Column(name)


def _with_moment(relation: Relation, columns: list[str], new: str, name: str, table: Table) -> Relation:
    return with_columns(relation, columns, {new: _as_timestamp(name, table)})
