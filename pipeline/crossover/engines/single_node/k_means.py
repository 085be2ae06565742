"""Lloyd's iterations on a dense block and columns of codes, in NumPy.

scikit-learn's own loop would move a centre without rows to a far row without a word, so no more than its assignment
could be used; that is a product and a minimum, and alone it is not worth the second that loading scikit-learn takes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from crossover.engines.single_node.blocks import Codes
from crossover.learning.models import iterations as told
from crossover.learning.models.matrix import Floats

BLOCK = 8_192
"""Rows at a time: distances to some ten centres stay in the second-level cache."""

Nearest = npt.NDArray[np.int64]


def fit_k_means(dense: Floats, codes: Sequence[Codes], starts: Sequence[Floats], iterations: int) -> list[Floats]:
    """Return for each start the centres (k, d) after at most `iterations` of Lloyd's, fewer if they no longer move.

    A cluster without rows keeps its centre, as in MLlib: whoever chose the centres sees it in the sizes.
    """
    # distances between rows far from 0 cancel: around the mean they do not
    mean = np.concatenate((dense.mean(axis=0), np.zeros(sum(width for _, width in codes))))
    rows = np.ascontiguousarray((dense - mean[: dense.shape[1]]).T)
    # one BLAS thread: the products are narrow, and the answer then does not depend on how many there are
    with threadpool_limits(1, user_api="blas"):
        return [_lloyd(rows, codes, centres - mean, iterations) + mean for centres in starts]


def _lloyd(rows: Floats, codes: Sequence[Codes], centres: Floats, iterations: int) -> Floats:
    for made in range(1, iterations + 1):
        moved = _means(rows, codes, _nearest(rows, codes, centres), centres)
        if np.array_equal(moved, centres):
            told.tell(made)
            return centres
        centres = moved
    told.tell(iterations)
    return centres


def _nearest(rows: Floats, codes: Sequence[Codes], centres: Floats) -> Nearest:
    """Return the centre of least distance for each of the columns of `rows` (p, n), the first of equally near ones."""
    count = rows.shape[1]
    weights, length = -2 * centres, (centres**2).sum(axis=1)
    found = np.empty(count, dtype=np.int64)
    for start in range(0, count, BLOCK):
        part = slice(start, min(start + BLOCK, count))
        # |x|^2 is the same for all centres
        distances = weights[:, : len(rows)] @ rows[:, part] + length[:, None]
        place = len(rows)
        for column, width in codes:
            distances += weights[:, place : place + width].take(column[part], axis=1)
            place += width
        found[part] = _place_of_least(distances)
    return found


def _place_of_least(distances: Floats) -> Nearest:
    """Return the first row with the least value of each column: row by row it takes a tenth of `argmin` down short columns."""
    least = distances[0].copy()
    found = np.zeros(distances.shape[1], dtype=np.int64)
    for place in range(1, len(distances)):
        found[distances[place] < least] = place
        np.minimum(least, distances[place], out=least)
    return found


def _means(rows: Floats, codes: Sequence[Codes], nearest: Nearest, centres: Floats) -> Floats:
    """Return the mean of the rows nearest to each centre; the centre itself where there is none."""
    count = len(centres)
    sizes = np.bincount(nearest, minlength=count)
    sums = [np.bincount(nearest, weights=row, minlength=count)[:, None] for row in rows]
    sums += [
        np.bincount(nearest * width + column, minlength=count * width).reshape(count, width).astype(np.float64) for column, width in codes
    ]
    means: Floats = np.where(sizes[:, None] > 0, np.concatenate(sums, axis=1) / np.maximum(sizes, 1)[:, None], centres)
    return means
