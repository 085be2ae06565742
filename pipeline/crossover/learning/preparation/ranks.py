"""Quantiles of imputed columns from the order of the values that they have: no second read.

Of n rows, c have the constant that stands in for null; the m = n - c others have the values x_0 <= x_1 ... <= x_(m-1).
In the order of all rows the value at rank r is then the constant, moved between x_(r-c) and x_r: at least r - c values
and at most r stand before it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from crossover.relations.compute import Neighbours

QUARTILES = (0.25, 0.5, 0.75)


@dataclass(frozen=True)
class Ranks:
    """`rows` training rows, of which `known` have a value."""

    rows: int
    known: int

    @property
    def missing(self) -> int:
        return self.rows - self.known

    def shares(self) -> tuple[float, ...]:
        """Return the shares of the known values whose neighbours `quartiles` needs."""
        ranks = [rank for share in QUARTILES for rank in self._places(share)[0]]
        return tuple(dict.fromkeys(self._share(rank) for rank in ranks)) if self.known else ()

    def quartiles(
        self, around: Mapping[float, Neighbours], transform: Callable[[float], float], constant: float | None
    ) -> tuple[float, ...]:
        """Return the quartiles of all rows, transformed (never decreasing), nulls replaced by `constant`.

        Parameters
        ----------
        around : neighbours of each of `shares`, as they are in the column.
        transform : of a known value.
        constant : in the transformed units; None only if no row is missing.
        """
        return tuple(self._quantile(share, around, transform, constant) for share in QUARTILES)

    def _quantile(
        self, share: float, around: Mapping[float, Neighbours], transform: Callable[[float], float], constant: float | None
    ) -> float:
        (behind, rank), fraction = self._places(share)
        low = self._at(behind, rank, 0, around, transform, constant)
        # at the last rank there is no next one, and nothing of it is asked for
        high = self._at(behind, rank, 1, around, transform, constant) if fraction else low
        return Neighbours(low, high, fraction).quantile

    def _places(self, share: float) -> tuple[tuple[int, int], float]:
        position = (self.rows - 1) * share
        rank = math.floor(position)
        return (rank - self.missing, rank), position - rank

    def _share(self, rank: int) -> float:
        """Return a share whose neighbours are the known values at a rank and the next; the nearest if it has none."""
        if rank < 0:
            return 0.0
        return 1.0 if rank >= self.known - 1 else (rank + 0.5) / (self.known - 1)

    def _at(
        self,
        behind: int,
        rank: int,
        next_: int,
        around: Mapping[float, Neighbours],
        transform: Callable[[float], float],
        constant: float | None,
    ) -> float:
        high = self._known(rank, next_, around, transform)
        if constant is None:
            return high
        return min(max(constant, self._known(behind, next_, around, transform)), high)

    def _known(self, rank: int, next_: int, around: Mapping[float, Neighbours], transform: Callable[[float], float]) -> float:
        """Return the known value at rank + next_, infinite where there is none."""
        if rank + next_ < 0:
            return -math.inf
        if rank + next_ >= self.known:
            return math.inf
        found = around[self._share(rank)]
        return transform(found.high if next_ and rank >= 0 else found.low)
