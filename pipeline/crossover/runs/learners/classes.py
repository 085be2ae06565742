"""The classes of a label: its values in the training rows, in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crossover.core.errors import DataError
from crossover.language.tree import NULL_LITERAL, Case, Column, Expression, call, literal
from crossover.relations.compute import Compute
from crossover.relations.nodes import Aggregate, AggregateCall, Order, Project, Relation, TopN
from crossover.runs.learners.base import LABEL, TEST

MOST_CLASSES = 100
"""More values are an identifier or a number, not classes; each is a branch of an expression and a column of the scores."""

Value = str | int | bool


@dataclass(frozen=True)
class Classes:
    """Values of the label by value or code point, and how many training rows each has."""

    values: tuple[Value, ...]
    rows: tuple[int, ...]

    @property
    def shares(self) -> tuple[float, ...]:
        """The part of the training rows that each has."""
        return tuple(rows / sum(self.rows) for rows in self.rows)


def code_of(column: Expression, values: Sequence[Value]) -> Expression:
    """Return the place of a value among `values`; null for all others and null."""
    return Case(tuple((call("equal", column, literal(value)), literal(place)) for place, value in enumerate(values)), NULL_LITERAL)


def find_classes(compute: Compute, rows: Relation, label: str) -> Classes:
    """Return the classes of the rows that learn, which have LABEL and TEST; `label` is its name for people.

    Raises DataError for fewer than two classes, for too many, and for one that test rows alone have: it has no
    probability, so its rows would have no loss, and left out they would make the model look better than it is.
    """
    view = Project(rows, ((LABEL, Column(LABEL)), (TEST, Column(TEST))))
    counted = Aggregate(view, (LABEL, TEST), (("rows", AggregateCall("count_rows")),))
    # of an identifier only so many reach the driver as say that it is one
    first = TopN(counted, (Order(LABEL), Order(TEST)), 2 * MOST_CLASSES + 1)
    found = compute.collect(first).to_pylist()
    training = {row[LABEL]: row["rows"] for row in found if not row[TEST]}
    testing = {row[LABEL]: row["rows"] for row in found if row[TEST]}
    if len(training.keys() | testing.keys()) > MOST_CLASSES:
        raise DataError(f"label `{label}` has more than {MOST_CLASSES} values: it cannot be learned as classes")
    if not training:
        raise DataError("no row is left to learn from: the training rows are empty")
    if len(training) == 1:
        ((only, count),) = training.items()
        raise DataError(f"the label is {_shown(only)} in all {count} training rows, so there is nothing to tell apart")
    if unseen := sorted(testing.keys() - training.keys()):
        raise _unseen(label, unseen[0], testing[unseen[0]], len(unseen))
    values = tuple(sorted(training))
    return Classes(values, tuple(training[value] for value in values))


def _unseen(label: str, value: Value, rows: int, values: int) -> DataError:
    others = f", and {values - 1} more values likewise" if values > 1 else ""
    return DataError(
        f"label `{label}` is {_shown(value)} in {rows} test rows and in no training row{others}: such a class cannot be learned",
        notes=["leave it out by `rows`, give rare classes one name, or split so that training rows have it"],
    )


def _shown(value: Value) -> str:
    return f"'{value}'" if isinstance(value, str) else str(value).lower()
