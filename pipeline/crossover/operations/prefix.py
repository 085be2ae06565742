"""`prefix_*` in a list of columns: all columns of the table that begin so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crossover.core.nearest import did_you_mean


def is_prefix(name: str) -> bool:
    return name.endswith("_*")


def matching(name: str, columns: Iterable[str]) -> list[str]:
    """Return the columns that an entry of a list means: itself, or all with its prefix, in their order."""
    return [each for each in columns if each.startswith(name[:-1])] if is_prefix(name) else [name]


def place_of(name: str, written: Sequence[str]) -> int:
    """Return which entry of a list means a column."""
    return next(index for index, entry in enumerate(written) if name in matching(entry, (name,)))


def with_places(names: Sequence[str], written: Sequence[str]) -> list[tuple[int, str]]:
    """Return the columns that a list means, each with the entry that means it; one that stands there twice has both."""
    result = []
    for position, name in enumerate(names):
        entries = [index for index, entry in enumerate(written) if name in matching(entry, (name,))]
        result.append((entries[min(names[:position].count(name), len(entries) - 1)], name))
    return result


def nothing_matches(name: str, columns: Iterable[str], table: str) -> str:
    """Return the message for a prefix without a column."""
    ends = ((each, index) for each in columns for index, letter in enumerate(each, 1) if letter == "_")
    hint = did_you_mean(name, dict.fromkeys(f"{each[:end]}*" for each, end in ends))
    return f"no column of `{table}` here begins with `{name[:-1]}`{hint}"
