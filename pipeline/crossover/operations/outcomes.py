"""How the mark of an outcome goes on where rows meet: by keys, groups and orders, and by rows that were dropped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from crossover.operations.table import Outcome, OutcomeFilter, Path, Table


def mark_of_columns(names: Iterable[str], table: Table, made: Path) -> Outcome | None:
    """Return the mark of what is made by columns: that of the first outcome among them.

    Where that one was made itself, its making stays the cause.
    """
    origin = next((table.outcomes[name] for name in names if name in table.outcomes), None)
    return None if origin is None else Outcome(origin.column, origin.source, origin.made or made)


def mark_of_rows(table: Table) -> Outcome | None:
    """Return the mark of a table's rows, if a condition on an outcome decided which of them are there."""
    each = table.filters[0] if table.filters else None
    return None if each is None else Outcome(each.column, each.source, each.path)


def mark_all(names: Iterable[str], marks: Mapping[str, Outcome], cause: Outcome | None) -> dict[str, Outcome]:
    """Return the marks, with that of `cause` for each name that has none."""
    return dict(marks) if cause is None else {**dict.fromkeys(names, cause), **marks}


def dropped(cause: Outcome | None, path: Path, verb: str, condition: str = "") -> tuple[OutcomeFilter, ...]:
    """Return that a step drops rows by an outcome, if it does."""
    return () if cause is None else (OutcomeFilter(path, verb, cause.column, condition, cause.source),)


def dropped_by_partners(
    table: Table, other: Table, keys: Iterable[tuple[str, str]], path: Path, verb: str
) -> tuple[OutcomeFilter, ...]:
    """Return the table's filters, and that rows go by an outcome where one decides which rows have a partner."""
    pairs = list(keys)
    mine = mark_of_columns((each for each, _ in pairs), table, path)
    theirs = mark_of_columns((each for _, each in pairs), other, path)
    return (*table.filters, *dropped(mine or theirs or mark_of_rows(other), path, verb))
