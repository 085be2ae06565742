"""Which rows learn and which test: by the hash of columns or by time, never by chance."""

from __future__ import annotations

from datetime import date, datetime, time

from crossover.language.tree import Column, Expression, call, literal
from crossover.language.types import DATE, Schema
from crossover.learning.preparation.specification import Split


def is_test(split: Split | None, key: tuple[str, ...], schema: Schema) -> Expression:
    """Return the condition of a test row: share of (salt, by) below `test`, or `time` on or after `test_from`.

    False for all without a split. `by` defaults to the table's key. The condition is never null: null columns leave the
    hash as it was, and a null time is no test row.
    """
    if split is None:
        return literal(False)
    if split.test_from is not None and split.time is not None:
        before = call("less", as_moment(split.time, schema), midnight(split.test_from))
        return call("coalesce", call("not", before), literal(False))
    columns = split.by or key
    return call("less", call("hash_share", literal(split.salt), *map(Column, columns)), literal(float(split.test or 0.0)))


def reaches(at: str, within: int, test_from: date, schema: Schema) -> Expression:
    """Return whether what happens in `within` microseconds from the moment `at` on is not all known before `test_from`.

    Never null: a row without a moment is taken as one that reaches past it.
    """
    end = call("add_microseconds", as_moment(at, schema), literal(within))
    return call("coalesce", call("less", midnight(test_from), end), literal(True))


def as_moment(column: str, schema: Schema) -> Expression:
    """Return a timestamp column, or the midnight of a date column."""
    return call("date_to_timestamp", Column(column)) if schema[column].type == DATE else Column(column)


def midnight(day: date) -> Expression:
    return literal(datetime.combine(day, time.min))
