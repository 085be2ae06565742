"""Which columns get other values in each copy, so that no row of one copy meets a row of another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from crossover.core.errors import ConfigError
from crossover.generate.lookups import Lookup, Place, Reading

Group = frozenset[Place]
"""Columns that are compared with one another: all of them get fresh values, or none does."""
_MOST = 6
"""Groups that are made fresh at once; more are not tried."""


@dataclass(frozen=True)
class Copying:
    """What each copy has of its own: fresh columns, group by group, and the sources that are copied for them."""

    groups: tuple[Group, ...]
    copied: frozenset[str]

    def fresh(self, source: str) -> tuple[str, ...]:
        """Return the fresh columns of a source."""
        return tuple(sorted(column for group in self.groups for name, column in group if name == source))


def choose(reading: Reading, keys: Mapping[str, tuple[str, ...]], allowed: Iterable[Place]) -> Copying:
    """Return the fewest and least used columns that keep all copies apart.

    `keys`: of each source. `allowed`: columns whose type can have fresh values. A grouping that no allowed column
    takes part in is left as it is: its groups grow. Raises ConfigError if a key or a join cannot be kept apart.
    """
    groups = _groups(reading.lookups, keys)
    blocked = _blocked(reading.lookups)
    allowed = set(allowed)
    candidates = sorted((group for group in groups if group <= allowed and not group & blocked), key=sorted)
    needs = [each for each in reading.lookups if each.joins or any(_between(each, candidates))]
    found: list[tuple[int, list[list[Place]], Copying]] = []
    for count in range(min(_MOST, len(candidates)) + 1):
        for chosen in combinations(candidates, count):
            copying = Copying(chosen, reading.facts | {source for group in chosen for source, _ in group})
            if _apart(copying, needs, keys):
                cost = sum(1 + 2 * len(group & reading.computed) for group in chosen)
                found.append((cost, [sorted(group) for group in chosen], copying))
    if not found:
        raise ConfigError(
            f"copies of {', '.join(f'`{name}`' for name in sorted(reading.facts))} cannot be kept apart",
            notes=[
                "a key, and what tables are joined by, needs a column of whole numbers or texts that is read from the files as it is"
            ],
        )
    return min(found, key=lambda each: each[:2])[2]


def _groups(lookups: Iterable[Lookup], keys: Mapping[str, tuple[str, ...]]) -> list[Group]:
    """Return the columns that lookups compare, and those of keys, as groups that do not meet."""
    groups = [frozenset({(source, column)}) for source, key in keys.items() for column in key]
    for lookup in lookups:
        for left, right in lookup.pairs:
            joined = left | right
            touching = [group for group in groups if group & joined]
            rest = [group for group in groups if not group & joined]
            groups = [*rest, joined.union(*touching)] if joined else groups
    return groups


def _blocked(lookups: Iterable[Lookup]) -> Group:
    """Return columns that are compared with something computed, which would not follow them."""
    return frozenset(place for each in lookups for left, right in each.pairs if not (left and right) for place in left | right)


def _between(lookup: Lookup, groups: Iterable[Group]) -> Iterator[Group]:
    """Yield the groups that take part in a lookup."""
    for left, right in lookup.pairs:
        yield from (group for group in groups if group & (left | right))


def _apart(copying: Copying, needs: Iterable[Lookup], keys: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether keys stay unique, and what is looked up in copied sources is found in one copy alone."""
    unique = all(
        any((source, column) in group for group in copying.groups for column in keys[source])
        for source in copying.copied
        if keys.get(source)
    )
    return unique and all(any(_between(each, copying.groups)) for each in needs if each.sources & copying.copied)
