"""What was asked for: the part of a manifest that says whether a data set is the one that is meant."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from crossover.core.errors import ConfigError
from crossover.generate.dirt import check_dirt
from crossover.generate.files import FORMATS
from crossover.generate.registry import workload_named
from crossover.generate.workload import Workload

RECIPE = 1
"""Raised when the values that one seed gives change."""
SEED = 1
LARGEST_SCALE = 1_000


@dataclass(frozen=True)
class Request:
    """A workload, its size as it was written, and the seed. `file_format`: of all tables; None, as the document reads them."""

    workload: str
    scale: str = "1"
    seed: int = SEED
    file_format: str | None = None
    dirt: tuple[tuple[str, float], ...] = ()
    """Kinds of dirt, each with the share of rows that it touches."""

    def __post_init__(self) -> None:
        workload_named(self.workload)
        if self.file_format not in (None, *FORMATS):
            raise ConfigError(f"`--format {self.file_format}`: expected {' or '.join(FORMATS)}")
        if not 0 <= self.seed < 1 << 63:
            raise ConfigError(f"`--seed {self.seed}`: expected a whole number from 0 to 2**63 - 1")
        self.size()
        check_dirt(self.dirt, self.workload, self.formats())

    def size(self) -> Fraction:
        """Return the scale as a number. Raises ConfigError."""
        size = Fraction(self.scale) if re.fullmatch(r"[0-9]+(\.[0-9]+)?", self.scale) else Fraction(0)
        if not 0 < size <= LARGEST_SCALE:
            raise ConfigError(f"`--scale {self.scale}`: expected a number above 0 and at most {LARGEST_SCALE}, as 0.1")
        return size

    def made(self) -> Workload:
        return workload_named(self.workload)(self.seed, self.size())

    def formats(self) -> dict[str, str]:
        """Return the format of each table."""
        return {table: self.file_format or own for table, own in workload_named(self.workload).formats.items()}

    def folder(self) -> Path:
        """Return where the data lies unless something else is said; the documents look there for scale 1."""
        return Path("data") / f"{self.workload}-{self.scale}"

    def to_json(self) -> dict[str, Any]:
        return {
            "recipe": RECIPE,
            "workload": self.workload,
            "scale": str(self.size()),
            "seed": self.seed,
            "formats": self.formats(),
            "dirt": dict(self.dirt),
        }
