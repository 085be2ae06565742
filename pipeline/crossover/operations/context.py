"""What a step sees while it is checked and lowered, and how it reports what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from crossover.core.nearest import did_you_mean
from crossover.language.errors import ExpressionError
from crossover.language.lower import ParameterValue, lower
from crossover.language.parse import parse
from crossover.language.tree import Expression, Parameter, columns_of, walk
from crossover.language.typed import Typed
from crossover.language.types import Schema, Type
from crossover.operations.prefix import is_prefix, matching, nothing_matches, place_of
from crossover.operations.table import Outcome, Path, Table

Result = TypeVar("Result")


class Reporter(Protocol):
    """Collects the mistakes of a document."""

    def problem(self, path: Path, code: str, message: str, *notes: str, offset: int | None = None, key: bool = False) -> None:
        """Report a mistake at the value at `path` (or its key), `offset` characters into its text."""

    def warning(self, path: Path, code: str, message: str, *notes: str) -> None: ...

    def where(self, path: Path) -> str:
        """Return `file:line:column` of a place, or nothing where the document is no file."""


class Refused(Exception):
    """The step has a mistake that was reported, or stands on one; it changes nothing."""


@dataclass(frozen=True)
class Context:
    """The step's place, the tables above it, and the values of parameters."""

    path: Path
    stage: str
    tables: Mapping[str, Table]
    parameters: Mapping[str, ParameterValue]
    report: Reporter
    broken_parameters: frozenset[str] = frozenset()
    """Declared, but without a value: their mistakes are reported already."""

    def title(self, words: str) -> str:
        """Return place and words of the step, for what only data can show."""
        place = self.report.where(self.path)
        return f"{place}: {words} (stage {self.stage})" if place else f"{words} (stage {self.stage})"

    def refuse(self, where: Path, code: str, message: str, *notes: str, offset: int | None = None, key: bool = False) -> Refused:
        """Report a mistake at a place inside the step; raise what is returned."""
        self.report.problem((*self.path, *where), code, message, *notes, offset=offset, key=key)
        return Refused()

    def warn(self, where: Path, code: str, message: str, *notes: str) -> None:
        self.report.warning((*self.path, *where), code, message, *notes)

    def every(self, *checks: Callable[[], Result]) -> list[Result]:
        """Return the results of all checks; all their mistakes are reported before Refused is raised."""
        results = []
        refused = False
        for check in checks:
            try:
                results.append(check())
            except Refused:
                refused = True
        if refused:
            raise Refused()
        return results

    def parse(self, where: Path, text: str) -> Expression:
        """Return the tree of an expression of the step."""
        try:
            return parse(text)
        except ExpressionError as error:
            raise self._refused(where, error) from None

    def lower(
        self, where: Path, expression: Expression, schema: Schema, table: Table, expected: Type | None = None
    ) -> Typed:
        """Return the expression over the columns of `schema`, in primitives."""
        names = columns_of(expression)
        if any(name in table.broken for name in names) or (table.unknown and any(name not in schema for name in names)):
            raise Refused()
        if any(isinstance(node, Parameter) and node.name in self.broken_parameters for node in walk(expression)):
            raise Refused()
        try:
            return lower(expression, schema, self.parameters, table=table.name, expected=expected)
        except ExpressionError as error:
            raise self._refused(where, error) from None

    def expression(self, where: Path, text: str, table: Table, expected: Type | None = None) -> tuple[Typed, Expression]:
        """Return an expression over a table's columns, lowered and as written."""
        tree = self.parse(where, text)
        return self.lower(where, tree, table.schema, table, expected), tree

    def _refused(self, where: Path, error: ExpressionError) -> Refused:
        return self.refuse(where, error.code, error.message, *error.notes, offset=error.span.start)

    def refused_expression(self, where: Path, error: ExpressionError) -> Refused:
        """Report a mistake inside an expression."""
        return self._refused(where, error)

    def table(self, where: Path, name: str) -> Table:
        """Return another table by name."""
        if name not in self.tables:
            hint = did_you_mean(name, self.tables)
            raise self.refuse(where, "unknown-table", f"no table `{name}` above this step{hint}")
        return self.tables[name]

    def column(self, where: Path, name: str, table: Table, *, key: bool = False) -> str:
        """Return the name, which must be a column of the table."""
        if name in table.broken or (table.unknown and name not in table.schema):
            raise Refused()
        if name not in table.schema:
            hint = did_you_mean(name, table.schema)
            raise self.refuse(where, "unknown-column", f"no column `{name}` in `{table.name}` here{hint}", key=key)
        return name

    def columns(self, where: Path, names: Iterable[str], table: Table) -> list[str]:
        """Return the columns that a list means, `prefix_*` being all that begin so; reports all that are not there."""
        written = list(names)
        found: dict[str, None] = {}
        refused = False
        for index, name in enumerate(written):
            try:
                found |= dict.fromkeys(self._listed((*where, index), name, written[:index], table))
            except Refused:
                refused = True
        if refused:
            raise Refused()
        return list(found)

    def _listed(self, where: Path, name: str, before: list[str], table: Table) -> list[str]:
        if not is_prefix(name):
            self.column(where, name, table)
        elif table.unknown or matching(name, table.broken):
            raise Refused()
        elif not matching(name, table.schema):
            raise self.refuse(where, "unknown-column", nothing_matches(name, table.schema, table.name))
        if name in before:
            raise self.refuse(where, "listed-twice", f"`{name}` is in the list already")
        return matching(name, table.schema)

    def exact(self, where: Path, names: Iterable[str], table: Table, use: str, written: Sequence[str]) -> None:
        """Refuse inexact columns where rows are told apart by them. `written` is the list that means them."""
        for name in names:
            if not table.schema[name].exact:
                raise self.refuse(
                    (*where, place_of(name, written)),
                    "inexact",
                    f"`{name}` is a sum, mean or other inexact double: it cannot be a {use}",
                    "its last bits may differ between engines, and rows would move",
                )

    def new_name(self, where: Path, name: str, table: Table) -> None:
        """Refuse a name that the table has already, or that differs from one by case alone."""
        clash = next((each for each in table.schema if each.lower() == name.lower()), None)
        if clash is not None:
            raise self.refuse(
                (*where, name), "name-exists", f"`{table.name}` already has a column `{clash}`", "choose another name", key=True
            )


def marks_of(expression: Expression, table: Table, made: Path) -> Outcome | None:
    """Return the mark of a column made by an expression: that of the first outcome it reads.

    Where that one was made itself, its making stays the cause: a mean of outcomes is a leak, whatever is derived from it.
    """
    for name in columns_of(expression):
        if name in table.outcomes:
            origin = table.outcomes[name]
            return Outcome(origin.column, origin.source, origin.made or made)
    return None
