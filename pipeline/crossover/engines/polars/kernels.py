"""Scalars that Polars has not: NumPy and Arrow over whole columns, called by the query."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import polars as pl
import pyarrow as pa

from crossover.core.hashing import hash_rows, share
from crossover.engines.polars.frames import DTYPES
from crossover.language.types import DOUBLE, INT, Type
from crossover.sources import text

Kernel = Callable[[Sequence[pl.Series]], pl.Series]


def over_columns(kernel: Kernel, arguments: Sequence[pl.Expr], result: Type) -> pl.Expr:
    """Return the expression of a row-wise function of whole columns; constants reach it as columns too."""
    return pl.map_batches(
        arguments,
        lambda columns: kernel(_aligned(columns)),
        return_dtype=DTYPES[result],
        is_elementwise=True,
    )


def _aligned(columns: Sequence[pl.Series]) -> list[pl.Series]:
    """Return the columns at one length: a constant comes as one value."""
    rows = next((len(column) for column in columns if len(column) != 1), 1)
    return [column if len(column) == rows else column.new_from_index(0, rows) for column in columns]


def remainder(dividend: pl.Expr, divisor: pl.Expr) -> pl.Expr:
    """Return C's fmod of two doubles: exact, with the sign of the dividend."""
    return over_columns(_remainder, [dividend, divisor], DOUBLE)


def _remainder(columns: Sequence[pl.Series]) -> pl.Series:
    # where one is null NumPy sees whatever lies below
    with np.errstate(invalid="ignore"):
        return pl.Series(np.fmod(columns[0], columns[1]))


def replace_by_columns(string: pl.Expr, old: pl.Expr, new: pl.Expr, result: Type) -> pl.Expr:
    """Replace texts that differ from row to row, which Polars refuses."""
    return over_columns(_replace, [string, old, new], result)


def _replace(columns: Sequence[pl.Series]) -> pl.Series:
    rows = zip(*(column.to_list() for column in columns), strict=True)
    replaced = (None if None in row else row[0].replace(row[1], row[2]) if row[1] else row[0] for row in rows)
    return pl.Series(list(replaced), dtype=pl.String)


def cast_text(string: pl.Expr, result: Type) -> pl.Expr:
    """Cast text by the grammar of `sources.text`; what does not fit is null."""
    return over_columns(partial(_cast_text, result=result), [string], result)


def _cast_text(columns: Sequence[pl.Series], result: Type) -> pl.Series:
    distinct = arrow(columns[0]).dictionary_encode()
    cast = text.cast(distinct.dictionary, result, None)
    return pl.Series(cast.take(distinct.indices), dtype=DTYPES[result])


def hash_share(salt: str, keys: Sequence[pl.Expr]) -> pl.Expr:
    """Return the share in [0, 1) of the chained hash of salt and keys."""
    # a Polars series, because Arrow loads pandas to make an array of Python values
    first = arrow(pl.Series([salt]))
    return over_columns(lambda columns: pl.Series(share(_hashes(columns, [first]))), keys, DOUBLE)


def hash_low(keys: Sequence[pl.Expr]) -> pl.Expr:
    """Return the low 32 bits of the chained hash."""
    return over_columns(lambda columns: _words(_hashes(columns) & np.uint64(2**32 - 1)), keys, INT)


def hash_high(keys: Sequence[pl.Expr]) -> pl.Expr:
    """Return the high 32 bits of the chained hash."""
    return over_columns(lambda columns: _words(_hashes(columns) >> np.uint64(32)), keys, INT)


def _hashes(columns: Sequence[pl.Series], before: Sequence[pa.Array] = ()) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    return hash_rows([*before, *(arrow(column) for column in columns)], len(columns[0]))


def _words(words: np.ndarray[tuple[int], np.dtype[np.uint64]]) -> pl.Series:
    return pl.Series(words.view(np.int64))


def arrow(column: pl.Series) -> pa.Array:
    """Return the column as arrow; only strings are copied, from Polars' views."""
    return column.to_arrow(compat_level=pl.CompatLevel.oldest())
