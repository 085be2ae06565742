"""look_back: the past of a table as it was known at this row's moment."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from pydantic import Field

from crossover.operations.calls import Calls
from crossover.operations.context import Context
from crossover.operations.look import AT, KNOWN_AT, Look, as_timestamp, ordered
from crossover.operations.outcomes import mark_all, mark_of_columns
from crossover.operations.table import Table
from crossover.operations.using import Keys
from crossover.relations.levels import with_columns
from crossover.relations.nodes import AsOfJoin


class LookBack(Look):
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

    def looked(self, table: Table, other: Table, keys: Keys, calls: Calls, within: int | None, context: Context) -> Table:
        left = with_columns(table.relation, list(table.all_columns), {AT: as_timestamp(self.at, table)})
        ties = other.key if ordered(calls) else ()
        joined = AsOfJoin(left, self.seen(other, keys, calls), keys, AT, KNOWN_AT, calls.named, within, ties)
        matched = mark_of_columns((mine for mine, _ in keys), table, (*context.path, self.verb))
        done = replace(table, relation=calls.finish(joined, table.all_columns), broken=table.broken | calls.broken)
        return done.with_outcomes(mark_all(calls.results, {}, matched))
