"""What a workload is: tables made in parts, each part by itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

import pyarrow as pa


@dataclass(frozen=True)
class Part:
    """One part of some tables: which group of tables, the how-manieth part, and its first and last row numbers, half open."""

    group: str
    number: int
    first: int
    last: int


class Workload(ABC):
    """Tables of one seed and scale. Equal arguments give equal tables, whatever is made before or beside."""

    name: ClassVar[str]
    about: ClassVar[str]
    formats: ClassVar[Mapping[str, str]]
    """The tables, and the format in which the workload's document reads each."""

    def __init__(self, seed: int, scale: Fraction) -> None:
        self.seed = seed
        self.scale = scale

    @abstractmethod
    def parts(self) -> Iterator[Part]:
        """Yield the parts; each becomes one file of each of its tables."""

    @abstractmethod
    def make(self, part: Part) -> dict[str, pa.Table]:
        """Return the tables of a part."""

    @abstractmethod
    def truth(self) -> dict[str, Any]:
        """Return what a model should find, as JSON values."""

    def rows(self, per_unit: int) -> int:
        """Return the rows of a table that has so many at scale 1; at least one."""
        return max(1, round(per_unit * self.scale))


def split(group: str, rows: int, size: int) -> Iterator[Part]:
    """Yield parts of at most `size` rows."""
    for number, first in enumerate(range(0, rows, size)):
        yield Part(group, number, first, min(first + size, rows))
