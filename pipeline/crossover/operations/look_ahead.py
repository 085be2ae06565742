"""look_ahead: what happens in a table after this row's moment."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from pydantic import Field

from crossover.language.tree import Column, Expression, call, case, literal
from crossover.operations.calls import Calls
from crossover.operations.context import Context
from crossover.operations.look import AT, KNOWN_AT, Look, as_timestamp, ordered
from crossover.operations.table import Horizon, Outcome, Table
from crossover.operations.using import Keys
from crossover.relations.levels import with_columns
from crossover.relations.nodes import Aggregate, AggregateCall, AsOfJoin, Join, Project, Relation

_LAST = "__last"
_ONE = "__one"


class LookAhead(Look):
    """Adds columns computed over those rows of table `in` that become known from this row's moment on.

    Seen are rows with equal `using` and `at <= known_at < at + within`, exact to the microsecond. Rows stay as they
    are. What a look_ahead makes is an outcome. `at` may not be one.

    Nulls: where the window ends after the last `known_at` of table `in` all is null, counts too: what happens in it
    is not known yet. A model counts such rows as rows without a label. A null in `using` matches nothing, a null
    `known_at` is never seen, a null `at` gives null; where no row is seen counts are 0, all else null. Order:
    (known_at, key of the table looked into) for first and last. Numbers: sums are sums of the rows seen. Time: a
    day is 24 hours, a date its midnight.
    """

    verb: ClassVar[str] = "look_ahead"
    columns: dict[str, str] = Field(alias="look_ahead", min_length=1)
    table: str = Field(alias="in")
    within: str

    def looked(self, table: Table, other: Table, keys: Keys, calls: Calls, within: int | None, context: Context) -> Table:
        columns = list(table.all_columns)
        # at <= known_at < at + within is what lies behind the window's end.
        end = call("add_microseconds", as_timestamp(self.at, table), literal(within))
        left = with_columns(table.relation, columns, {AT: end, _ONE: literal(1)})
        right = self.seen(other, keys, calls)
        joined = AsOfJoin(left, right, keys, AT, KNOWN_AT, calls.named, within, other.key if ordered(calls) else ())
        relation = _known(calls.finish(joined, [*columns, AT, _ONE]), right, columns, list(calls.results))
        made = {name: Outcome(name, other.name, (*context.path, self.verb, name)) for name in calls.results}
        looked_into = (*table.looked_into, (other.name, other.relation))
        horizons = (*table.horizons, Horizon(self.at, within or 0, tuple(calls.results)))
        done = replace(
            table, relation=relation, broken=table.broken | calls.broken, looked_into=looked_into, horizons=horizons
        )
        return done.with_outcomes(made)


def _known(relation: Relation, right: Relation, columns: list[str], made: list[str]) -> Relation:
    """The columns, and what is made where its window does not end after the last moment of the right relation."""
    moments = Project(right, ((_ONE, literal(1)), (KNOWN_AT, Column(KNOWN_AT))))
    last = Aggregate(moments, (_ONE,), ((_LAST, AggregateCall("max", KNOWN_AT)),))
    beside = Join(relation, last, "left", ((_ONE, _ONE),), ((_LAST, _LAST),))
    ended = call("less_equal", Column(AT), Column(_LAST))
    results: list[tuple[str, Expression]] = [(name, case(ended, Column(name))) for name in made]
    return Project(beside, (*((name, Column(name)) for name in columns), *results))
