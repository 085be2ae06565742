"""Rows of scores whose probability lies so near the threshold that its last digits could turn the prediction."""

from __future__ import annotations

import numpy as np
import pyarrow.compute as pc

from crossover.compare.difference import NearThreshold
from crossover.compare.tolerance import PROBABILITY
from crossover.compare.written_table import WrittenTable, as_floats

_READS = {"probability", "prediction"}


def near_threshold(left: WrittenTable, right: WrittenTable, threshold: float) -> NearThreshold | None:
    """Count rows within the tolerance of probabilities of the threshold, on either side; None for other scores.

    The tables have the same rows. A null is near nothing.
    """
    if not all({field.name for field in each.schema.fields} >= _READS for each in (left, right)):
        return None
    within = PROBABILITY.absolute
    # a cast of 0.00001 to binary must not leave out what lies exactly at the edge
    edge = within * (1 + 1e-9)
    near = np.zeros(left.rows, dtype=np.bool_)
    for each in (left, right):
        near |= np.abs(as_floats(each.ordered("probability")) - threshold) <= edge
    differ = pc.fill_null(pc.not_equal(left.ordered("prediction"), right.ordered("prediction")), fill_value=False)
    turned = near & differ.to_numpy(zero_copy_only=False)
    return NearThreshold(threshold, within, int(near.sum()), int(turned.sum()))
