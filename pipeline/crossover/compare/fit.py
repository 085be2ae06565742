"""A measured quantity as a sum of few terms of size and parallelism, all of them >= 0.

    fixed + per_row n + per_row_per_core n/p + log_cores ln p + cores p

The form is Ernest's (Venkataraman et al., NSDI 2016) with a part that more cores do not speed up; errors are relative,
so that small sizes count as much as large ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from crossover.compare.least_squares import Floats, non_negative

TERMS: Mapping[str, Callable[[Floats, Floats], Floats]] = {
    "fixed": lambda rows, cores: np.ones_like(rows),
    "per_row": lambda rows, cores: rows,
    "per_row_per_core": lambda rows, cores: rows / cores,
    "log_cores": lambda rows, cores: np.log(cores),
    "cores": lambda rows, cores: cores,
}
TIME = ("fixed", "per_row", "per_row_per_core", "log_cores", "cores")
MEMORY = ("fixed", "per_row", "cores")
_NEEDS = {"per_row": (2, 1), "per_row_per_core": (2, 2), "log_cores": (1, 2), "cores": (1, 3)}
"""How many sizes and parallelisms must differ for a term to be told from the others."""
_ALIKE = 0.2
"""Strained points that lie within this of the line of the others are points like the others."""


@dataclass(frozen=True)
class Point:
    """One measurement: seconds or bytes."""

    rows: float
    parallelism: int
    value: float
    strained: bool = False
    """Taken while the engine spilled or the memory was nearly full: no line goes on through that."""


@dataclass(frozen=True)
class Line:
    """The quantity at one parallelism: fixed + per_row n."""

    fixed: float
    per_row: float

    def at(self, rows: float) -> float:
        return self.fixed + self.per_row * rows


@dataclass(frozen=True)
class Fit:
    """The terms of one quantity of one engine."""

    terms: Mapping[str, float]
    points: tuple[Point, ...]
    """Those that were used."""
    left_out: tuple[Point, ...] = ()
    """Strained points that do not lie on the line."""
    samples: Mapping[str, Floats] = field(default_factory=dict)
    """The same terms for data drawn anew, shape (samples,); empty where too little was measured for an interval."""

    @property
    def parallelism(self) -> tuple[int, ...]:
        return tuple(sorted({point.parallelism for point in self.points}))

    @property
    def sizes(self) -> tuple[float, ...]:
        return tuple(sorted({point.rows for point in self.points}))

    def line(self, cores: float) -> Line:
        """Return the line at a parallelism."""
        fixed, per_row = _line(self.terms, cores)
        return Line(float(fixed), float(per_row))

    def sampled_lines(self, cores: float) -> tuple[Floats, Floats] | None:
        """Return fixed and per-row parts of the lines of all samples."""
        return _line(self.samples, cores) if self.samples else None

    def at(self, rows: float, cores: float) -> float:
        """Return what the fit expects."""
        return self.line(cores).at(rows)

    @property
    def used(self) -> int:
        """How many terms are above 0: the others took nothing of the points' freedom."""
        return sum(value > 0 for value in self.terms.values())

    @property
    def errors(self) -> Floats | None:
        """Relative errors of the points; None where as many terms as points are above 0: these are met without fail."""
        if len({(point.rows, point.parallelism) for point in self.points}) <= self.used:
            return None
        return np.array([self.at(point.rows, point.parallelism) / point.value - 1 for point in self.points])

    @property
    def mean_error(self) -> float | None:
        """Mean of the relative errors without their signs."""
        return None if self.errors is None else float(np.mean(np.abs(self.errors)))


def fit(points: Sequence[Point], terms: Sequence[str] = TIME, prefer: int | None = None) -> Fit | None:
    """Fit the terms that the points can tell apart; None for fewer than two sizes.

    Strained points are left out, but for those that lie on the line of the others within a fifth. Where there are too
    few points for the influence of cores, those of the parallelism `prefer` (else of the largest one) are used alone.
    """
    usable = [point for point in points if point.value > 0]
    calm = [point for point in usable if not point.strained]
    found = _fit(calm, terms, prefer)
    if found is None:
        return _fit(usable, terms, prefer)
    strained = [point for point in usable if point.strained]
    alike = [point for point in strained if abs(found.at(point.rows, point.parallelism) / point.value - 1) <= _ALIKE]
    again = _fit([*calm, *alike], terms, prefer) if alike else None
    others = tuple(point for point in strained if point not in alike)
    return Fit((again or found).terms, (again or found).points, others)


def design(points: Sequence[Point], terms: Sequence[str]) -> Floats:
    """Return the terms of points, each row divided by the middle of what was measured there: errors become relative."""
    rows = np.array([point.rows for point in points], dtype=np.float64)
    cores = np.array([point.parallelism for point in points], dtype=np.float64)
    return np.column_stack([TERMS[name](rows, cores) for name in terms]) / middles(points)[:, None]


def middles(points: Sequence[Point]) -> Floats:
    """Return for each point the median of the points of its size and parallelism."""
    cells: dict[tuple[float, int], list[float]] = {}
    for point in points:
        cells.setdefault((point.rows, point.parallelism), []).append(point.value)
    return np.array([float(np.median(cells[point.rows, point.parallelism])) for point in points])


def _fit(points: Sequence[Point], terms: Sequence[str], prefer: int | None) -> Fit | None:
    chosen = _told_apart(points, terms)
    if len({point.parallelism for point in points}) > 1 and not any("core" in name for name in chosen):
        alone = prefer if prefer is not None else max(point.parallelism for point in points)
        points = [point for point in points if point.parallelism == alone]
        chosen = _told_apart(points, terms)
    if "per_row" not in chosen:
        return None
    values = np.array([point.value for point in points]) / middles(points)
    found = non_negative(design(points, chosen), values[:, None])[:, 0]
    return Fit(dict(zip(chosen, found.tolist(), strict=True)), tuple(points))


def _told_apart(points: Sequence[Point], terms: Sequence[str]) -> tuple[str, ...]:
    sizes = len({point.rows for point in points})
    parallel = len({point.parallelism for point in points})
    cells = len({(point.rows, point.parallelism) for point in points})
    possible = [name for name in terms if sizes >= _NEEDS.get(name, (1, 1))[0] and parallel >= _NEEDS.get(name, (1, 1))[1]]
    return tuple(possible[:cells])


def _line(terms: Mapping[str, float] | Mapping[str, Floats], cores: float) -> tuple[Floats, Floats]:
    get = {name: np.asarray(terms.get(name, 0.0)) for name in TERMS}
    fixed = get["fixed"] + get["log_cores"] * np.log(cores) + get["cores"] * cores
    return fixed, get["per_row"] + get["per_row_per_core"] / cores
