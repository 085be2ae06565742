"""Which rows learn and which test: by the hash of columns, never by chance."""

from __future__ import annotations

from crossover.language.tree import Column, Expression, call, literal
from crossover.learning.preparation.specification import Split


def is_test(split: Split | None, key: tuple[str, ...]) -> Expression:
    """Return the condition of a test row: share of (salt, by) below `test`; false for all without a split.

    `by` defaults to the table's key. The condition is never null: null columns leave the hash as it was.
    """
    if split is None:
        return literal(False)
    columns = split.by or key
    return call("less", call("hash_share", literal(split.salt), *map(Column, columns)), literal(float(split.test)))
