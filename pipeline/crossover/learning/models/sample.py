"""The rows of smallest hash: a sample that does not depend on the order of rows, nor on the engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from crossover.language.tree import Column, Expression, call, literal
from crossover.learning.models.matrix import Floats, Matrix
from crossover.relations.compute import Compute
from crossover.relations.nodes import Order, Project, TopN

HIGH, LOW = "__hash_high", "__hash_low"


def sample(compute: Compute, matrix: Matrix, by: Sequence[str], salt: str, count: int) -> Floats:
    """Return up to `count` rows of the matrix, (n, d), in the order (hash of (salt, by), by).

    `by` are columns of the matrix's relation: its key, or all its exact columns.
    """
    hashed: list[Expression] = [literal(salt), *map(Column, by)]
    columns = dict.fromkeys((*by, *matrix.dense, *(block.column for block in matrix.codes)))
    view = Project(
        matrix.relation,
        (
            (HIGH, call("hash_high", *hashed)),
            (LOW, call("hash_low", *hashed)),
            *((name, Column(name)) for name in columns),
        ),
    )
    order = tuple(Order(name) for name in (HIGH, LOW, *by))
    table = compute.collect(TopN(view, order, count))
    return _expanded(_sorted(table, (HIGH, LOW, *by)), matrix)


def _sorted(table: pa.Table, by: Sequence[str]) -> pa.Table:
    """Return the rows in order, nulls last, strings by code point."""
    columns = [table.column(name).to_pylist() for name in by]

    def place(row: int) -> list[tuple[bool, Any]]:
        return [(column[row] is None, 0 if column[row] is None else column[row]) for column in columns]

    return table.take(pa.array(sorted(range(table.num_rows), key=place), pa.int64()))


def _expanded(table: pa.Table, matrix: Matrix) -> Floats:
    """Return the matrix with its codes written out as zeros and ones."""
    parts: list[Floats] = [table.column(name).to_numpy().reshape(-1, 1) for name in matrix.dense]
    parts += [np.eye(block.width)[table.column(block.column).to_numpy()] for block in matrix.codes]
    return np.concatenate(parts, axis=1)
