"""What numeric inputs learn from training rows, in three rounds of queries.

1. counts, where quartiles need them; 2. the values around quantiles, for clip, median and quartiles at once;
3. most common values, and the moments of what was clipped and logged. Nulls are added to the moments afterwards, so the
mean that stands in for them takes no round of its own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from crossover.core.errors import DataError
from crossover.language.tree import Expression, call
from crossover.learning.models.state import Number
from crossover.learning.preparation.clip import clipped
from crossover.learning.preparation.impute import as_double, imputed, most_common
from crossover.learning.preparation.missing import missing_flag
from crossover.learning.preparation.ranks import Ranks
from crossover.learning.preparation.scale import Moments, centre_and_spread, moments_of, scaled
from crossover.learning.preparation.specification import Input
from crossover.relations.compute import Compute, Neighbours, batches, one_row
from crossover.relations.nodes import Aggregate, AggregateCall, Project, Relation

MEDIAN = 0.5
NAMES = {"median": "median", "mean": "mean", "most_common": "most common value"}


@dataclass(frozen=True)
class Wanted:
    """A numeric column of the document."""

    column: str
    type: str
    settings: Input
    nullable: bool

    @property
    def raw(self) -> Expression:
        return as_double(self.column, self.type)

    @property
    def counts_first(self) -> bool:
        """Whether its ranks depend on how many rows are null."""
        return self.settings.scale == "robust" and self.settings.impute is not None and self.nullable

    @property
    def needs_moments(self) -> bool:
        return self.settings.scale != "robust" or self.settings.impute == "mean"


def prepared(fitted: Number) -> dict[str, Expression]:
    """Return the dense columns of a numeric input."""
    number = imputed(clipped(as_double(fitted.column, fitted.type), fitted.clip), fitted.impute)
    number = call("log1p", number) if fitted.log else number
    number = scaled(number, fitted.centre, fitted.spread) if fitted.scale else number
    return dict(zip(fitted.dense, (number, missing_flag(fitted.column)), strict=False))


def fit_numbers(compute: Compute, training: Relation, rows: int, wanted: list[Wanted]) -> dict[str, Number]:
    """Return the state of each column. Raises DataError for one without the values that it needs.

    `rows` is the number of training rows; columns that nothing imputes have no null in them.
    """
    ranks = _ranks(compute, training, rows, wanted)
    around = _around(compute, training, wanted, ranks)
    bounds = {each.column: _bounds(each, around[each.column]) for each in wanted}
    numbers = {each.column: clipped(each.raw, bounds[each.column]) for each in wanted}
    commonest = most_common(
        compute, training, {each.column: numbers[each.column] for each in wanted if each.settings.impute == "most_common"}
    )
    found = _moments(compute, training, wanted, numbers)
    states = {}
    for each in wanted:
        name = each.column
        constant = _constant(each, bounds[name], around[name], commonest, found)
        states[name] = _state(each, bounds[name], constant, ranks.get(name), around[name], found.get(name), rows)
    return states


def _ranks(compute: Compute, training: Relation, rows: int, wanted: list[Wanted]) -> dict[str, Ranks]:
    """First round, for quartiles: how many rows have a value."""
    ranks = {each.column: Ranks(rows, rows) for each in wanted if each.settings.scale == "robust"}
    for batch in batches([each.column for each in wanted if each.counts_first]):
        calls = tuple((f"count_{place}", AggregateCall("count", name)) for place, name in enumerate(batch))
        row = one_row(compute.collect(Aggregate(training, (), calls)))
        ranks |= {name: Ranks(rows, int(row[f"count_{place}"] or 0)) for place, name in enumerate(batch)}
    return ranks


def _around(
    compute: Compute, training: Relation, wanted: list[Wanted], ranks: Mapping[str, Ranks]
) -> dict[str, dict[float, Neighbours]]:
    """Second round: the values around quantiles, of the columns as they are. Empty for a column without values."""
    shares: dict[str, tuple[float, ...]] = {}
    for each in wanted:
        settings = each.settings
        asked = (
            *(settings.clip or ()),
            *((MEDIAN,) if settings.impute == "median" else ()),
            *(ranks[each.column].shares() if each.column in ranks else ()),
        )
        shares[each.column] = tuple(dict.fromkeys(asked))
    columns = {each.column: each.raw for each in wanted}
    found: dict[str, dict[float, Neighbours]] = {name: {} for name in columns}
    for batch in batches([name for name, asked in shares.items() if asked]):
        view = Project(training, tuple((name, columns[name]) for name in batch))
        for name, pairs in compute.neighbours(view, {name: shares[name] for name in batch}).items():
            found[name] = {share: pair for share, pair in zip(shares[name], pairs, strict=True) if pair is not None}
    return found


def _bounds(wanted: Wanted, around: Mapping[float, Neighbours]) -> tuple[float, float] | None:
    if wanted.settings.clip is None:
        return None
    if not around:
        raise _no_value(wanted.column, "quantiles to clip at")
    low, high = (around[share].quantile for share in wanted.settings.clip)
    if wanted.settings.log and low <= -1:
        share = wanted.settings.clip[0]
        raise DataError(
            f"input `{wanted.column}` has `log`, which takes numbers above -1; its lower clip bound is {low:g}",
            notes=[f"clip: [{share:g}, ...] is the quantile of the training rows: raise it, or leave `log` out"],
        )
    return low, high


def _moments(compute: Compute, training: Relation, wanted: list[Wanted], numbers: Mapping[str, Expression]) -> dict[str, Moments]:
    """Third round: of the clipped and logged values; beside them, of those whose mean stands in for null, not logged."""
    asked: dict[str, Expression] = {}
    for each in wanted:
        number = numbers[each.column]
        if each.needs_moments:
            asked[each.column] = call("log1p", number) if each.settings.log else number
    logged = [each for each in wanted if each.settings.impute == "mean" and each.settings.log]
    means = {f"mean {each.column}": numbers[each.column] for each in logged}
    return moments_of(compute, training, asked, means)


def _constant(
    wanted: Wanted,
    bounds: tuple[float, float] | None,
    around: Mapping[float, Neighbours],
    commonest: Mapping[str, float],
    found: Mapping[str, Moments],
) -> float | None:
    """Return what stands in for null."""
    name, impute = wanted.column, wanted.settings.impute
    if impute is None or not isinstance(impute, str):
        return None if impute is None else float(impute)
    if impute == "mean":
        of_values = found.get(f"mean {name}", found[name])
        if of_values.rows:
            return of_values.mean
    elif impute == "median" and MEDIAN in around:
        low, high, fraction = around[MEDIAN].low, around[MEDIAN].high, around[MEDIAN].fraction
        return Neighbours(_between(low, bounds), _between(high, bounds), fraction).quantile
    elif name in commonest:
        return commonest[name]
    raise _no_value(name, NAMES[impute])


def _between(value: float, bounds: tuple[float, float] | None) -> float:
    return value if bounds is None else min(max(value, bounds[0]), bounds[1])


def _no_value(column: str, what: str) -> DataError:
    return DataError(
        f"input `{column}` has no value in the training rows, so it has no {what}",
        notes=["impute a number, or leave the input out"],
    )


def _state(
    wanted: Wanted,
    bounds: tuple[float, float] | None,
    constant: float | None,
    ranks: Ranks | None,
    around: Mapping[float, Neighbours],
    found: Moments | None,
    rows: int,
) -> Number:
    settings = wanted.settings

    def seen(value: float) -> float:
        value = _between(value, bounds)
        return math.log1p(value) if settings.log else value

    stands_in = None if constant is None else math.log1p(constant) if settings.log else constant
    quartiles = ranks.quartiles(around, seen, stands_in) if ranks else ()
    if found is not None and stands_in is not None:
        found = found.with_constant(stands_in, rows - found.rows)
    centre, spread = centre_and_spread(settings.scale, found, quartiles)
    return Number(
        wanted.column, wanted.type, constant, settings.flag_missing, settings.scale, centre, spread, bounds, settings.log
    )
