"""A trained model in a process that serves: raw rows in, scores out, on NumPy and safetensors alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from crossover.core.errors import ConfigError
from crossover.learning.models.fitted import MODEL, FittedModel
from crossover.learning.models.row_local import Features, RowLocal
from crossover.learning.models.scorer import Scorer
from crossover.runs.published import resolve_current

Cell = bool | int | float | str | object | None
Array = npt.NDArray[Any]


class LoadedModel:
    """A model that `load_model` returned.

    A row brings the columns that it cannot compute from itself: those of sources, of joined tables, of windows and of
    look_backs, under the names that they have in the document. What the document derives from them is computed here.
    Rows are scored as they are: no `filter` or `require` is looked at.
    """

    def __init__(self, model: FittedModel) -> None:
        self.name = model.name
        self._scorer = Scorer(model)
        self._features = Features(model.row_local or _inputs_as_they_are(model))

    @property
    def columns(self) -> Mapping[str, str]:
        """Columns that a row brings, and their types."""
        return self._features.derived.columns

    @overload
    def score(self, rows: Mapping[str, Array]) -> dict[str, Array]: ...
    @overload
    def score(self, rows: Mapping[str, Sequence[Cell]]) -> dict[str, Array]: ...
    @overload
    def score(self, rows: Mapping[str, Cell]) -> dict[str, Any]: ...

    def score(self, rows: Mapping[str, Any]) -> dict[str, Any]:
        """Return what scores hold beside the key (`probability`, `prediction`, `cluster` ...): of one row, or of columns of equal length.

        Columns are NumPy arrays or lists. Null is None; so are NaN, infinities and NaT. A date or timestamp may be
        ISO 8601 text. Raises DataError for a column that is missing or of another type.
        """
        first = next(iter(rows.values()), None)
        if isinstance(first, np.ndarray | list | tuple):
            return self._scorer.score(self._features.of_many(rows))
        return self._scorer.score_one(self._features.of_one(rows))


def load_model(path: str | Path) -> LoadedModel:
    """Return the model in a folder; `runs/PIPELINE/current/MODEL` goes through the commit pointer, its files are checked.

    Raises ConfigError for a folder without a model, DataError for one that is damaged or of another version.
    """
    folder = resolve_current(path)
    if not (folder / MODEL).is_file():
        raise ConfigError(f"`{path}` is no model's folder", notes=["expected: runs/PIPELINE/current/MODEL"])
    return LoadedModel(FittedModel.load(folder))


def _inputs_as_they_are(model: FittedModel) -> RowLocal:
    types = {each.column: each.type for each in model.preparation.fitted}
    return RowLocal(types, (), {name: name for name in types})
