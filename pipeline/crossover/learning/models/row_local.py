"""The part of a model's features that one row gives by itself, as lowered expressions that JSON holds.

What it does not hold comes with the row: columns of sources, of joined tables, of windows and look_backs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from crossover.core.errors import DataError
from crossover.language.plain import evaluator
from crossover.language.plain_times import midnight, parse_date, parse_timestamp
from crossover.language.tree import Call, Case, Column, Expression, Literal
from crossover.language.types import NULL, TYPES

Values = Sequence[Any] | npt.NDArray[Any]


@dataclass(frozen=True)
class RowLocal:
    """How the inputs of a model come from the columns that a caller has."""

    columns: Mapping[str, str]
    """Column of the raw row and its type."""
    steps: tuple[tuple[str, Expression], ...]
    """Computed one after the other, from raw columns and the steps before."""
    inputs: Mapping[str, str]
    """Input of the model and the raw column or step that it is."""

    def to_json(self) -> dict[str, Any]:
        """Return JSON values; `from_json` gives an equal value."""
        return {
            "columns": dict(self.columns),
            "steps": [[name, _to_json(expression)] for name, expression in self.steps],
            "inputs": dict(self.inputs),
        }

    @staticmethod
    def from_json(values: Mapping[str, Any]) -> RowLocal:
        steps = tuple((name, _from_json(expression)) for name, expression in values["steps"])
        return RowLocal(values["columns"], steps, values["inputs"])


class Features:
    """Inputs of a model from raw rows. Null is None; so are NaN, infinities and NaT."""

    def __init__(self, derived: RowLocal) -> None:
        self.derived = derived
        self._readers = [(name, _READERS[type_name]) for name, type_name in derived.columns.items()]
        self._steps = [(name, evaluator(expression)) for name, expression in derived.steps]
        self._inputs = list(derived.inputs.items())

    def of_one(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return the inputs of one row. Raises DataError for a column that is missing or of another type."""
        values: dict[str, Any] = {}
        for name, read in self._readers:
            try:
                value = row[name]
            except KeyError:
                raise _no_column(name, row) from None
            try:
                values[name] = None if value is None else read(value)
            except (TypeError, ValueError, OverflowError):
                raise DataError(f"column `{name}` is {self.derived.columns[name]}; the row has {value!r}"[:300]) from None
        for name, evaluate in self._steps:
            values[name] = evaluate(values)
        return {name: values[place] for name, place in self._inputs}

    def of_many(self, rows: Mapping[str, Values]) -> dict[str, Values]:
        """Return the inputs of columns of equal length; those that are derived are computed row by row."""
        for name in self.derived.columns:
            if name not in rows:
                raise _no_column(name, rows)
        if not self._steps:
            return {name: rows[place] for name, place in self._inputs}
        names = list(self.derived.columns)
        columns = [_listed(rows[name]) for name in names]
        inputs = [self.of_one(dict(zip(names, values, strict=True))) for values in zip(*columns, strict=True)]
        return {name: [each[name] for each in inputs] for name, _ in self._inputs}


def _listed(values: Values) -> Sequence[Any]:
    """Return plain values: times of NumPy as those of Python, to the microsecond."""
    if not isinstance(values, np.ndarray):
        return values
    if values.dtype.kind == "M" and np.datetime_data(values.dtype)[0] != "D":
        values = values.astype("datetime64[us]")
    plain: list[Any] = values.tolist()
    return plain


def _double(value: Any) -> float | None:
    number = float(value)
    return number if math.isfinite(number) else None


def _int(value: Any) -> int | None:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    number = int(value)
    if number != value:
        raise ValueError(value)
    return number


def _boolean(value: Any) -> bool | None:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value not in (True, False):
        raise ValueError(value)
    return bool(value)


def _string(value: Any) -> str | None:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _date(value: Any) -> date | None:
    if isinstance(value, str):
        found = parse_date(value)
        if found is None:
            raise ValueError(value)
        return found
    if isinstance(value, np.datetime64):
        return _date(value.astype("datetime64[D]").tolist()) if not np.isnat(value) else None
    if not isinstance(value, date):
        raise TypeError(value)
    return value.date() if isinstance(value, datetime) else value


def _timestamp(value: Any) -> datetime | None:
    if isinstance(value, str):
        found = parse_timestamp(value)
        if found is None:
            raise ValueError(value)
        return found
    if isinstance(value, np.datetime64):
        return _timestamp(value.astype("datetime64[us]").tolist()) if not np.isnat(value) else None
    if not isinstance(value, date):
        raise TypeError(value)
    return midnight(value)


_READERS: dict[str, Callable[[Any], Any]] = {
    "double": _double, "int": _int, "boolean": _boolean, "string": _string, "date": _date, "timestamp": _timestamp,
}  # fmt: skip
"""Type -> what makes its value of one that a caller has; a time may be its ISO 8601 text."""


def _no_column(column: str, rows: Mapping[str, Any]) -> DataError:
    return DataError(f"the model needs a column `{column}`; the rows have {', '.join(map(str, rows)) or 'none'}")


def _to_json(expression: Expression) -> dict[str, Any]:
    match expression:
        case Column(name=name):
            return {"column": name}
        case Literal(value=value, type=type_):
            return {"value": value.isoformat() if isinstance(value, date) else value, "type": type_.name}
        case Call(function=function, arguments=arguments):
            return {"call": function, "of": [_to_json(each) for each in arguments]}
        case Case(branches=branches, otherwise=otherwise):
            return {"case": [[_to_json(when), _to_json(then)] for when, then in branches], "else": _to_json(otherwise)}
    raise AssertionError(f"not lowered: {expression}")


def _from_json(values: Mapping[str, Any]) -> Expression:
    match values:
        case {"column": name}:
            return Column(name)
        case {"value": value, "type": type_name}:
            read = {"date": date.fromisoformat, "timestamp": datetime.fromisoformat}.get(type_name)
            return Literal(read(value) if read and value is not None else value, TYPES.get(type_name, NULL))
        case {"call": function, "of": arguments}:
            return Call(function, tuple(_from_json(each) for each in arguments))
        case {"case": branches, "else": otherwise}:
            return Case(tuple((_from_json(when), _from_json(then)) for when, then in branches), _from_json(otherwise))
    raise DataError(f"no expression: {values!r}"[:300])
