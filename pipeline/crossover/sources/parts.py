"""The parts in which a source is read, put together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyarrow as pa

from crossover.sources.specification import ROW


def joined(parts: Iterable[pa.Table], columns: Sequence[str]) -> pa.Table:
    """Return the columns asked for of all parts. ROW, which each part has, is held only where there is no other column to count rows by."""
    kept = [part.select(list(columns) or [ROW]) for part in parts]
    return pa.concat_tables(kept).unify_dictionaries().select(list(columns))
