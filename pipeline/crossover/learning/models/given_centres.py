"""Centres that a document gives, in original units: each is prepared as a row with these values is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from crossover.core.errors import DataError
from crossover.learning.models.matrix import Floats
from crossover.learning.models.state import Fitted, LabelMean, Number, OneHot, Preparation

Value = bool | int | float | str


def given_centres(preparation: Preparation, centres: Sequence[Mapping[str, Value]]) -> Floats:
    """Return the centres (k, d) in the prepared space. Raises DataError for a number under a logarithm that is -1 or less.

    Parameters
    ----------
    centres : a value for each input column; a category that no training row has counts as any other unseen value.
    """
    dense = [each for each in preparation.fitted if not isinstance(each, OneHot)]
    rows = [
        [number for each in (*dense, *preparation.one_hot) for number in _numbers(each, centre[each.column], place)]
        for place, centre in enumerate(centres, 1)
    ]
    return np.array(rows, dtype=np.float64)


def _numbers(fitted: Fitted, value: Value, place: int) -> list[float]:
    if isinstance(fitted, Number):
        number = fitted.number(float(value))
        if number is None:
            raise DataError(f"centre {place}: `{fitted.column}` is {value}, and the model takes ln(1 + x) of it")
        return [number, 0.0] if fitted.flag_missing else [number]
    known: dict[Value, int] = {each: at for at, each in enumerate(fitted.values)}
    at = known.get(value, len(fitted.values))
    if isinstance(fitted, OneHot):
        return [float(number == at) for number in range(fitted.width)]
    assert not isinstance(fitted, LabelMean), "k-means has no label"
    return [fitted.numbers[at]]
