"""Values of numeric inputs that a model cannot see: nulls that nothing replaces, and x <= -1 under a logarithm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crossover.core.errors import DataError
from crossover.language.tree import Column, Expression, call, case, literal
from crossover.language.types import Schema
from crossover.learning.preparation.impute import as_double
from crossover.learning.preparation.specification import Input
from crossover.relations.compute import Compute, batches, one_row
from crossover.relations.nodes import Aggregate, AggregateCall, Project, Relation

NULL = "is null in {count} of {rows} rows, and a model cannot see null"
IMPUTE = "say what stands in for it: impute: median, or impute: 0 with flag_missing: true"
TOO_SMALL = "is -1 or less in {count} of {rows} rows, and `log` takes ln(1 + x)"
CLIP = "bound it first, clip: [0.01, 0.99], if that quantile of the training rows is above -1; or leave `log` out"


@dataclass(frozen=True)
class Check:
    """A condition on a column under which a model cannot see it, and what is said where it is true."""

    column: str
    wrong: Expression
    message: str
    remedy: str


def missing_flag(column: str) -> Expression:
    """Return 1.0 where a column is null, else 0.0."""
    return call("int_to_double", call("boolean_to_int", call("is_null", Column(column))))


def checks_of(schema: Schema, inputs: Sequence[Input]) -> tuple[Check, ...]:
    """Return the checks of numeric inputs; those of one column stand side by side."""
    checks = []
    for each in inputs:
        for name in each.columns if each.kind == "number" else ():
            if each.impute is None and schema[name].nullable:
                checks.append(Check(name, call("is_null", Column(name)), NULL, IMPUTE))
            if each.log and each.clip is None:
                number = as_double(name, schema[name].type.name)
                checks.append(Check(name, call("less_equal", number, literal(-1.0)), TOO_SMALL, CLIP))
    return tuple(checks)


def check_counts(relation: Relation, checks: Sequence[Check]) -> Relation:
    """Return one row, the numbers of `counted_among` over all rows."""
    columns = counted_among(literal(True), checks)
    return Aggregate(Project(relation, tuple(columns.items())), (), tuple((name, AggregateCall("count", name)) for name in columns))


def counted_among(seen: Expression, checks: Sequence[Check]) -> dict[str, Expression]:
    """Return what is counted: `seen`, the rows that a model sees, and for each check in order `wrong_0` ... of those it finds."""
    wrong = {f"wrong_{place}": case(call("and", seen, check.wrong), literal(1)) for place, check in enumerate(checks)}
    return {"seen": case(seen, literal(1)), **wrong}


def refuse_unseen(compute: Compute, relation: Relation, schema: Schema, inputs: Sequence[Input]) -> None:
    """Raise DataError if an input has a value that a model cannot see in any row of the relation."""
    checks = checks_of(schema, inputs)
    for columns in batches(list(dict.fromkeys(check.column for check in checks))):
        some = [check for check in checks if check.column in columns]
        row = one_row(compute.collect(check_counts(relation, some)))
        refuse_counted({name: int(value or 0) for name, value in row.items()}, some)


def refuse_counted(counted: Mapping[str, int], checks: Sequence[Check]) -> None:
    """Raise DataError if the numbers of `check_counts` tell of a value that a model cannot see."""
    found = [(check, counted[f"wrong_{place}"]) for place, check in enumerate(checks) if counted[f"wrong_{place}"]]
    if not found:
        return
    check, count = found[0]
    others = [f"so has `{other.column}`: {number} rows" for other, number in found[1:] if other.message == check.message]
    raise DataError(
        f"input `{check.column}` {check.message.format(count=count, rows=counted['seen'])}", notes=[check.remedy, *others[:4]]
    )
