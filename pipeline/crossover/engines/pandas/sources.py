"""Scan: rows of a source as a frame."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from crossover.engines.pandas.frames import Frame, frame_from_arrow
from crossover.engines.pandas.stored import scan_stored
from crossover.engines.single_node.memory import give_back
from crossover.relations import nodes
from crossover.sources.read import read


def scan(node: nodes.Scan) -> Frame:
    """Return the wanted columns of all rows. Raises DataError if the source cannot be read."""
    if isinstance(node.source, nodes.InlineTable):
        return frame_from_arrow(_finite(node.source.table.select(list(node.columns))))
    if isinstance(node.source, nodes.StoredTable):
        return scan_stored(node, node.source)
    frame = frame_from_arrow(read(node.source, node.columns))
    give_back()
    return frame


def _finite(table: pa.Table) -> pa.Table:
    """Return the table with infinities as null: the program relies on there being none."""
    for place, field in enumerate(table.schema):
        if pa.types.is_floating(field.type):
            column = table.column(place)
            finite = pc.if_else(pc.is_finite(column), column, pa.scalar(None, field.type))
            table = table.set_column(place, field, finite)
    return table
