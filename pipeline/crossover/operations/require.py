"""require: set rows aside that do not keep a rule, with the reasons."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from pydantic import Field

from crossover.language.tree import Column, Expression, call, case, literal
from crossover.language.typed import Typed
from crossover.language.types import BOOLEAN
from crossover.operations.context import Context, Refused, marks_of
from crossover.operations.operation import Operation, RowsSetAside
from crossover.operations.outcomes import dropped
from crossover.operations.table import Table
from crossover.relations.levels import with_columns
from crossover.relations.nodes import FILE, ROW, Aggregate, AggregateCall, Filter, Project, Relation

_KEPT = "__kept"


class Require(Operation):
    """Rules that a row must keep: a row for which any rule is not true (false or null) is set aside with the reasons.

    Rows in = rows kept + rows set aside. The quarantine names each row by file and row, or by its table's key
    once rows were aggregated.

    Nulls: a null rule is not kept. Order: reasons stand in the order of the rules. Numbers: an inexact double in
    a rule is warned about.
    """

    verb: ClassVar[str] = "require"
    rules: dict[str, str] = Field(alias="require", min_length=1)

    def apply(self, table: Table, context: Context) -> tuple[Table, RowsSetAside]:
        conditions: dict[str, Expression] = {}
        filters = list(table.filters)
        failed = False
        for reason, text in self.rules.items():
            where = (self.verb, reason)
            try:
                typed, tree = context.expression(where, text, table, BOOLEAN)
            except Refused:
                failed = True
                continue
            if not typed.fact.exact:
                context.warn(where, "inexact", "the rule reads an inexact double: a row at the border may go on one engine alone")
            conditions[reason] = _is_true(typed)
            filters += dropped(marks_of(tree, table, context.path), (*context.path, *where), self.verb, text)
        if failed:
            raise Refused()
        checked = _checked(table, conditions)
        rows = RowsSetAside(tuple(conditions), _counts(checked, len(conditions)), _rows(checked, table, tuple(conditions)))
        kept = Project(Filter(checked, Column(_KEPT)), tuple((name, Column(name)) for name in table.all_columns))
        return replace(table, relation=kept, filters=tuple(filters)), rows


def _is_true(condition: Typed) -> Expression:
    if not condition.fact.nullable:
        return condition.expression
    return call("coalesce", condition.expression, literal(False))


def _checked(table: Table, conditions: dict[str, Expression]) -> Relation:
    """The table with a flag for each rule and one for all: the count, the quarantine and what goes on read them."""
    flags = {_rule(index): condition for index, condition in enumerate(conditions.values())}
    kept: Expression = Column(_rule(0))
    for index in range(1, len(flags)):
        kept = call("and", kept, Column(_rule(index)))
    return with_columns(table.relation, list(table.all_columns), {**flags, _KEPT: kept})


def _rule(index: int) -> str:
    return f"__rule_{index}"


def _counts(checked: Relation, rules: int) -> Relation:
    """One row: all rows, those set aside, and those with each reason."""
    flags = {"set_aside": _KEPT, **{f"reason_{index}": _rule(index) for index in range(rules)}}
    ones = tuple((name, case(call("not", Column(flag)), literal(1))) for name, flag in flags.items())
    counted = tuple((name, AggregateCall("count", name)) for name in flags)
    return Aggregate(Project(checked, ones), (), (("rows", AggregateCall("count_rows")), *counted))


def _rows(checked: Relation, table: Table, reasons: tuple[str, ...]) -> Relation:
    """The rows set aside: file and row (or the key), and the reasons, `; ` between them."""
    pieces = [case(Column(_rule(index)), literal(""), literal(f"; {reason}")) for index, reason in enumerate(reasons)]
    text = call("substring", call("concat", literal(""), *pieces), literal(3), literal(2**31 - 1))
    if table.traced:
        named = [("file", Column(FILE)), ("row", Column(ROW))]
    else:
        named = [(name, Column(name)) for name in table.key]
    return Project(Filter(checked, call("not", Column(_KEPT))), (*named, ("reason", text)))
