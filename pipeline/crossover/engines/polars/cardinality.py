"""Joins keep the cardinality that the document states: a side that is `one` has no two rows of equal keys."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from crossover.core.errors import DataError
from crossover.engines.polars.frames import Frame, polars_schema
from crossover.relations import nodes
from crossover.relations.cardinality import EXAMPLES, several_rows

ROWS = "__rows"


def checked(frame: Frame, keys: Mapping[str, str], node: nodes.Join, name: str) -> pl.LazyFrame:
    """Return the query with a check inside: DataError if two of its rows have equal keys, none of them null.

    `keys` are columns of the frame and what they are called in the document.
    """

    def check(rows: pl.DataFrame) -> pl.DataFrame:
        known = rows.select(list(keys)).drop_nulls()
        if known.height and distinct(known) < known.height:
            raise _not_unique(known.rename(dict(keys)), node, name)
        return rows

    return frame.lazy.map_batches(check, schema=polars_schema(frame.schema))


def distinct(rows: pl.DataFrame) -> int:
    """Return how many different rows there are, of which none has a null.

    Several whole numbers are put together in one where that fits: nine times faster on 1.3 million pairs.
    """
    if rows.width == 1 or any(kind not in (pl.Int64, pl.Date) for kind in rows.dtypes):
        return rows.n_unique()
    place, size = pl.lit(0, pl.Int64), 1
    for name in rows.columns:
        number = pl.col(name).cast(pl.Int64)
        low, high = (int(each) for each in rows.select(number.min().alias("low"), number.max().alias("high")).row(0))
        size *= high - low + 1
        if size >= 2**63:
            return rows.n_unique()
        place = place * (high - low + 1) + (number - low)
    return rows.select(place).to_series().n_unique()


def _not_unique(known: pl.DataFrame, node: nodes.Join, name: str) -> DataError:
    repeated = known.group_by(known.columns).agg(pl.len().alias(ROWS)).filter(pl.col(ROWS) > 1).sort(known.columns)
    examples = [(dict(zip(known.columns, row[:-1], strict=True)), row[-1]) for row in repeated.head(EXAMPLES).rows()]
    return several_rows(node, name, repeated.height, examples)
