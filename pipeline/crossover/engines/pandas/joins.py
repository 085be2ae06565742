"""Join: unique keys by a table with a place for each code, or a hash table; else by sorted runs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from crossover.engines.pandas.frames import Column, Frame, Index
from crossover.engines.pandas.keys import Codes, join_codes, places_in, small
from crossover.engines.pandas.vectors import Positions, to_arrow
from crossover.relations import nodes
from crossover.relations.cardinality import EXAMPLES, several_rows


def join(node: nodes.Join, left: Frame, right: Frame) -> Frame:
    """Return rows of left with columns of the matching rows of right.

    Raises
    ------
    DataError : a side that `expect` calls one has several rows of one key.
    """
    left_names, right_names = zip(*node.keys, strict=True)
    left_codes, right_codes = join_codes(
        [left[name] for name in left_names], [right[name] for name in right_names], (left.rows, right.rows)
    )
    if node.expect in ("one_to_one", "one_to_many"):
        own, _ = join_codes([left[name] for name in left_names], [left[name] for name in left_names], (left.rows, left.rows))
        _check_unique(own, left, left_names, node, node.names[0])
    match = None if node.expect in ("one_to_many", "many_to_many") else _unique_match(left_codes, right_codes)
    if match is None and node.expect in ("many_to_one", "one_to_one"):
        _check_unique(right_codes, right, right_names, node, node.names[1])
    if match is None:
        return _expanded(node, left, right, left_codes, right_codes)
    if node.kind == "inner":
        kept = np.flatnonzero(match >= 0)
        if len(kept) < left.rows:
            left, match = left.take(kept), match[kept]
    index = Index(match, optional=node.kind == "left")
    return left.with_columns({**left.columns, **_taken(node, right, index)})


def _taken(node: nodes.Join, right: Frame, index: Index) -> dict[str, Column]:
    return {new: right.columns[name].gathered(index) for name, new in node.take}


def _unique_match(left: Codes, right: Codes) -> Positions | None:
    """Return for each left row the right row of its code, -1 for none; None if right codes repeat."""
    known = np.flatnonzero(right.values >= 0)
    values = right.values[known]
    if small(right.size, len(right)):
        # the last place stands for -1
        place = np.full(right.size + 1, -1, dtype=np.intp)
        place[values] = known
        if not np.array_equal(place.take(values), known):
            return None
        return place.take(left.values)
    if not pd.Index(values).is_unique:
        return None
    found = places_in(values, left.values)
    return found if len(known) == len(right) else np.append(known, -1).take(found)


def _expanded(node: nodes.Join, left: Frame, right: Frame, left_codes: Codes, right_codes: Codes) -> Frame:
    """Join where a row may match several: right rows of a code stand together after a sort."""
    order = np.argsort(right_codes.values, kind="stable")
    values = right_codes.values[order]
    low = np.searchsorted(values, left_codes.values, "left")
    count = np.where(left_codes.values >= 0, np.searchsorted(values, left_codes.values, "right") - low, 0)
    rows = np.maximum(count, 1) if node.kind == "left" else count
    from_left = np.repeat(np.arange(left.rows), rows)
    within = np.arange(len(from_left)) - np.repeat(np.cumsum(rows) - rows, rows)
    place = low.take(from_left) + within
    found = count.take(from_left) > 0
    from_right = np.where(found, order.take(np.minimum(place, len(order) - 1)), -1) if len(order) else np.full(len(place), -1)
    expanded = left.take(from_left)
    return expanded.with_columns({**expanded.columns, **_taken(node, right, Index(from_right, optional=True))})


def _check_unique(codes: Codes, frame: Frame, names: Sequence[str], node: nodes.Join, table: str) -> None:
    known = np.flatnonzero(codes.values >= 0)
    counts = pd.Series(codes.values[known]).value_counts(sort=False)
    repeated = counts[counts > 1]
    if repeated.empty:
        return
    first = pd.Series(known, index=codes.values[known]).groupby(level=0).first().loc[repeated.index].to_numpy()
    examples = [
        ({name: _shown(frame, name, row) for name in names}, int(count))
        for row, count in zip(first[:EXAMPLES], repeated.iloc[:EXAMPLES], strict=True)
    ]
    raise several_rows(node, table, len(repeated), examples)


def _shown(frame: Frame, name: str, row: int) -> str:
    cell = to_arrow(frame[name].take(np.array([row]), False), 1)
    return str(pc.cast(cell, cell.type.value_type)[0] if hasattr(cell.type, "value_type") else cell[0])
