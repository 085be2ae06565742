"""The relations that engines implement. Everything a document can say is lowered to these.

They form a graph: a relation that is used twice is one object, and is compared by identity. Expressions in
them are lowered: columns, literals, primitives and Case. Tables have no order.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal as Choice

import pyarrow as pa

from crossover.language.tree import Expression
from crossover.language.types import Schema
from crossover.sources.specification import FILE as FILE
from crossover.sources.specification import RAW as RAW
from crossover.sources.specification import REASON as REASON
from crossover.sources.specification import ROW as ROW
from crossover.sources.specification import FileSource


@dataclass(frozen=True, eq=False)
class InlineTable:
    """A small table held by the plan itself (a vocabulary, bucket offsets), always broadcast."""

    table: pa.Table
    name: str = "inline"


@dataclass(frozen=True, eq=False)
class StoredTable:
    """A table that an earlier stage wrote: a folder of Parquet files, and what the plan knew of its columns.

    The files hold those that later stages read; `schema` may have more."""

    name: str
    folder: str
    schema: Schema


@dataclass(frozen=True, eq=False)
class Scan:
    """Rows of a source, `columns` alone. A row that does not fit is here too: nulls, with `__reason` and `__raw`."""

    source: FileSource | InlineTable | StoredTable
    columns: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Project:
    """One row for each row: all columns it puts out, each an expression over its input."""

    input: Relation
    columns: tuple[tuple[str, Expression], ...]


@dataclass(frozen=True, eq=False)
class Filter:
    """The rows for which the condition is true."""

    input: Relation
    condition: Expression


@dataclass(frozen=True, eq=False)
class Join:
    """Rows of `left` with columns of the matching rows of `right`. Null matches nothing.

    `keys` are pairs (left column, right column); `take` are pairs (right column, name in the result).
    A left row without a match stays with nulls (`left`) or goes (`inner`). `expect` is checked: a side that
    is `one` must be unique on its keys, else DataError with examples.
    """

    left: Relation
    right: Relation
    kind: Choice["left", "inner"]
    keys: tuple[tuple[str, str], ...]
    take: tuple[tuple[str, str], ...]
    expect: Choice["many_to_one", "one_to_one", "one_to_many", "many_to_many"] = "many_to_one"
    names: tuple[str, str] = ("left", "right")
    """What the two tables are called in the document, for the message."""
    title: str = ""
    """Place and words of the step in the document, for the message."""


@dataclass(frozen=True)
class Order:
    """A column of an order; nulls come last, whichever the direction."""

    column: str
    descending: bool = False


@dataclass(frozen=True)
class AggregateCall:
    """An aggregate of AGGREGATES or a function of WINDOW_FUNCTIONS over one column; `offset` is lag's n."""

    function: str
    column: str | None = None
    offset: int = 1


@dataclass(frozen=True, eq=False)
class Aggregate:
    """One row for each group of `by` (null is a group); without `by` one row. `order` serves first and last."""

    input: Relation
    by: tuple[str, ...]
    calls: tuple[tuple[str, AggregateCall], ...]
    order: tuple[Order, ...] = ()


@dataclass(frozen=True)
class Rows:
    """The last `count` rows up to this one; `itself` says whether this row is among them. None: all rows so far."""

    count: int | None
    itself: bool = True


@dataclass(frozen=True)
class TimeRange:
    """Rows whose timestamp t (the one order column) has now - microseconds <= t, up to now.

    With `itself` t <= now (all rows of this moment); without t < now. A row with a null time has an empty frame.
    """

    microseconds: int
    itself: bool = True


@dataclass(frozen=True, eq=False)
class Window:
    """The columns of the input, and a value for each row over other rows of its group (null is a group).

    Without `order` the frame is the whole group. `ties` complete the order to a total one; rank ignores them.
    """

    input: Relation
    by: tuple[str, ...]
    order: tuple[Order, ...]
    calls: tuple[tuple[str, AggregateCall], ...]
    frame: Rows | TimeRange | None = None
    ties: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class AsOfJoin:
    """Each row of `left` with aggregates over the rows of `right` that it can see at its moment.

    Seen are rows with equal keys (null matches nothing) and `at - within <= known_at < at`, exact to the
    microsecond; `within` None: `known_at < at`. first and last follow (known_at, ties). Where no row is seen
    counts are 0, all else null.
    """

    left: Relation
    right: Relation
    keys: tuple[tuple[str, str], ...]
    at: str
    known_at: str
    calls: tuple[tuple[str, AggregateCall], ...]
    within: int | None = None
    ties: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class FirstByKey:
    """The first row, in the order, of each group of `by` (null is a group)."""

    input: Relation
    by: tuple[str, ...]
    order: tuple[Order, ...]


@dataclass(frozen=True, eq=False)
class TopN:
    """The first `count` rows in the order."""

    input: Relation
    order: tuple[Order, ...]
    count: int


@dataclass(frozen=True, eq=False)
class Union:
    """All rows of all inputs; columns by name, in the order of the first."""

    inputs: tuple[Relation, ...]


@dataclass(frozen=True, eq=False)
class Materialise:
    """The input, computed once and kept until it is released. `reason` is for explain."""

    input: Relation
    name: str
    reason: str


@dataclass(frozen=True, eq=False)
class Check:
    """The input, once no row of it counts values that nothing is made for; else DataError with examples."""

    input: Relation
    count: str
    """The column that counts them."""
    example: str
    """The column that holds one of them as a text; null for null."""
    of: str
    """What the column of these values is called in the document."""
    title: str
    """Place and words of the step in the document, for the message."""


Relation = Scan | Project | Filter | Join | Aggregate | Window | AsOfJoin | FirstByKey | TopN | Union | Materialise | Check


def inputs_of(relation: Relation) -> tuple[Relation, ...]:
    """Return the relations that a relation reads."""
    match relation:
        case Scan():
            return ()
        case Join(left=left, right=right) | AsOfJoin(left=left, right=right):
            return (left, right)
        case Union(inputs=inputs):
            return inputs
        case _:
            return (relation.input,)


def with_inputs(relation: Relation, inputs: tuple[Relation, ...]) -> Relation:
    """Return the relation over other inputs (as many as `inputs_of` gives); itself if they are the same."""
    if all(new is old for new, old in zip(inputs, inputs_of(relation), strict=True)):
        return relation
    match relation:
        case Join() | AsOfJoin():
            return replace(relation, left=inputs[0], right=inputs[1])
        case Union():
            return replace(relation, inputs=inputs)
        case Scan():
            return relation
        case _:
            return replace(relation, input=inputs[0])
