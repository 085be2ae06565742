"""require: set rows aside that do not keep a rule, with the reasons."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from pydantic import Field

from crossover.language.tree import Case, Column, Expression, call, literal
from crossover.language.typed import Typed
from crossover.language.types import BOOLEAN
from crossover.operations.context import Context, Refused, marks_of
from crossover.operations.operation import Operation, RowsSetAside
from crossover.operations.table import OutcomeFilter, Table
from crossover.relations.nodes import FILE, ROW, Aggregate, AggregateCall, Filter, Project, Relation

REASON_COLUMN = "reason"


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
            mark = marks_of(tree, table, context.path)
            if mark is not None:
                filters.append(OutcomeFilter((*context.path, *where), self.verb, mark.column, text))
        if failed:
            raise Refused()
        kept = _all(list(conditions.values()))
        set_aside = RowsSetAside(
            tuple(conditions), table.relation, _counts(table.relation, conditions, kept), _rows(table, conditions, kept)
        )
        return replace(table, relation=Filter(table.relation, kept), filters=tuple(filters)), set_aside


def _is_true(condition: Typed) -> Expression:
    if not condition.fact.nullable:
        return condition.expression
    return call("coalesce", condition.expression, literal(False))


def _all(conditions: list[Expression]) -> Expression:
    result = conditions[0]
    for each in conditions[1:]:
        result = call("and", result, each)
    return result


def _counts(relation: Relation, conditions: dict[str, Expression], kept: Expression) -> Relation:
    """One row: all rows, those set aside, and those with each reason."""
    one = literal(1)

    def unless(condition: Expression) -> Expression:
        return Case(((call("not", condition), one),), literal(None))

    flags = [("set_aside", unless(kept))]
    flags += [(f"reason_{index}", unless(condition)) for index, condition in enumerate(conditions.values())]
    counted = tuple((name, AggregateCall("count", name)) for name, _ in flags)
    return Aggregate(Project(relation, tuple(flags)), (), (("rows", AggregateCall("count_rows")), *counted))


def _rows(table: Table, conditions: dict[str, Expression], kept: Expression) -> Relation:
    """The rows set aside: file and row (or the key), and the reasons, `; ` between them."""
    pieces = [
        Case(((condition, literal("")),), literal(f"; {reason}")) for reason, condition in conditions.items()
    ]
    reasons = call("substring", call("concat", *pieces), literal(3), literal(2**31 - 1))
    if table.traced:
        named = [("file", Column(FILE)), ("row", Column(ROW))]
    else:
        named = [(name, Column(name)) for name in table.key]
    return Project(Filter(table.relation, call("not", kept)), (*named, (REASON_COLUMN, reasons)))
