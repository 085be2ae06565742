"""Aggregates over ranges of sorted rows, for Polars columns of any type."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from crossover.core.range_distinct import count_distinct_ranges
from crossover.core.range_reduce import reduce_ranges
from crossover.relations.nodes import AggregateCall

Positions = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def reduced(call: AggregateCall, rows: pl.DataFrame, low: Positions, high: Positions) -> pl.Series:
    """Return an aggregate over rows[low[i]:high[i]] for each i."""
    if call.column is None:
        return pl.Series(np.maximum(high - low, 0))
    column = rows[call.column]
    match call.function:
        case "first":
            return pick(column, low, high > low)
        case "last":
            return pick(column, high - 1, high > low)
        case "count_distinct":
            return pl.Series(count_distinct_ranges(_numbers(_coded(column)), _valid(column), low, high))
        case "min" | "max" if column.dtype == pl.String:
            return _extreme_text(call.function, column, low, high)
        case _:
            values, known = reduce_ranges(call.function, _numbers(column), _valid(column), low, high)
            return _masked(pl.Series(values), known).cast(_result_type(call.function, column))


def pick(column: pl.Series, positions: Positions, known: Mask) -> pl.Series:
    """Return the values at positions, null where they are not known."""
    return column.gather(_masked(pl.Series(positions), known))


def _masked(values: pl.Series, known: Mask | None) -> pl.Series:
    return values if known is None else pl.select(pl.when(pl.Series(known)).then(values)).to_series()


def _extreme_text(function: str, column: pl.Series, low: Positions, high: Positions) -> pl.Series:
    """Reduce the ranks of the texts: NumPy has no strings of this kind."""
    texts = column.drop_nulls().unique().sort()
    ranks, known = reduce_ranges(function, _numbers(_coded(column)), _valid(column), low, high)
    return texts.gather(_masked(pl.Series(ranks), known) - 1)


def _coded(column: pl.Series) -> pl.Series:
    """Return numbers from 1 on that sort and are equal like the values."""
    return column.rank("dense").cast(pl.Int64)


def _numbers(column: pl.Series) -> npt.NDArray[Any]:
    """Return the values as int64, float64 or bool; what stands where one is null has no meaning."""
    physical = column if column.dtype == pl.Boolean else column.to_physical()
    physical = physical.cast(pl.Int64) if physical.dtype == pl.Int32 else physical
    return physical.fill_null(False if physical.dtype == pl.Boolean else 0).to_numpy()


def _valid(column: pl.Series) -> Mask | None:
    return column.is_not_null().to_numpy() if column.null_count() else None


def _result_type(function: str, column: pl.Series) -> pl.DataType:
    if function == "count":
        return pl.Int64()
    return column.dtype if function in ("min", "max", "sum") else pl.Float64()
