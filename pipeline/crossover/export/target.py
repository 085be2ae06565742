"""What an export is: it writes a model, and scores rows by the library's own loader."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

import numpy.typing as npt

from crossover.core.errors import ConfigError
from crossover.core.nearest import did_you_mean
from crossover.learning.models.fitted import FittedModel
from crossover.learning.models.state import Preparation

TARGETS = {"sklearn": "scikit_learn", "mllib": "mllib", "onnx": "onnx"}
"""Word of `--to` and module, which has a class `Target`."""

Rows = Mapping[str, Sequence[Any]]
"""Input columns of equal length as plain values; null is None."""
Scores = Mapping[str, npt.NDArray[Any]]


class ExportTarget(ABC):
    """One format. Its library is imported when the class is made."""

    name: ClassVar[str]
    """Of the format, for people."""

    @abstractmethod
    def write(self, model: FittedModel, out: Path) -> None:
        """Write the model. Raises ConfigError, naming the reason in one line, for one that the format cannot say."""

    @abstractmethod
    def score(self, model: FittedModel, out: Path, rows: Rows) -> Scores:
        """Return scores by the library's own loader: those of `Scorer`, or some of them."""

    @abstractmethod
    def how(self, model: FittedModel, out: Path) -> list[str]:
        """Return a few lines of code that load the file and score with it."""

    def close(self) -> None:  # noqa: B027  (most formats need nothing)
        """Give back what writing and scoring needed."""


def open_target(word: str) -> ExportTarget:
    """Return the format of a word. Raises ConfigError for an unknown word, or a library that is not installed."""
    if word not in TARGETS:
        raise ConfigError(f"`--to {word}`: no such format{did_you_mean(word, TARGETS)}", notes=[f"formats: {', '.join(TARGETS)}"])
    try:
        module = import_module(f"crossover.export.{TARGETS[word]}")
    except ModuleNotFoundError as error:
        extra = {"mllib": "spark", "onnx": "onnx"}.get(word, "")
        notes = [f"install it: pip install 'crossover-ml[{extra}]'"] if extra else []
        raise ConfigError(f"`--to {word}` needs `{error.name}`, which is not installed", notes=notes) from None
    target: ExportTarget = module.Target()
    return target


def input_columns(preparation: Preparation) -> dict[str, str]:
    """Return the input columns and their types, once each, in the order of the document."""
    return {each.column: each.type for each in preparation.fitted}


def refuse_kind(model: FittedModel, name: str) -> ConfigError:
    """Return the error for a kind of model that a format does not have."""
    return ConfigError(f"model {model.name} is a {model.solution.kind}, and the export to {name} has none")
