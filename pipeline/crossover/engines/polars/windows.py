"""Window and AsOfJoin: rows are sorted once by Polars, frames are ranges of sorted rows, the kernels reduce them.

Polars' own rolling functions are not used: their frames know no ties, and some cancel.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import polars as pl

from crossover.core.range_bounds import Bounds, as_of_bounds, group_bounds, row_bounds, time_bounds
from crossover.engines.polars.frames import Frame, polars_schema
from crossover.engines.polars.ranges import Mask, Positions, pick, reduced
from crossover.engines.polars.relations import KEY, aggregate_column, call_facts, directions
from crossover.language.primitives import WINDOW_FUNCTIONS
from crossover.language.types import Schema
from crossover.relations import nodes

RESULT = "__result"
SIDE = "__is_left"
MOMENT = "__moment"
VALUE = "__value"


def window(node: nodes.Window, input: Frame) -> Frame:
    facts = call_facts(node.calls, input.schema)
    schema = {**input.schema, **facts}
    if not node.order:
        columns = [aggregate_column(call, input.schema) for _, call in node.calls]
        spread = [column.over(node.by) for column in columns] if node.by else columns
        return Frame(input.lazy.with_columns(each.alias(name) for each, name in zip(spread, facts, strict=True)), schema)
    called = [call.column for _, call in node.calls if call.column]
    needed = dict.fromkeys([*node.by, *(each.column for each in node.order), *node.ties, *called])
    return Frame(_with_results(input.lazy, list(needed), _windowed(node), facts).select(list(schema)), schema)


def _with_results(
    lazy: pl.LazyFrame, needed: Sequence[str], kernel: Callable[[pl.DataFrame], pl.DataFrame], facts: Schema
) -> pl.LazyFrame:
    """Add what a kernel makes of the needed columns, row for row; it sees all rows at once."""
    result = pl.map_batches(
        [pl.col(name) for name in needed],
        lambda columns: kernel(pl.DataFrame(list(columns))).to_struct(RESULT),
        return_dtype=pl.Struct(polars_schema(facts)),
    )
    return lazy.with_columns(result.alias(RESULT)).with_columns(
        pl.col(RESULT).struct.field(name).alias(name) for name in facts
    )


def _windowed(node: nodes.Window) -> Callable[[pl.DataFrame], pl.DataFrame]:
    def kernel(rows: pl.DataFrame) -> pl.DataFrame:
        rows = _numbered(rows, node.by, nulls_equal=True)
        positions = _sorted_positions(rows, (nodes.Order(KEY), *node.order, *map(nodes.Order, node.ties)))
        rows = rows[positions]
        begins = _changes(rows, [KEY])
        start, end = group_bounds(begins)
        low, high = _frame(node, rows, begins, start, end)
        results = []
        for name, call in node.calls:
            if call.function in WINDOW_FUNCTIONS:
                result = _places(node, call, rows, start)
            else:
                result = reduced(call, rows, low, high)
            results.append(result.alias(name))
        return pl.DataFrame(results)[_inverse(positions)]

    return kernel


def _frame(node: nodes.Window, rows: pl.DataFrame, begins: Mask, start: Positions, end: Positions) -> Bounds:
    match node.frame:
        case nodes.Rows(count=count, itself=itself):
            return row_bounds(start, count, itself)
        case nodes.TimeRange(microseconds=microseconds, itself=itself):
            moment = rows[node.order[0].column].cast(pl.Datetime("us"))
            known = moment.is_not_null().to_numpy() if moment.null_count() else None
            return time_bounds(np.cumsum(begins), _microseconds(moment), known, microseconds, itself)
        case _:
            return start, end


def _places(node: nodes.Window, call: nodes.AggregateCall, rows: pl.DataFrame, start: Positions) -> pl.Series:
    """Return a function of the row's place in its group."""
    place = np.arange(rows.height)
    if call.function == "lag":
        assert call.column is not None
        return pick(rows[call.column], place - call.offset, place - call.offset >= start)
    if call.function == "row_number":
        return pl.Series(place - start + 1)
    begins = _changes(rows, [KEY, *(each.column for each in node.order)])
    if call.function == "dense_rank":
        number: Positions = np.cumsum(begins)
        return pl.Series(number - number[start] + 1)
    first_of_ties: Positions = np.maximum.accumulate(np.where(begins, place, 0))
    return pl.Series(first_of_ties - start + 1)


def as_of_join(node: nodes.AsOfJoin, left: Frame, right: Frame) -> Frame:
    """Put the rows of both sides under one another, so that the query stays lazy; the left ones get results."""
    facts = call_facts(node.calls, right.schema)
    schema = {**left.schema, **facts}
    called = dict.fromkeys([*node.ties, *(call.column for _, call in node.calls if call.column)])
    values = {f"{VALUE}_{name}": right.schema[name] for name in called}
    types = polars_schema({**left.schema, **values})
    asking = left.lazy.select(
        *left.schema, *_hidden(True, node.at, [mine for mine, _ in node.keys]), *_absent(types, list(values))
    )
    seen = right.lazy.select(
        *_absent(types, list(left.schema)),
        *_hidden(False, node.known_at, [theirs for _, theirs in node.keys]),
        *(pl.col(name).alias(f"{VALUE}_{name}") for name in called),
    )
    needed = [SIDE, MOMENT, *_key_names(node), *values]
    rows = _with_results(pl.concat([asking, seen]), needed, _as_of(node), facts)
    return Frame(rows.filter(SIDE).select(list(schema)), schema)


def _hidden(is_left: bool, moment: str, keys: Sequence[str]) -> list[pl.Expr]:
    """Return what both sides have: which it is, its moment and its keys."""
    named = [pl.col(key).alias(f"{KEY}_{number}") for number, key in enumerate(keys)]
    return [pl.lit(is_left).alias(SIDE), pl.col(moment).cast(pl.Datetime("us")).alias(MOMENT), *named]


def _absent(types: dict[str, pl.DataType], names: Sequence[str]) -> list[pl.Expr]:
    return [pl.lit(None, types[name]).alias(name) for name in names]


def _key_names(node: nodes.AsOfJoin) -> list[str]:
    return [f"{KEY}_{number}" for number in range(len(node.keys))]


def _as_of(node: nodes.AsOfJoin) -> Callable[[pl.DataFrame], pl.DataFrame]:
    ties = [f"{VALUE}_{name}" for name in node.ties]

    def kernel(rows: pl.DataFrame) -> pl.DataFrame:
        rows = _numbered(rows, _key_names(node), nulls_equal=False)
        is_left = rows[SIDE].to_numpy()
        seen = rows.filter(~pl.col(SIDE) & pl.col(MOMENT).is_not_null() & (pl.col(KEY) >= 0))
        positions = _sorted_positions(seen, [*map(nodes.Order, (KEY, MOMENT, *ties))])
        asking = rows.filter(SIDE).select(MOMENT, pl.when(pl.col(MOMENT).is_null()).then(-1).otherwise(KEY).alias(KEY))
        order, low, high = as_of_bounds(*_places_in_time(seen), positions, *_places_in_time(asking), node.within)
        seen = seen[positions]
        results = pl.DataFrame([
            reduced(_renamed(call), seen, low, high).alias(name) for name, call in node.calls
        ])[_inverse(order)]
        # the rows of the right get the first result: nobody reads it
        back = np.where(is_left, np.cumsum(is_left) - 1, 0)
        return results[back] if results.height else results.clear(rows.height)

    return kernel


def _places_in_time(rows: pl.DataFrame) -> tuple[Positions, Positions]:
    """Return the number of each row's keys and its moment."""
    return rows[KEY].to_numpy(), _microseconds(rows[MOMENT])


def _renamed(call: nodes.AggregateCall) -> nodes.AggregateCall:
    return nodes.AggregateCall(call.function, f"{VALUE}_{call.column}" if call.column else None)


def _numbered(rows: pl.DataFrame, keys: Sequence[str], nulls_equal: bool) -> pl.DataFrame:
    """Add the number of each row's keys among the distinct ones, from 0 on; -1 where one is null, unless null is a key."""
    if not keys:
        return rows.with_columns(pl.lit(0, pl.Int64).alias(KEY))
    distinct = rows.select(keys).unique() if nulls_equal else rows.select(keys).drop_nulls().unique()
    numbers = distinct.with_row_index(KEY).with_columns(pl.col(KEY).cast(pl.Int64))
    found = rows.join(numbers, on=keys, how="left", nulls_equal=nulls_equal, maintain_order="left")
    return found.with_columns(pl.col(KEY).fill_null(-1))


def _sorted_positions(rows: pl.DataFrame, order: Sequence[nodes.Order]) -> Positions:
    columns = [each.column for each in order]
    return rows.select(pl.arg_sort_by(columns, **directions(order)).cast(pl.Int64)).to_series().to_numpy()


def _inverse(positions: Positions) -> Positions:
    inverse = np.empty_like(positions)
    inverse[positions] = np.arange(len(positions))
    return inverse


def _changes(rows: pl.DataFrame, columns: Sequence[str]) -> Mask:
    """Return which sorted rows differ in these columns from the row before; the first does."""
    differs = [pl.col(name).ne_missing(pl.col(name).shift(1)) for name in columns]
    begins = rows.select(pl.any_horizontal(pl.repeat(False, pl.len()), *differs)).to_series().to_numpy().copy()
    begins[:1] = True
    return begins


def _microseconds(moments: pl.Series) -> Positions:
    return moments.to_physical().fill_null(0).to_numpy()
