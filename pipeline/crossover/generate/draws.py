"""Draws: 64 random bits of each row, by its number alone, so that any part of a table can be made apart from the rest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from crossover.core.hashing import Words, hash_rows
from crossover.generate.columns import column, letters, text

Numbers = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Draws:
    """The draws of one table: XXH64 of (seed, table, column, row)."""

    seed: int
    table: str

    def of(self, name: str, rows: Numbers) -> Words:
        """Return 64 bits for each row number."""
        return hash_rows([column(np.array([self.seed])), _word(self.table), _word(name), column(rows)], len(rows))


def _word(word: str) -> pa.Array:
    return text([letters(word.encode(), 1)])


def below(bits: Words, bound: int) -> Numbers:
    """Return whole numbers in [0, bound), `bound` at most 2**31: the upper 32 bits times the bound."""
    return ((bits >> np.uint64(32)) * np.uint64(bound) >> np.uint64(32)).astype(np.int64)
