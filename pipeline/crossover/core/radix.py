"""Sort orders of small ints, 16 bits at a time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Positions = npt.NDArray[np.intp]

_DIGIT = 16


def radix_order(keys: Sequence[tuple[Ints, int]]) -> Positions:
    """Return the stable order by keys, the first the most significant; each has values 0 .. size - 1, and its size.

    NumPy's stable sort of 16 bits is a radix sort: three of them take half the time of an argsort of 64 bits.
    Keys that are in order already are not sorted.
    """
    if len(keys) == 1 and (keys[0][0][1:] >= keys[0][0][:-1]).all():
        return np.arange(len(keys[0][0]))
    order: Positions | None = None
    for values, size in reversed(keys):
        for shift in range(0, (size - 1).bit_length(), _DIGIT):
            digits = (values >> shift).astype(np.uint16)
            if order is None:
                order = np.argsort(digits, kind="stable")
            else:
                order = order.take(np.argsort(digits.take(order), kind="stable"))
    return np.arange(len(keys[0][0])) if order is None else order
