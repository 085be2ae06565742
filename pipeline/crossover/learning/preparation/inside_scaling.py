"""Scaling that only the trainer sees: with no penalty, columns that the document leaves unscaled are scaled for the
library, and the answer is mapped back.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from crossover.language.tree import Column, Expression
from crossover.learning.models.matrix import Floats
from crossover.learning.models.state import LabelMean, Number, Numbered, OneHot, Preparation
from crossover.learning.preparation.scale import scaled


def standardised(preparation: Preparation) -> dict[str, Expression]:
    """Return the dense columns of a prepared table, each number that is not scaled scaled."""
    columns: dict[str, Expression] = {name: Column(name) for name in preparation.dense}
    for place, number in _unscaled(preparation):
        name = preparation.dense[place]
        columns[name] = scaled(Column(name), number.centre, number.spread)
    return columns


def map_back(preparation: Preparation, coefficients: Floats) -> Floats:
    """Return coefficients (d + 1,) on the prepared columns from those on the standardised ones.

    A number without spread gets 0: the intercept says the same.
    """
    mapped = coefficients.copy()
    for place, number in _unscaled(preparation):
        weight = coefficients[place + 1] / number.spread if number.spread else 0.0
        mapped[place + 1] = weight
        mapped[0] -= weight * number.centre
    return np.asarray(mapped)


def _unscaled(preparation: Preparation) -> Iterator[tuple[int, Number | Numbered]]:
    """Yield the place in the dense block of each number that the document leaves unscaled."""
    place = 0
    for each in preparation.fitted:
        if isinstance(each, OneHot):
            continue
        if not isinstance(each, LabelMean) and each.scale is None:
            yield place, each
        place += len(each.dense)
