"""Scores rows with a fitted model in NumPy alone: many rows as columns, or one row in microseconds."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from crossover.core.errors import DataError
from crossover.learning.models.fitted import (
    AS_LIKELY,
    FittedModel,
    Floats,
    KMeans,
    LinearRegression,
    LogisticRegression,
    MultinomialRegression,
)
from crossover.learning.models.state import LabelMean, Number, Numbered, OneHot

Category = OneHot | LabelMean | Numbered
Columns = Mapping[str, Sequence[Any] | npt.NDArray[Any]]


class Scorer:
    """A fitted model as a function of raw rows. Null is None; so are NaN and infinities.

    Parameters
    ----------
    model : see `FittedModel.load`.
    """

    def __init__(self, model: FittedModel) -> None:
        self.model = model
        self._places: dict[str, dict[Any, int]] = {}
        self._numbers: dict[str, tuple[float, ...]] = {}
        for each in model.preparation.fitted:
            if not isinstance(each, Number):
                self._places[_name(each)] = {value: place for place, value in enumerate(each.values)}
            if not isinstance(each, Number | OneHot):
                self._numbers[_name(each)] = each.numbers
        self._offsets = self._block_offsets()

    @staticmethod
    def load(folder: Path | str) -> Scorer:
        return Scorer(FittedModel.load(Path(folder)))

    def score(self, rows: Columns) -> dict[str, npt.NDArray[Any]]:
        """Return `probability` and `prediction`, or `cluster` and `distance`, for raw columns of equal length.

        Of more than two classes also `probability_0` ...; of a linear regression `prediction` alone.
        """
        dense, codes = self._prepare(rows)
        solution = self.model.solution
        if isinstance(solution, LinearRegression):
            return {"prediction": _margins(solution, dense, codes, self._offsets)}
        if isinstance(solution, LogisticRegression):
            probability = sigmoid(_margins(solution, dense, codes, self._offsets))
            prediction = probability >= solution.threshold
            return {"probability": probability, "prediction": prediction if self._boolean else prediction.astype(np.int64)}
        if isinstance(solution, MultinomialRegression):
            return _classes(solution, dense, codes, self._offsets)
        return _nearest(solution, dense, codes, self._offsets)

    def score_one(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return the scores of one raw row as plain values."""
        dense, places = self._prepare_one(row)
        solution = self.model.solution
        if isinstance(solution, LogisticRegression | LinearRegression):
            margin = solution.intercept + sum(map(_product, self._dense_weights, dense))
            margin += sum(self._code_weights[place] for place in places)
            if isinstance(solution, LinearRegression):
                return {"prediction": margin}
            probability = sigmoid_of(margin)
            positive = probability >= solution.threshold
            return {"probability": probability, "prediction": positive if self._boolean else int(positive)}
        if isinstance(solution, MultinomialRegression):
            return self._class_of_one(solution, dense, places)
        squares = [self._square(centre, dense, places) for centre in self._centres]
        cluster = min(range(len(squares)), key=squares.__getitem__)
        return {"cluster": cluster, "distance": math.sqrt(squares[cluster])}

    @property
    def _boolean(self) -> bool:
        return self.model.label_type == "boolean"

    def _block_offsets(self) -> list[int]:
        solution, preparation = self.model.solution, self.model.preparation
        width = len(preparation.dense)
        if isinstance(solution, LogisticRegression | LinearRegression):
            weights = solution.coefficients.tolist()
            self._dense_weights, self._code_weights = weights[:width], weights[width:]
        elif isinstance(solution, MultinomialRegression):
            self._class_weights = [(each[:width], each[width:]) for each in solution.coefficients.tolist()]
        else:
            self._centres = solution.centres.tolist()
        offsets, start = [], 0
        for block in preparation.one_hot:
            offsets.append(start)
            start += block.width
        self._widths = [block.width for block in preparation.one_hot]
        return offsets

    # many rows

    def _prepare(self, rows: Columns) -> tuple[Floats, list[npt.NDArray[np.int64]]]:
        preparation = self.model.preparation
        dense, codes = [], []
        for each in preparation.fitted:
            values = _column(rows, each.column)
            if isinstance(each, Number):
                dense.extend(_numbers(each, values))
                continue
            found = self._codes(each, values)
            if isinstance(each, OneHot):
                codes.append(found)
            else:
                dense.append(np.array(self._numbers[_name(each)])[found])
        size = len(dense[0]) if dense else len(codes[0])
        return np.column_stack(dense) if dense else np.empty((size, 0)), codes

    def _codes(self, fitted: Category, values: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
        places, other = self._places[_name(fitted)], len(fitted.values)
        # NaN and None are in no vocabulary, so a null is `other`
        return np.array([places.get(value, other) for value in values.tolist()], dtype=np.int64)

    # one row

    def _prepare_one(self, row: Mapping[str, Any]) -> tuple[list[float], list[int]]:
        dense: list[float] = []
        places: list[int] = []
        for each in self.model.preparation.fitted:
            try:
                value = row[each.column]
            except KeyError:
                raise _no_column(each.column, row) from None
            if isinstance(each, Number):
                dense.extend(_number(each, value))
                continue
            place = self._places[_name(each)].get(value, len(each.values))
            if isinstance(each, OneHot):
                places.append(self._offsets[len(places)] + place)
            else:
                dense.append(self._numbers[_name(each)][place])
        return dense, places

    def _class_of_one(self, solution: MultinomialRegression, dense: list[float], places: list[int]) -> dict[str, Any]:
        margins = [
            intercept + sum(map(_product, weights, dense)) + sum(code_weights[place] for place in places)
            for intercept, (weights, code_weights) in zip(solution.intercepts.tolist(), self._class_weights, strict=True)
        ]
        largest = max(margins)
        powers = [math.exp(margin - largest) for margin in margins]
        total = sum(powers)
        first = next(place for place, power in enumerate(powers) if power >= AS_LIKELY)
        found = {"probability": powers[first] / total, "prediction": solution.classes[first]}
        return found | {name: power / total for name, power in zip(solution.scored, powers, strict=False)}

    def _square(self, centre: list[float], dense: list[float], places: list[int]) -> float:
        total = sum((value - middle) ** 2 for value, middle in zip(dense, centre, strict=False))
        for place, offset, width in zip(places, self._offsets, self._widths, strict=True):
            begin = len(dense) + offset
            shares = centre[begin : begin + width]
            total += sum((share - (number == place - offset)) ** 2 for number, share in enumerate(shares))
        return total


def sigmoid(margins: Floats) -> Floats:
    """Return 1 / (1 + exp(-m)) without overflow."""
    small = np.exp(-np.abs(margins))
    return np.where(margins >= 0, 1.0 / (1.0 + small), small / (1.0 + small))


def sigmoid_of(margin: float) -> float:
    small = math.exp(-abs(margin))
    return 1.0 / (1.0 + small) if margin >= 0 else small / (1.0 + small)


def _product(left: float, right: float) -> float:
    return left * right


def _name(fitted: Category) -> str:
    """The prepared column of a category, which no other encoding of it has."""
    return fitted.code if isinstance(fitted, OneHot) else fitted.dense[0]


def _no_column(column: str, rows: Mapping[str, Any]) -> DataError:
    return DataError(f"the model needs a column `{column}`; the rows have {', '.join(map(str, rows)) or 'none'}")


def _unseen(fitted: Number, *, missing: bool) -> DataError:
    if missing and fitted.impute is None:
        return DataError(f"input `{fitted.column}` is null, and the model was trained without impute for it")
    return DataError(f"input `{fitted.column}` is -1 or less; the model takes ln(1 + x) of it, and was trained without clip")


def _column(rows: Columns, column: str) -> npt.NDArray[Any]:
    if column not in rows:
        raise _no_column(column, rows)
    values = rows[column]
    if isinstance(values, np.ndarray):
        return values
    # as objects, because a list of ints with a None would become floats
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def _numbers(fitted: Number, values: npt.NDArray[Any]) -> list[Floats]:
    """Return the dense columns of a numeric input."""
    numbers = values.astype(np.float64)
    missing = ~np.isfinite(numbers)
    if fitted.clip:
        numbers = np.clip(numbers, *fitted.clip)
    if missing.any():
        if fitted.impute is None:
            raise _unseen(fitted, missing=True)
        numbers = np.where(missing, fitted.impute, numbers)
    if fitted.log:
        if (numbers <= -1).any():
            raise _unseen(fitted, missing=False)
        numbers = np.log1p(numbers)
    if fitted.scale:
        numbers = (numbers - fitted.centre) / fitted.spread if fitted.spread else np.zeros_like(numbers)
    return [numbers, missing.astype(np.float64)] if fitted.flag_missing else [numbers]


def _number(fitted: Number, value: Any) -> list[float]:
    missing = value is None or not math.isfinite(value)
    number = fitted.number(None if missing else float(value))
    if number is None:
        raise _unseen(fitted, missing=missing)
    return [number, float(missing)] if fitted.flag_missing else [number]


def _margins(
    solution: LogisticRegression | LinearRegression, dense: Floats, codes: list[npt.NDArray[np.int64]], offsets: list[int]
) -> Floats:
    width = dense.shape[1]
    margins = solution.intercept + dense @ solution.coefficients[:width]
    for code, offset in zip(codes, offsets, strict=True):
        margins = margins + solution.coefficients[width + offset + code]
    return np.asarray(margins)


def _classes(
    solution: MultinomialRegression, dense: Floats, codes: list[npt.NDArray[np.int64]], offsets: list[int]
) -> dict[str, npt.NDArray[Any]]:
    width = dense.shape[1]
    margins = solution.intercepts + dense @ solution.coefficients[:, :width].T
    for code, offset in zip(codes, offsets, strict=True):
        margins = margins + solution.coefficients.T[width + offset + code]
    powers = np.exp(margins - margins.max(axis=1, keepdims=True))
    total = powers.sum(axis=1)
    first = (powers >= AS_LIKELY).argmax(axis=1)
    found = {"probability": powers[np.arange(len(powers)), first] / total, "prediction": np.array(solution.classes)[first]}
    return found | {name: powers[:, place] / total for place, name in enumerate(solution.scored)}


def _nearest(
    solution: KMeans, dense: Floats, codes: list[npt.NDArray[np.int64]], offsets: list[int]
) -> dict[str, npt.NDArray[Any]]:
    width = dense.shape[1]
    ends = [*offsets[1:], solution.centres.shape[1] - width] if codes else []
    squares = np.empty((len(dense), len(solution.centres)))
    for number, centre in enumerate(solution.centres):
        squares[:, number] = ((dense - centre[:width]) ** 2).sum(axis=1)
        for code, offset, end in zip(codes, offsets, ends, strict=True):
            squares[:, number] += code_squares(centre[width + offset : width + end])[code]
    cluster = squares.argmin(axis=1)
    return {"cluster": cluster, "distance": np.sqrt(squares[np.arange(len(dense)), cluster])}


def code_squares(shares: Floats) -> Floats:
    """Return, for each code of a block, the squared distance between its unit vector and a centre's shares."""
    return np.array([((shares - unit) ** 2).sum() for unit in np.eye(len(shares))])

